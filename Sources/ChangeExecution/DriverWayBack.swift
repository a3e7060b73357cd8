import ChangePlanning
import DriverHandover
import HostFiles
import HostModel

/// The drivers of devices as they will be, while changes are walked back from the newest on.
struct DriverWayBack {
  private struct Fate {
    let now: DriverBinding
    var then: DriverBinding
  }

  private var devices: [PCIAddress] = []
  private var fates: [PCIAddress: Fate] = [:]

  /// A device that is gone has nothing to be given back; one that somebody else gave away since stays
  /// there.
  mutating func walk(_ receipt: Receipt, _ root: HostRoot) throws(Refusal) {
    for rebinding in receipt.rebindings.reversed() {
      let device = rebinding.device
      guard let now = fates[device]?.now ?? KernelHandoverControl(root, limit: 0).binding(of: device) else {
        continue
      }
      let known = fates[device]?.then ?? now
      guard rebinding.mayStand(at: known) else {
        throw Refusal(
          reason: "changed-since",
          detail: "Somebody gave \(device) away after change \(receipt.number) (\(receipt.command)): it "
            + "\(known.words) now. It stays there.")
      }
      if fates[device] == nil { devices.append(device) }
      fates[device] = Fate(now: now, then: rebinding.from)
    }
  }

  /// What takes each from where it is to where it was; nothing where it is there already.
  var steps: [Step] {
    devices.compactMap { device in
      guard let fate = fates[device], fate.now != fate.then else { return nil }
      return .rebind(Rebinding(device: device, from: fate.now, to: fate.then))
    }
  }
}

extension Rebinding {
  /// Whether a function that is bound so may be where this change left it, at its end or half way.
  fileprivate func mayStand(at binding: DriverBinding) -> Bool {
    takesAnyDriver || binding.driver == nil || binding.driver == to.driver || binding.driver == from.driver
  }
}
