import ChangePlanning
import DriverHandover
import Glibc
import HostModel

extension [Step] {
  /// The devices that change hands now.
  var rebindings: [Rebinding] {
    compactMap { if case .rebind(let rebinding) = $0 { rebinding } else { nil } }
  }
}

extension ChangeExecutor {
  /// Milliseconds for one driver to let go of a device, or to take it.
  private static let driverLimit = 30_000

  /// Gives devices to other drivers: all of them, or none.
  func rebindNow(_ rebindings: [Rebinding]) throws(ChangeFailure) {
    guard !rebindings.isEmpty else { return }
    let control = KernelHandoverControl(root, limit: Self.driverLimit)
    // A driver that was never needed since the boot is not loaded yet.
    for rebinding in rebindings where rebinding.takesAnyDriver { loadHostDrivers(at: rebinding.device, root) }
    do throws(FailedHandover) {
      try handOver(rebindings, control) { progress("\($0.device): to a driver of the host") }
    } catch {
      let left = error.notGivenBack.map(\.description).joined(separator: "; ")
      throw ChangeFailure(
        "A device could not change hands: \(error.failure)."
          + (left.isEmpty ? "" : " Not given back: \(left)."),
        isHostUnchanged: left.isEmpty)
    }
  }

  /// After a failure that came later: the devices as they were. Where they never changed hands, there is
  /// nothing to do.
  func rebindingBack(_ rebindings: [Rebinding], after failure: ChangeFailure) -> ChangeFailure {
    let control = KernelHandoverControl(root, limit: Self.driverLimit)
    let moved = rebindings.compactMap { rebinding -> Rebinding? in
      guard let now = control.binding(of: rebinding.device), now != rebinding.from else { return nil }
      return Rebinding(device: rebinding.device, from: now, to: rebinding.from)
    }
    do throws(FailedHandover) {
      try handOver(moved, control)
      return failure
    } catch {
      return ChangeFailure(
        "\(failure.reason)\nThe devices stay with the host until the next boot: \(error.failure).",
        isHostUnchanged: false)
    }
  }
}
