import ArgumentParser
import HostModel

/// `TARGET...` of the commands that are about devices.
struct TargetArguments: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "A device (0000:01:00.0, 01:00.0 or pci_0000_01_00_0), which stands for its whole group, or group:13.",
      valueName: "target"),
    transform: readTarget)
  var targets: [DeviceTarget]

  /// The groups they stand for; what an address brings along is said on standard error.
  func select(on evidence: HostEvidence) throws(CommandError) -> TargetSelection {
    do throws(TargetError) {
      let selection = try TargetSelection(of: targets, on: evidence)
      selection.notices.forEach(complain)
      return selection
    } catch {
      throw CommandError(.usage, "\(error)")
    }
  }
}

/// A target, or the usage error that says what one looks like.
func readTarget(_ text: String) throws -> DeviceTarget {
  guard let target = DeviceTarget(text) else {
    throw ValidationError(
      "\"\(text)\" is no target; give a device such as 0000:01:00.0, or a group such as group:13")
  }
  return target
}
