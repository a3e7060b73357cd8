import Glibc
import HostFiles
import HostModel

// The parsers of what an attacker, a broken firmware or a damaged disk can put before the
// program. Each takes bytes and must neither trap, hang, nor grow without bound.
private let parsers: [String: @Sendable ([UInt8]) -> Void] = [
  "snapshot": { bytes in
    guard let files = try? SnapshotText.parse(bytes) else { return }
    // What was read must print and read back the same.
    let printed = SnapshotText.print(files)
    guard let again = try? SnapshotText.parse(printed), SnapshotText.print(again) == printed else {
      fatalError("a snapshot does not survive being printed")
    }
    var replacement = IdentifierReplacement()
    _ = replacement.apply(to: files)
  },
  "kernel-log": { bytes in _ = KernelLog(parsing: bytes, origin: .savedFile).messages },
  "command-line": { bytes in
    let line = KernelCommandLine(parsing: bytes)
    _ = (IOMMUArguments(line), line.conflicts, line.misspelt, line.duplicateNames)
    _ = (line.unusableDeviceIDs, line.unusableVideoOptions)
  },
  "cpuinfo": { bytes in _ = ProcessorInfo(parsing: bytes).mayHaveLost("vmx") },
  "acpi": { bytes in
    if let table = DMARReading(parsing: bytes).table {
      for region in table.reservedRegions { _ = region.scopes.map(\.pathText) }
    }
    if let table = IVRSReading(parsing: bytes).table {
      _ = (table.hasSouthbridgeIOAPIC, table.rangeOverAllDevices)
    }
  },
  "mounts": { bytes in
    _ = Mount.parse(mountInfo: bytes)
    _ = Mount.parse(mounts: bytes)
    _ = SwapArea.parse(bytes)
    _ = FstabEntry.parse(bytes)
    _ = CrypttabEntry.parse(bytes)
    _ = BlockContent(properties: bytes)
  },
  "shell": { bytes in
    for dialect in ShellDialect.allCases {
      guard ShellScript(bytes, dialect: dialect).printed == bytes else {
        fatalError("a script does not survive being printed")
      }
      // What was added goes without a trace.
      let files = GrubDefaultsFiles(main: bytes, dropIns: dialect == .dash ? [] : nil, dialect: dialect)
      guard let edit = try? GrubDefaultsEdit.adding(["intel_iommu=on"], to: files) else { continue }
      let changed = files.applying(edit)
      guard let removal = try? GrubDefaultsEdit.removing(edit.arguments, from: changed),
        changed.applying(removal) == files
      else {
        fatalError("an argument does not go as it came")
      }
    }
  },
  "pci": { bytes in
    if let address = PCIAddress(bytes: bytes[...]), PCIAddress(address.description) != address {
      fatalError("an address does not survive being printed")
    }
    _ = PCIAlias(bytes[...])
  },
]

nonisolated(unsafe) private var parse: ([UInt8]) -> Void = { _ in }

@_extern(c, "LLVMFuzzerRunDriver")
private func runDriver(
  _ argc: UnsafeMutablePointer<Int32>,
  _ argv: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// `fuzz-parsers PARSER [libFuzzer's options and corpus folders…]`
@main
struct FuzzParsers {
  static func main() {
    let names = parsers.keys.sorted()
    guard CommandLine.arguments.count > 1, let chosen = parsers[CommandLine.arguments[1]] else {
      print(names.joined(separator: "\n"))
      exit(CommandLine.arguments.count > 1 ? 2 : 0)
    }
    parse = chosen
    // libFuzzer sees the program's name and what follows the parser's.
    var count = CommandLine.argc - 1
    var arguments = CommandLine.unsafeArgv.advanced(by: 1)
    arguments[0] = CommandLine.unsafeArgv[0]
    withUnsafeMutablePointer(to: &arguments) { pointer in
      exit(
        runDriver(&count, pointer) { data, size in
          parse(Array(UnsafeBufferPointer(start: data, count: size)))
          return 0
        })
    }
  }
}
