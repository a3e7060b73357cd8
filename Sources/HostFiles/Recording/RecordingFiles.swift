import Glibc
import HostModel
import Synchronization

/// Passes every look at a directory on, and keeps what was seen: a snapshot holds exactly the
/// sources that the survey reads, because the survey itself makes it.
package final class RecordingFiles: HostFileReading {
  private let files: DirectoryFiles
  private let seen = Mutex(RecordedFiles())

  package init(_ path: String) throws(HostFileError) { files = try DirectoryFiles(path) }

  /// All that was seen so far.
  package var recording: RecordedFiles { seen.withLock { $0 } }

  var directoryPath: String? { files.directoryPath }

  func bytes(at path: String, upTo limit: Int?) throws(HostFileError) -> [UInt8]? {
    let bytes = try noting(path) { () throws(HostFileError) in try files.bytes(at: path, upTo: limit) }
    if let bytes { note(.file(bytes), at: physical(path)) }
    return bytes
  }

  func names(in path: String) throws(HostFileError) -> [String]? {
    let names = try noting(path) { () throws(HostFileError) in try files.names(in: path) }
    guard let names else { return nil }
    let directory = physical(path)
    note(.directory, at: directory)
    for name in names { noteListed(directory + "/" + name) }
    return names
  }

  func linkTarget(at path: String) throws(HostFileError) -> String? {
    guard let target = try files.linkTarget(at: path) else { return nil }
    let parent = path.split(separator: "/").dropLast().joined(separator: "/")
    let name = path.split(separator: "/").last.map(String.init) ?? path
    note(.link(target), at: parent.isEmpty ? name : physical(parent) + "/" + name)
    return target
  }

  func kind(at path: String) throws(HostFileError) -> HostFileKind? {
    let kind = try files.kind(at: path)
    switch kind {
    case .characterDevice?, .blockDevice?: note(.device(kind ?? .other), at: physical(path))
    case .directory?: note(.directory, at: physical(path))
    case .file?, .other?: noteListed(physical(path))
    case nil: break
    }
    return kind
  }

  func owningGroup(at path: String) throws(HostFileError) -> UInt32? { try files.owningGroup(at: path) }

  func tryOpeningDevice(at path: String) throws(HostFileError) -> Bool {
    try files.tryOpeningDevice(at: path)
  }

  func noteFile(_ bytes: [UInt8], at path: String) { note(.file(bytes), at: path) }

  private func noting<Value>(
    _ path: String, _ look: () throws(HostFileError) -> Value
  ) throws(HostFileError) -> Value {
    do {
      return try look()
    } catch {
      note(.denied(error.code), at: physical(path))
      throw error
    }
  }

  private func note(_ entry: RecordedFiles.Entry, at path: String) {
    seen.withLock { recorded in
      // What is known only by its name gives way to what was read, never the other way round.
      if case .directory = entry, recorded.entries[path] != nil { return }
      recorded.add(entry, at: path)
    }
  }

  /// A name from a listing: its kind matters, its content was not asked for.
  private func noteListed(_ path: String) {
    guard seen.withLock({ $0.entries[path] == nil && !$0.hasChildren(path) }) else { return }
    if let target = (try? files.linkTarget(at: path)) ?? nil {
      note(.link(target), at: path)
    } else if (try? files.kind(at: path)) == .directory {
      note(.directory, at: path)
    } else {
      // ENODATA: it stands there, but its content was not part of the evidence.
      note(.denied(ENODATA), at: path)
    }
  }

  /// The path with the links in it resolved and noted, so that the recording has them too.
  private func physical(_ path: String) -> String {
    var walk = PathWalk(path)
    while let here = walk.next() {
      guard walk.linksFollowed < PathWalk.mostLinks, let target = (try? files.linkTarget(at: here)) ?? nil
      else {
        continue
      }
      note(.link(target), at: here)
      walk.follow(target)
    }
    return walk.place
  }
}
