import ChangePlanning
import DriverHandover
import Glibc
import HostModel
import KernelModules

extension ChangeExecutor {
  /// Gives devices to other drivers: all of them, or none.
  func rebindNow(_ rebindings: [Rebinding]) throws(ChangeFailure) {
    guard !rebindings.isEmpty else { return }
    let control = KernelHandoverControl(root, limit: driverLimit)
    // A driver of the host's that was never needed since the boot is not loaded yet.
    for rebinding in rebindings where !rebinding.isToVFIO { loadHostDrivers(at: rebinding.device, root) }
    do throws(FailedHandover) {
      try handOver(rebindings, control) {
        progress("\($0.device): to \($0.to.driver ?? "a driver of the host")")
      }
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
    let control = KernelHandoverControl(root, limit: driverLimit)
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

  // MARK: Modules

  /// Loads a module; says which came by that.
  func load(_ name: String) throws(ChangeFailure) -> [String] {
    do throws(KmodError) {
      return try loadHostModule(name, root)
    } catch {
      throw ChangeFailure("\(error)\(error.loadingCause.map { ": \($0)" } ?? "").")
    }
  }

  func unload(_ name: String) throws(ChangeFailure) {
    do throws(KmodError) {
      try unloadHostModule(name, root)
    } catch {
      let isInUse = error.code == EBUSY || error.code == EWOULDBLOCK
      throw ChangeFailure(isInUse ? "The module \(name) is in use, so it stays." : "\(error).")
    }
  }

  /// After a failure: modules that came go.
  func unloading(_ modules: [String], after failure: ChangeFailure) -> ChangeFailure {
    do throws(ChangeFailure) {
      for module in modules.reversed() { try unload(module) }
      return failure
    } catch {
      return ChangeFailure("\(failure.reason)\n\(error.reason)", isHostUnchanged: false)
    }
  }
}
