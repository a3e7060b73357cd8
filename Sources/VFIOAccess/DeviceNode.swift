import CLinux
import Glibc
import HostModel

/// An open device node; closed when it goes out of use, which gives back all that it held.
struct DeviceNode: ~Copyable {
  /// With a leading slash.
  let path: String
  let descriptor: Int32

  init(opening path: String, as call: VFIOCall, for address: PCIAddress? = nil) throws(VFIORefusal) {
    let opened = open(path, O_RDWR | O_CLOEXEC)
    guard opened >= 0 else { throw VFIORefusal(call, path, address: address, KernelError(errno)) }
    self.path = path
    descriptor = opened
  }

  /// Takes over a descriptor that the kernel made.
  init(descriptor: Int32, path: String) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// A request with a number as its argument; answers the kernel's result.
  @discardableResult
  func ask(_ request: UInt, _ argument: Int32 = 0, as call: VFIOCall) throws(VFIORefusal) -> Int32 {
    let result = ioctl(descriptor, request, argument)
    guard result >= 0 else { throw VFIORefusal(call, path, KernelError(errno)) }
    return result
  }

  /// A request with a C structure as its argument, which the kernel reads and fills.
  func ask<Argument>(
    _ request: UInt, with argument: inout Argument, as call: VFIOCall, for address: PCIAddress? = nil
  ) throws(VFIORefusal) {
    let result = withUnsafeMutablePointer(to: &argument) {
      ioctl(descriptor, request, UnsafeMutableRawPointer($0))
    }
    guard result >= 0 else { throw VFIORefusal(call, path, address: address, KernelError(errno)) }
  }
}

/// How long a structure is, as the kernel's `argsz` and `size` want it told.
func size<Structure>(of type: Structure.Type) -> UInt32 { UInt32(MemoryLayout<Structure>.size) }
