import Glibc
import HostModel

/// One page of the program's own memory, to be mapped for a device; freed when it goes out of use.
struct TestPage: ~Copyable {
  let memory: UnsafeMutableRawPointer
  let size: Int

  /// Nil when there is no memory.
  init?() {
    let size = sysconf(Int32(_SC_PAGESIZE))
    guard size > 0,
      let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      memory != MAP_FAILED
    else { return nil }
    self.memory = memory
    self.size = size
  }

  deinit { munmap(memory, size) }

  /// Its address in this process, for the kernel.
  var address: UInt64 { UInt64(UInt(bitPattern: memory)) }
}

/// An I/O address for a page that meets none of the reserved regions, from 1 GiB upwards: below lie
/// what firmware reserves most often, above 39 bits what small IOMMUs cannot translate.
package func freeIOAddress(avoiding regions: [ReservedRegion], pageSize: UInt64) -> UInt64? {
  let limit: UInt64 = 1 << 38
  var address: UInt64 = 1 << 30
  // Each region moves the address at most once when they are taken in order.
  for region in regions.sorted(by: { $0.first < $1.first }) {
    guard region.first < address + pageSize, region.last >= address else { continue }
    guard region.last < limit else { return nil }
    address = (region.last / pageSize + 1) * pageSize
  }
  return address
}
