/// The first two numbers of a kernel release. Distributions take later changes over into older kernels,
/// so a version proves that a change is there, hardly that it is not.
package struct KernelVersion: Sendable, Comparable {
  package let major: Int
  package let minor: Int

  package init(major: Int, minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// Reads a release (`6.1.0-13-amd64`); nil when it does not begin with two numbers.
  package init?(_ release: String) {
    let numbers = release.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
    guard numbers.count >= 2, let major = Int(numbers[0]), let minor = Int(numbers[1].prefix { $0.isNumber })
    else { return nil }
    self.init(major: major, minor: minor)
  }

  package static func < (left: KernelVersion, right: KernelVersion) -> Bool {
    (left.major, left.minor) < (right.major, right.minor)
  }
}
