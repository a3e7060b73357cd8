/// The way along a path below a root that is not the kernel's own: name by name, `.` and `..` worked out,
/// links followed where the walker says so.
struct PathWalk {
  /// As the kernel's own limit (path_resolution(7)).
  static let mostLinks = 40

  /// The names that are still to come, the next one last.
  private var pending: [String]
  private var names: [String] = []
  private(set) var linksFollowed = 0

  init(_ path: String) { pending = Self.reversedNames(path) }

  /// Where the walk is, without a slash in front.
  var place: String { names.joined(separator: "/") }
  var isAtEnd: Bool { pending.isEmpty }

  /// Goes on to the next name; nil when there is none.
  mutating func next() -> String? {
    while let name = pending.popLast() {
      switch name {
      case ".": continue
      case "..": _ = names.popLast()
      default:
        names.append(name)
        return place
      }
    }
    return nil
  }

  /// Goes where the link points to at which the walk is.
  mutating func follow(_ target: String) {
    linksFollowed += 1
    if target.hasPrefix("/") { names = [] } else { _ = names.popLast() }
    pending += Self.reversedNames(target)
  }

  private static func reversedNames(_ path: String) -> [String] {
    path.split(separator: "/").reversed().map(String.init)
  }
}
