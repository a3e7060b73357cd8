import HostFiles
import HostModel

// sysfs tells by absence: no sys/class/iommu means no IOMMU. Where sysfs itself is not there (a
// container, an unpacked image) the same absence means nothing, and must not be taken for it.

extension HostRoot {
  /// Whether sysfs is there to be asked.
  var hasSysfs: Bool { ["sys/kernel", "sys/class", "sys/bus", "sys/firmware"].contains(where: exists) }

  /// Why sysfs does not answer.
  static var sysfsIsMissing: String { "sysfs is not mounted" }

  /// A file of sysfs: its absence is an answer only where sysfs is there.
  func observeSysfs<Value>(_ path: String, _ transform: ([UInt8]) -> Value) -> Observed<Value> {
    orUnreadable(observe(path) { bytes throws(HostFileError) in transform(bytes) })
  }

  /// Names in a directory of sysfs.
  func observeSysfsNames(in path: String) -> Observed<[String]> {
    orUnreadable(observeNames(in: path))
  }

  /// Names in a directory.
  func observeNames(in path: String) -> Observed<[String]> {
    do throws(HostFileError) {
      return try names(in: path).map { .found($0, source: path) } ?? .absent(source: path)
    } catch {
      return .unreadable(source: path, reason: error.reason)
    }
  }

  /// Absence below a sysfs that is not there is no answer.
  func orUnreadable<Value>(_ observed: Observed<Value>) -> Observed<Value> {
    if case .absent(let source) = observed, !hasSysfs {
      return .unreadable(source: source, reason: Self.sysfsIsMissing)
    }
    return observed
  }

  /// Absence below a proc that is not there is no answer.
  func observeProc<Value>(_ path: String, _ transform: ([UInt8]) -> Value) -> Observed<Value> {
    let observed = observe(path) { bytes throws(HostFileError) in transform(bytes) }
    if case .absent(let source) = observed {
      return .unreadable(source: source, reason: "there is no such file; proc is not mounted")
    }
    return observed
  }
}
