import ArgumentParser
import HostFiles
import HostModel
import HostSurvey
import PCISurvey

/// `host-needs`: what the hooks put beside the configuration when an initramfs is made. Not for people,
/// and therefore not in the list of commands.
struct HostNeedsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "host-needs",
    abstract: "Print what the boot program must leave to the host.",
    discussion: "Exit status: 0 complete; 3 something could not be measured.",
    shouldDisplay: false)

  @OptionGroup var common: CommonOptions

  func run() throws {
    let root = try common.openRoot()
    let devices = surveyPCIDevices(root).value ?? []
    let needs = surveyHostNeeds(root, devices: devices, uses: surveyHostUses(root, devices: devices))
    try writeToStandardOutput(Array(needs.text.utf8))
    if !needs.isComplete { throw ExitCode(ExitStatus.undecided.rawValue) }
  }
}
