import Diagnosis
import HardwareNames
import HostFiles
import HostModel
import Reporting

/// The groups that `setup` offers, best first, with what each is.
struct SetupOffers {
  let groups: [GroupJudgement]
  private let index: PCIIndex
  private let names: PCINames

  init(_ index: PCIIndex, _ root: HostRoot) {
    self.index = index
    groups = Array(index.offers.prefix(20))
    names = hardwareNames(for: groups.flatMap(\.group.members).compactMap { index.devices[$0] })
  }

  func text(_ style: TerminalStyle) -> String {
    guard !groups.isEmpty else { return "  There is no group that a guest could have.\n" }
    var lines = ["  These could go to a guest (setup --bind ADDRESS chooses without asking):"]
    for (number, judgement) in groups.enumerated() {
      let members = judgement.group.members.compactMap { index.devices[$0] }.filter { !$0.isPassage }
      for (place, device) in members.enumerated() {
        let label = place == 0 ? "\(number + 1))" : ""
        let kind = DeviceKind(device).rawValue
        let name = names.name(of: device) ?? names.vendor(of: device) ?? "unknown"
        let start = String(repeating: " ", count: max(0, 6 - label.count)) + label
        lines += style.wrap(
          printable("\(device.address)  \(kind): \(name)"), first: start + " ", rest: "         ")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
