import ChangePlanning
import HostFiles
import HostModel

/// Files replaced one after the other, all of which can be given back until they are kept.
struct Transaction {
  let root: HostRoot
  private var replaced: [ReplacedFile] = []
  private var directories: [String] = []
  private var tools: [ToolReversal] = []

  init(_ root: HostRoot) { self.root = root }

  /// Puts a new file in a file's place, and makes the directories that it needs.
  mutating func replace(
    _ path: String, with new: NewFile, metadata: FileMetadata?, keepingTimes: Bool = false
  ) throws(ChangeFailure) {
    do throws(HostFileError) {
      if new != .nothing {
        for folder in root.missingDirectories(of: path) {
          directories.append(folder)
          try root.makeDirectory(folder)
        }
      }
      replaced.append(try root.replace(path, with: new, metadata: metadata, keepingTimes: keepingTimes))
    } catch { throw ChangeFailure(error) }
  }

  /// A tool is about to work: what takes that back.
  mutating func willRun(_ reversal: ToolReversal) { tools.append(reversal) }

  /// What is there now stays.
  func keep() { for file in replaced { file.keep() } }

  /// Everything as it was, the last first. Goes on after a failure, and then throws the first one.
  func giveBack() throws(ChangeFailure) {
    var failure: HostFileError?
    for file in replaced.reversed() {
      do throws(HostFileError) { try file.giveBack() } catch { failure = failure ?? error }
    }
    // Tools follow files, in this direction, too.
    for tool in tools.reversed() {
      do throws(ChangeFailure) { try tool.reverse() } catch {
        if let failure { throw ChangeFailure("\(failure)\n\(error.reason)") }
        throw error
      }
    }
    for path in directories.reversed() { root.removeEmptyDirectory(path) }
    if let failure { throw ChangeFailure(failure) }
  }
}

extension HostRoot {
  /// The directories above a path that are not there, the outermost first.
  func missingDirectories(of path: String) -> [String] {
    let parts = path.split(separator: "/").dropLast()
    return parts.indices.map { parts[...$0].joined(separator: "/") }.filter { !exists($0) }
  }
}
