/// A kernel module file of the smallest kind: an ELF object with nothing but `.modinfo`.
package enum ModuleFile {
  /// - Parameters:
  ///   - information: `key=value` pairs of .modinfo.
  ///   - signer: names the signer in an appended signature of the plain (not PKCS#7) kind; nil leaves
  ///     the file unsigned.
  package static func bytes(information: [String], signer: String?) -> [UInt8] {
    let modinfo: [UInt8] = information.flatMap { [UInt8]($0.utf8) + [0] }
    let names = Array("\0.modinfo\0.shstrtab\0".utf8)
    let modinfoOffset = 64
    let namesOffset = modinfoOffset + modinfo.count
    let headers = (namesOffset + names.count + 7) / 8 * 8
    var file: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9)
    file += little(1, 2) + little(62, 2) + little(1, 4)  // relocatable, x86-64, version
    file += little(0, 8) + little(0, 8) + little(UInt64(headers), 8)  // entry, segments, sections
    file += little(0, 4) + little(64, 2) + little(0, 2) + little(0, 2)  // flags, sizes of the headers
    file += little(64, 2) + little(3, 2) + little(2, 2)  // three sections, the last holds the names
    file += modinfo + names
    file += [UInt8](repeating: 0, count: headers - file.count)
    file += section(name: 0, kind: 0, offset: 0, size: 0)
    file += section(name: 1, kind: 1, offset: modinfoOffset, size: modinfo.count)
    file += section(name: 10, kind: 3, offset: namesOffset, size: names.count)
    if let signer { file += signature(by: signer) }
    return file
  }

  private static func section(name: UInt64, kind: UInt64, offset: Int, size: Int) -> [UInt8] {
    little(name, 4) + little(kind, 4) + little(0, 8) + little(0, 8) + little(UInt64(offset), 8)
      + little(UInt64(size), 8) + little(0, 4) + little(0, 4) + little(1, 8) + little(0, 8)
  }

  /// struct module_signature (include/linux/module_signature.h) behind signer, key and signature.
  private static func signature(by signer: String) -> [UInt8] {
    let key: [UInt8] = [1, 2, 3, 4]
    let data = [UInt8](repeating: 0x5a, count: 16)
    let lengths: [UInt8] = [UInt8(signer.utf8.count), UInt8(key.count), 0, 0, 0, 0, 0, 0, UInt8(data.count)]
    return Array(signer.utf8) + key + data + [1, 4, 1] + lengths + Array("~Module signature appended~\n".utf8)
  }

  private static func little(_ value: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
  }
}
