import ArgumentParser
import HostFiles
import HostModel
import Reporting

/// `devices`: every PCI device and what the host uses it for.
struct DevicesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devices",
    abstract: "List every PCI device: driver, IOMMU group, and what the host uses it for.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var filter: DeviceFilter

  @Flag(help: "Draw the topology, with groups marked.")
  var tree = false

  func run() throws {
    let root = try common.openRoot()
    let all = try listedDevices(root)
    let listing = DeviceListing(of: filter.isEmpty ? all : all.filter(filter.matches), among: all, root)
    if common.json {
      let texts = stretchesSideBySide(listing.devices.count, listing.text)
      for piece in DeviceListing.document(texts) { try writeToStandardOutput(piece) }
    } else {
      let text = tree ? listing.tree(common.style) : listing.table(common.style, verbosity: common.verbosity)
      try writeToStandardOutput(Array(text.utf8))
    }
  }
}
