/// A boot entry of the Boot Loader Specification: loader/entries/NAME.conf.
package struct LoaderEntry: Sendable, Equatable {
  package var path: String
  package var bytes: [UInt8]
  package var title: String
  package var kernel: String?
  /// The text after `options`; several such lines are joined, as the specification says.
  package var options: String

  package init(_ bytes: [UInt8], path: String) {
    self.path = path
    self.bytes = bytes
    title = path.split(separator: "/").last.map(String.init) ?? path
    options = ""
    for line in bytes.lines {
      let line = line.trimmed
      guard line.first != Byte.hash else { continue }
      let key = line.prefix { !isSpace($0) }
      let value = line.dropFirst(key.count).trimmed.text
      switch key.text {
      case "title": title = value
      case "linux", "efi", "uki": kernel = value
      case "options": options += options.isEmpty ? value : " " + value
      default: break
      }
    }
  }

  /// Whether it belongs to the system with this machine id, which begins its file name.
  package func belongs(to machineID: String?) -> Bool {
    guard let machineID, let name = path.split(separator: "/").last else { return false }
    return name.hasPrefix(machineID + "-") || name == machineID + ".conf"
  }

  /// Whether its arguments come from grubenv.
  package var usesKernelOptions: Bool { Array(options.utf8).contains("$kernelopts") }

  /// As the loader would resolve it.
  package func resolved(kernelOptions: String?, machineID: String?) -> BootEntry {
    let text = options.replacing("$kernelopts", with: kernelOptions ?? "").replacing(
      "$tuned_params", with: "")
    return BootEntry(
      title: title, kernel: kernel, file: path,
      arguments: KernelCommandLine(parsing: text.utf8).parameters.map(\.text),
      isForeign: !belongs(to: machineID))
  }
}

extension String {
  /// The standard library's `replacing` takes a collection only with an import that is not wanted here.
  fileprivate func replacing(_ word: String, with other: String) -> String {
    var result: [UInt8] = []
    let (text, needle) = (Array(utf8), Array(word.utf8))
    var index = 0
    while index < text.count {
      if text[index...].starts(with: needle) {
        result += other.utf8
        index += needle.count
      } else {
        result.append(text[index])
        index += 1
      }
    }
    return result.text
  }
}

/// grubenv: 1024 bytes of `name=value` lines that GRUB reads and can write.
package struct GrubEnvironment: Sendable, Equatable {
  package var values: [String: String]
  /// Whether GRUB could write it: it must keep its size.
  package var isWhole: Bool

  package init(_ bytes: [UInt8]) {
    isWhole = bytes.count == 1024 && bytes.contains("# GRUB Environment Block")
    values = [:]
    for line in bytes.lines where line.first != Byte.hash {
      guard let equals = line.firstIndex(of: Byte.equals) else { continue }
      values[line[..<equals].text] = line[(equals + 1)...].text
    }
  }
}
