import HostFiles
import HostModel

/// The tables by which the firmware describes IOMMUs (sys/firmware/acpi/tables): names are there
/// for everybody, contents for root only.
struct ACPITablesSource {
  let names: Observed<[String]>
  let dmar: Observed<DMARReading>
  let ivrs: Observed<IVRSReading>

  private static let directory = "sys/firmware/acpi/tables"

  init(_ root: HostRoot) {
    names = root.observeSysfsNames(in: Self.directory)
    // Only what is listed is opened: elsewhere the answer is known.
    dmar = Self.table("DMAR", root, names) { DMARReading(parsing: $0) }
    ivrs = Self.table("IVRS", root, names) { IVRSReading(parsing: $0) }
  }

  private static func table<Reading>(
    _ signature: String, _ root: HostRoot, _ names: Observed<[String]>, _ parse: ([UInt8]) -> Reading
  ) -> Observed<Reading> {
    let path = "\(directory)/\(signature)"
    switch names {
    case .unreadable(_, let reason): return .unreadable(source: path, reason: reason)
    case .found(let listed, _) where listed.contains(signature): return root.observeSysfs(path, parse)
    case .found, .absent: return .absent(source: path)
    }
  }
}
