import Foundation
import HostFiles
import HostModel
import Testing

/// What a recorder saw must answer the same questions the same way.
struct RecordingFilesTests {
  @Test func aRecordingAnswersAsTheDirectoryDid() throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: directory) }
    let manager = FileManager.default
    for path in ["sys/devices/pci0000:00/0000:00:02.0", "sys/bus/pci/devices", "sys/class/iommu"] {
      try manager.createDirectory(
        at: directory.appendingPathComponent(path), withIntermediateDirectories: true)
    }
    try "0x8086\n".write(
      to: directory.appendingPathComponent("sys/devices/pci0000:00/0000:00:02.0/vendor"), atomically: false,
      encoding: .utf8)
    try manager.createSymbolicLink(
      atPath: directory.path + "/sys/bus/pci/devices/0000:00:02.0",
      withDestinationPath: "../../../devices/pci0000:00/0000:00:02.0")

    let recorder = try RecordingFiles(directory.path)
    let live = HostRoot(recordingInto: recorder)
    let questions = { (root: HostRoot) throws -> [String] in
      [
        "\(try root.names(in: "sys/bus/pci/devices") ?? ["nil"])",
        "\(try root.names(in: "sys/class/iommu") ?? ["nil"])",
        "\(try root.names(in: "sys/class/nothing") ?? ["nil"])",
        try root.line(at: "sys/bus/pci/devices/0000:00:02.0/vendor") ?? "nil",
        try root.line(at: "sys/bus/pci/devices/0000:00:02.0/driver") ?? "nil",
        try root.linkTarget(at: "sys/bus/pci/devices/0000:00:02.0") ?? "nil",
        root.probed("answer") { "42" } ?? "nil",
        "\(root.exists("sys/class/iommu")) \(root.exists("sys/class/net"))",
      ]
    }
    let seen = try questions(live)
    let text = SnapshotText.print(recorder.recording)
    let recorded = HostRoot(recording: try SnapshotText.parse(text), name: "recorded")
    #expect(try questions(recorded) == seen)
    #expect(seen.contains("0x8086"))
  }
}
