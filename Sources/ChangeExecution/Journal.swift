import Glibc
import HostFiles
import HostModel

/// The changes that were made, each in a directory of its own below var/lib/passthru-doctor.
package struct Journal {
  package static let directory = "var/lib/passthru-doctor"
  let root: HostRoot

  package init(_ root: HostRoot) { self.root = root }

  private func folder(_ number: Int) -> String { "\(Self.directory)/changes/\(number)" }

  /// All receipts, the oldest first; those that cannot be read are left out.
  package func receipts() throws(HostFileError) -> [Receipt] {
    var receipts: [Receipt] = []
    let numbers = (try root.names(in: Self.directory + "/changes") ?? []).compactMap { Int($0) }.sorted()
    for number in numbers {
      if let receipt = try receipt(number) { receipts.append(receipt) }
    }
    return receipts
  }

  package func receipt(_ number: Int) throws(HostFileError) -> Receipt? {
    guard let bytes = try root.bytes(at: folder(number) + "/receipt") else { return nil }
    return Receipt(bytes.text) { index in (try? root.bytes(at: "\(folder(number))/\(index).before")) ?? nil }
  }

  /// The number of the next change.
  func nextNumber() throws(HostFileError) -> Int {
    let numbers = (try root.names(in: Self.directory + "/changes") ?? []).compactMap { Int($0) }
    return (numbers.max() ?? 0) + 1
  }

  /// Writes the replaced bytes, then the receipt, so that what a receipt names is there.
  func begin(_ receipt: Receipt) throws(HostFileError) {
    try root.makeDirectory(Self.directory)
    try root.makeDirectory(folder(receipt.number), mode: 0o700)
    for (index, file) in receipt.files.enumerated() {
      guard let before = file.before else { continue }
      try root.exchange("\(folder(receipt.number))/\(index).before", with: before, metadata: nil)
    }
    try update(receipt)
  }

  /// Writes the receipt as it is now.
  func update(_ receipt: Receipt) throws(HostFileError) {
    try root.exchange(folder(receipt.number) + "/receipt", with: Array(receipt.text.utf8), metadata: nil)
  }

  /// Now, in UTC.
  static func now() -> String {
    var seconds = time(nil)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let date = "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
    return "\(date)T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))Z"
  }
}
