import Glibc
import HostFiles
import HostModel

/// The changes that were made, each in a directory of its own below var/lib/passthru-doctor/changes:
/// its receipt, and the bytes of the files that it replaced. Root's alone: what stands in it decides
/// what `undo` writes.
package struct Journal {
  package static let directory = "var/lib/passthru-doctor"
  private static let changes = directory + "/changes"
  /// Where a change's directory is put together before it gets its number.
  private static let new = changes + "/new"

  /// What stands under a number.
  package enum Entry: Sendable, Equatable {
    case change(Receipt)
    /// The reason is a clause.
    case unreadable(Int, reason: String)

    package var number: Int {
      switch self {
      case .change(let receipt): receipt.number
      case .unreadable(let number, _): number
      }
    }

    package var receipt: Receipt? {
      if case .change(let receipt) = self { receipt } else { nil }
    }
  }

  let root: HostRoot

  package init(_ root: HostRoot) { self.root = root }

  private func folder(_ number: Int) -> String { "\(Self.changes)/\(number)" }

  /// Where the bytes are kept that a change replaced, for a person.
  func contentsPath(_ receipt: Receipt, _ index: Int) -> String {
    "/\(folder(receipt.number))/\(index).before"
  }

  // MARK: Reading

  /// All changes, the oldest first. Fails where others than root could have written them.
  package func entries() throws(HostFileError) -> [Entry] {
    guard root.directoryPath != nil else { return [] }
    for path in [Self.directory, Self.changes] { try requireOurs(path) }
    return try numbers().map { number throws(HostFileError) in try entry(number) }
  }

  /// Whether the host has something of a change now. One that ends with its boot has nothing in another.
  package func stands(_ receipt: Receipt) -> Bool {
    receipt.state.isStanding && (receipt.boot == nil || receipt.boot == currentBoot)
  }

  /// The running kernel's id of this boot; nil on a host that is not running.
  var currentBoot: String? {
    guard root.isRunningHost else { return nil }
    return (try? root.line(at: "proc/sys/kernel/random/boot_id")) ?? nil
  }

  private func numbers() throws(HostFileError) -> [Int] {
    (try root.names(in: Self.changes) ?? []).compactMap { Int($0) }.filter {
      (1..<1_000_000_000).contains($0)
    }.sorted()
  }

  private func entry(_ number: Int) throws(HostFileError) -> Entry {
    let path = folder(number) + "/receipt"
    do throws(HostFileError) {
      try requireOurs(folder(number))
      try requireOurs(path)
    } catch {
      return .unreadable(number, reason: error.reason)
    }
    guard let bytes = try root.bytes(at: path) else {
      return .unreadable(number, reason: "it has no receipt")
    }
    do throws(Receipt.Unreadable) {
      let receipt = try Receipt(parsing: bytes)
      guard receipt.number == number else {
        return .unreadable(number, reason: "its receipt is that of change \(receipt.number)")
      }
      return .change(receipt)
    } catch {
      return .unreadable(number, reason: error.reason)
    }
  }

  /// Whether a change that stands has made the file, and it is as this program left it.
  package func owns(_ path: String) -> Bool {
    let receipts = ((try? entries()) ?? []).compactMap(\.receipt).filter { $0.state == .done }
    let files = receipts.flatMap { $0.files.filter { $0.path == path } }
    guard files.contains(where: { $0.beforeDigest == Receipt.noFile }), let last = files.last,
      let bytes = try? root.bytes(at: path)
    else { return false }
    return last.afterDigest == Receipt.digest(bytes)
  }

  /// The bytes that a change replaced; nil when there was no file.
  func before(_ receipt: Receipt, _ index: Int) throws(ChangeFailure) -> [UInt8]? {
    let file = receipt.files[index]
    if file.beforeDigest == Receipt.noFile { return nil }
    let bytes: [UInt8]?
    do throws(HostFileError) {
      bytes = try root.bytes(at: "\(folder(receipt.number))/\(index).before")
    } catch { throw ChangeFailure(error) }
    guard let bytes, Receipt.digest(bytes) == file.beforeDigest else {
      throw ChangeFailure(
        "What change \(receipt.number) replaced at /\(file.path) is missing from /\(folder(receipt.number)), or was "
          + "changed there.")
    }
    return bytes
  }

  /// The owner must be root (or who runs this, below another root), and nobody else may write there.
  private func requireOurs(_ path: String) throws(HostFileError) {
    guard let metadata = try root.metadata(at: path) else { return }
    let isOurs = metadata.owner == 0 || (!root.isRunningHost && metadata.owner == geteuid())
    guard isOurs, metadata.mode & 0o022 == 0 else {
      throw HostFileError(
        "trusting the journal", path,
        because: isOurs
          ? "others than its owner may write there (mode \(String(metadata.mode, radix: 8)))"
          : "it belongs to user \(metadata.owner), not to root")
    }
  }

  // MARK: Writing

  /// Makes the journal's directory where it is missing, and takes what others may read of it away.
  func prepare() throws(HostFileError) {
    try root.makeDirectory(Self.directory.split(separator: "/").dropLast().joined(separator: "/"))
    try root.makeDirectory(Self.directory, mode: 0o700)
    try requireOurs(Self.directory)
    try root.setMode(of: Self.directory, 0o700)
    try root.makeDirectory(Self.changes, mode: 0o700)
    try requireOurs(Self.changes)
    removeFolder(Self.new)
  }

  /// Writes the replaced bytes, then the receipt, and only then gives both their number: a receipt
  /// is whole, and what it names is there.
  func begin(_ receipt: inout Receipt, replacing contents: [[UInt8]?]) throws(HostFileError) {
    receipt.number = (try numbers().last ?? 0) + 1
    do throws(HostFileError) {
      try root.makeDirectory(Self.new, mode: 0o700)
      for (index, bytes) in contents.enumerated() {
        guard let bytes else { continue }
        try root.exchange("\(Self.new)/\(index).before", with: bytes, metadata: nil)
      }
      try root.exchange(Self.new + "/receipt", with: Array(receipt.text.utf8), metadata: nil)
      try root.renameDirectory(Self.new, to: folder(receipt.number))
    } catch {
      removeFolder(Self.new)
      throw error
    }
  }

  /// Writes the receipt as it is now.
  func update(_ receipt: Receipt) throws(HostFileError) {
    try root.exchange(
      folder(receipt.number) + "/receipt", with: Array(receipt.text.utf8), metadata: nil)
  }

  /// What a change replaced is back in its place: the copies have served.
  func dropContents(of receipt: Receipt) {
    for index in receipt.files.indices {
      root.discard("\(folder(receipt.number))/\(index).before")
    }
  }

  private func removeFolder(_ path: String) {
    for name in (try? root.names(in: path)) ?? [] {
      root.discard(path + "/" + name)
    }
    root.removeEmptyDirectory(path)
  }

  /// Now, in UTC.
  static func now() -> String { universalTime(time(nil)) ?? "" }
}
