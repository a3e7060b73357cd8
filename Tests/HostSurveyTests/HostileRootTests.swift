import HostFiles
import HostModel
import TestHosts
import Testing

@testable import HostSurvey

/// Roots that nobody should meet: the survey ends, and says what it could not measure.
struct HostileRootTests {
  /// Paths that the survey reads as files.
  static let files = [
    "proc/cpuinfo", "proc/cmdline", "proc/modules", "proc/interrupts", "proc/version", "proc/1/environ",
    "proc/sys/kernel/osrelease", "proc/xen/capabilities", "etc/os-release", "sys/kernel/security/lockdown",
    "sys/hypervisor/type", "sys/firmware/acpi/tables/DMAR", "sys/firmware/acpi/tables/IVRS",
    SourcesTests.secureBoot, "sys/class/dmi/id/sys_vendor", "boot/config-6.6", "lib/modules/6.6/modules.dep",
    "lib/modules/6.6/modules.builtin", "etc/modprobe.d/a.conf", "run/systemd/container", "var/log/dmesg",
    "sys/module/vfio/parameters/enable_unsafe_noiommu_mode", "proc/config.gz",
  ]
  static let contents: [[UInt8]] = [
    [], [0], [0x0a], Array(repeating: 0xff, count: 5_000), Array(repeating: 0x0a, count: 5_000),
    Array(repeating: 0x20, count: 5_000), Array("[".utf8), Array("=\n:\n==\n\\".utf8),
    (0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ 13) },
  ]

  @Test(arguments: contents.indices)
  func strangeContent(index: Int) {
    var recorded = RecordedFiles()
    for path in Self.files { recorded.add(.file(Self.contents[index]), at: path) }
    let evidence = surveyHost(HostRoot(recording: recorded, name: "test"))
    #expect(evidence.root == "test")
  }

  @Test func directoriesInThePlaceOfFiles() throws {
    let scratch = try ScratchDirectory()
    for path in Self.files { scratch.directory(path) }
    let evidence = surveyHost(try HostRoot(directory: scratch.path))
    #expect(evidence.processors.unreadableReason == "is a directory")
    #expect(evidence.commandLine.unreadableReason == "is a directory")
    #expect(evidence.loadedModules.value == nil)
  }

  @Test(.timeLimit(.minutes(10)))
  func pipesInThePlaceOfFiles() throws {
    let scratch = try ScratchDirectory()
    for path in Self.files { scratch.fifo(path) }
    let evidence = surveyHost(try HostRoot(directory: scratch.path))
    #expect(evidence.processors.unreadableReason == "invalid argument")
    #expect(evidence.osRelease.unreadableReason == "invalid argument")
  }

  @Test func loopsInThePlaceOfFiles() throws {
    let scratch = try ScratchDirectory()
    for path in Self.files { scratch.link(path, to: "/" + path) }
    let evidence = surveyHost(try HostRoot(directory: scratch.path))
    #expect(evidence.processors.unreadableReason == "too many levels of symbolic links")
  }

  /// Links to the running host's files lead to nothing, as there are none inside.
  @Test func linksOutOfTheRoot() throws {
    let scratch = try ScratchDirectory()
    scratch.link("proc", to: "/proc/self/root/proc")
    scratch.link("etc", to: "../../../../etc")
    scratch.link("sys", to: "/sys")
    scratch.link("dev", to: "/dev")
    scratch.link("usr/bin", to: "/bin")
    let evidence = surveyHost(try HostRoot(directory: scratch.path))
    #expect(evidence.processors.value == nil)
    #expect(evidence.osRelease.value == nil)
    #expect(evidence.firmwareKind.value == nil)
    #expect(evidence.kvmDevice.value == nil)
    #expect(evidence.memlock.value == nil)
    #expect(evidence.kernelLog.value == nil)
  }

  @Test func theRunningHostIsSurveyed() throws {
    let evidence = surveyHost(try HostRoot(directory: "/"))
    #expect(evidence.isRunningHost)
    #expect(evidence.processors.value != nil)
    #expect(evidence.kernelRelease.value?.isEmpty == false)
    #expect(evidence.commandLine.value != nil)
    #expect(evidence.memlock.value != nil)
  }
}
