// swift-tools-version: 6.1
import PackageDescription

// The boot program lies in every initramfs and starts in every boot, so it must be small. Neither
// Regex nor Concurrency, 2 MB of the runtime, may get into what it is made of; even `contains(String)`
// is of the first. Each function has a section of its own, and none is kept for others to call, so that
// the linker drops what nobody calls: most of HostModel.
let forBoot: [SwiftSetting] = [
  .unsafeFlags([
    "-Xfrontend", "-function-sections", "-Xfrontend", "-internalize-at-link",
    "-Xfrontend", "-disable-implicit-string-processing-module-import",
    "-Xfrontend", "-disable-implicit-concurrency-module-import",
  ])
]

// At a fixed address: 20,000 pointers need not be put right at each start, nor carried along.
let atFixedAddress: [LinkerSetting] = [
  .unsafeFlags(["-Xclang-linker", "-no-pie", "-Xclang-linker", "-static-libgcc"])
]

// Targets are the architecture: see Sources/README.md for what each may use.
let package = Package(
  name: "passthru-doctor",
  products: [
    .executable(name: "passthru-doctor", targets: ["passthru-doctor"]),
    .executable(name: "passthru-early-bind", targets: ["passthru-early-bind"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // C libraries and the system calls that Swift cannot reach.
    .systemLibrary(
      name: "CKmod", pkgConfig: "libkmod",
      providers: [.apt(["libkmod-dev"]), .yum(["kmod-devel"])]),
    .systemLibrary(
      name: "CBlkid", pkgConfig: "blkid",
      providers: [.apt(["libblkid-dev"]), .yum(["libblkid-devel"])]),
    .systemLibrary(
      name: "CUdev", pkgConfig: "libudev",
      providers: [.apt(["libudev-dev"]), .yum(["systemd-devel"])]),
    .target(name: "CLinux"),

    // Values: no I/O, no Foundation.
    .target(name: "HostModel", swiftSettings: forBoot),

    // The doors to the host.
    .target(name: "HostFiles", dependencies: ["CLinux", "HostModel"], swiftSettings: forBoot),
    .target(name: "KernelModules", dependencies: ["CKmod"], swiftSettings: forBoot),
    .target(name: "ProgramRunning"),
    .target(name: "PCISurvey", dependencies: ["HostFiles", "HostModel"], swiftSettings: forBoot),
    .target(name: "BlockDevices", dependencies: ["CBlkid", "HostModel"]),
    .target(name: "HardwareNames", dependencies: ["CUdev", "HostFiles", "HostModel"]),
    .target(name: "InitramfsImages", dependencies: ["HostFiles", "HostModel"]),
    .target(
      name: "HostSurvey",
      dependencies: [
        "PCISurvey", "BlockDevices", "KernelModules", "ProgramRunning", "InitramfsImages", "HostFiles",
        "HostModel",
      ]),

    // A group in the hands of a virtual machine monitor.
    .target(name: "VFIOAccess", dependencies: ["CLinux", "HostFiles", "HostModel"]),

    // Devices that go from driver to driver while the host runs.
    .target(name: "DriverHandover", dependencies: ["PCISurvey", "KernelModules", "HostFiles", "HostModel"]),

    // What a guest's definition says of the devices that it is given: pure.
    .target(name: "GuestDefinitions", dependencies: ["HostModel"]),

    // Guests, through libvirt's own program.
    .target(name: "LibvirtGuests", dependencies: ["GuestDefinitions", "ProgramRunning", "HostModel"]),

    // What the boot program does: no Foundation, no Concurrency.
    .target(
      name: "EarlyBinding",
      dependencies: ["PCISurvey", "KernelModules", "HostFiles", "HostModel", "CLinux"],
      swiftSettings: forBoot),
    .executableTarget(
      name: "passthru-early-bind", dependencies: ["EarlyBinding", "HostFiles", "HostModel"],
      swiftSettings: forBoot, linkerSettings: atFixedAddress),

    // Judgement and its words: pure.
    .target(name: "Diagnosis", dependencies: ["HostModel"]),
    .target(name: "ChangePlanning", dependencies: ["GuestDefinitions", "HostModel"]),
    .target(
      name: "Reporting", dependencies: ["Diagnosis", "ChangePlanning", "GuestDefinitions", "HostModel"]),

    // What carries plans out.
    .target(
      name: "ChangeExecution",
      dependencies: [
        "ChangePlanning", "DriverHandover", "KernelModules", "GuestDefinitions", "LibvirtGuests",
        "InitramfsImages", "ProgramRunning", "HostFiles", "HostModel", "CLinux",
      ]),

    // The program.
    .target(
      name: "DoctorCommands",
      dependencies: [
        "HostSurvey", "PCISurvey", "HardwareNames", "KernelModules", "DriverHandover", "VFIOAccess",
        "GuestDefinitions", "LibvirtGuests",
        "ChangePlanning", "ChangeExecution", "Diagnosis", "Reporting", "HostFiles", "HostModel",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(name: "passthru-doctor", dependencies: ["DoctorCommands"]),

    // Recorded hosts that several tests are made of.
    .target(name: "TestHosts", dependencies: ["HostFiles", "HostModel"], path: "Tests/TestHosts"),
    .testTarget(name: "HostModelTests", dependencies: ["HostModel", "TestHosts"]),
    .testTarget(name: "HostFilesTests", dependencies: ["HostFiles", "HostModel", "CLinux", "TestHosts"]),
    .testTarget(name: "ProgramTests", dependencies: ["passthru-doctor"]),
    .testTarget(name: "ReportingTests", dependencies: ["Reporting", "Diagnosis", "HostModel"]),
    .testTarget(name: "BlockDevicesTests", dependencies: ["BlockDevices", "HostModel"]),
    .testTarget(name: "HardwareNamesTests", dependencies: ["HardwareNames", "HostModel"]),
    .testTarget(
      name: "PCISurveyTests", dependencies: ["PCISurvey", "HostFiles", "HostModel", "TestHosts"]),
    .testTarget(name: "GuestDefinitionsTests", dependencies: ["GuestDefinitions", "HostModel"]),
    .testTarget(
      name: "DriverHandoverTests", dependencies: ["DriverHandover", "HostFiles", "HostModel", "CLinux"]),
    .testTarget(
      name: "LibvirtGuestsTests", dependencies: ["LibvirtGuests", "GuestDefinitions", "HostModel"]),
    .testTarget(name: "VFIOAccessTests", dependencies: ["VFIOAccess", "HostModel"]),
    .testTarget(name: "KernelModulesTests", dependencies: ["KernelModules", "TestHosts"]),
    .testTarget(
      name: "HostSurveyTests",
      dependencies: [
        "HostSurvey", "PCISurvey", "Diagnosis", "KernelModules", "HostFiles", "HostModel", "TestHosts",
      ]),
    .testTarget(
      name: "ChangeExecutionTests",
      dependencies: ["ChangeExecution", "ChangePlanning", "HostFiles", "HostModel", "CLinux", "TestHosts"]),
    .testTarget(
      name: "ChangePlanningTests", dependencies: ["ChangePlanning", "GuestDefinitions", "HostModel"]),
    .testTarget(
      name: "EarlyBindingTests",
      dependencies: ["EarlyBinding", "PCISurvey", "HostFiles", "HostModel", "TestHosts"]),
    .testTarget(
      name: "DiagnosisTests",
      dependencies: ["Diagnosis", "HostSurvey", "PCISurvey", "HostFiles", "HostModel", "TestHosts"]),
    .testTarget(name: "ProgramRunningTests", dependencies: ["ProgramRunning"]),
  ],
  swiftLanguageModes: [.v6]
)

// `make fuzz` alone builds this target: it links libFuzzer, which has a main of its own.
if Context.environment["PASSTHRU_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "fuzz-parsers", dependencies: ["HostFiles", "HostModel"], path: "Tests/Fuzzing",
      exclude: ["run", "seeds"], linkerSettings: [.unsafeFlags(["-use-ld=lld", "-sanitize=fuzzer"])]))
}
