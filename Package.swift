// swift-tools-version: 6.1
import PackageDescription

// What the boot programs are made of does without Regex, of which even `contains(String)` is a part, and
// without Concurrency: see the end of this file.
let forBoot: [SwiftSetting] = [
  .unsafeFlags([
    "-Xfrontend", "-disable-implicit-string-processing-module-import",
    "-Xfrontend", "-disable-implicit-concurrency-module-import",
  ])
]

// Targets are the architecture: see Sources/README.md for what each may use.
let package = Package(
  name: "passthru-doctor",
  products: [
    .executable(name: "passthru-doctor", targets: ["passthru-doctor"]),
    .executable(name: "passthru-early-bind", targets: ["passthru-early-bind"]),
    .executable(name: "passthru-early-load", targets: ["passthru-early-load"]),
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
      dependencies: ["PCISurvey", "HostFiles", "HostModel", "CLinux"],
      swiftSettings: forBoot),
    .executableTarget(
      name: "passthru-early-bind", dependencies: ["EarlyBinding", "HostFiles", "HostModel"],
      swiftSettings: forBoot),
    .executableTarget(
      name: "passthru-early-load", dependencies: ["KernelModules", "CLinux"], swiftSettings: forBoot),

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

// `packaging/build-early-bind` alone builds the boot programs as they ship: in Embedded Swift, without the Swift
// runtime, of which an emulator or a processor with cold caches would feel every page. They share their sources with
// the doctor; what they have no use for stays out, and need not do without key paths, dynamic casts and `any`.
if let linking = Context.environment["PASSTHRU_BOOT_PROGRAMS"] {
  package.dependencies = []
  package.products = package.products.filter { $0.name.hasPrefix("passthru-early-") }
  let shared = ["HostModel", "HostFiles", "KernelModules", "PCISurvey", "EarlyBinding"]
  let programs = ["passthru-early-bind", "passthru-early-load"]
  package.targets = package.targets.filter {
    (["CLinux", "CKmod"] + shared + programs).contains($0.name)
  }
  let embedded: [SwiftSetting] = [
    .enableExperimentalFeature("Embedded"),
    .unsafeFlags(["-wmo", "-Osize", "-Xfrontend", "-function-sections"]),
  ]
  for target in package.targets where !["CLinux", "CKmod"].contains(target.name) {
    target.swiftSettings = forBoot + embedded
    target.dependencies.append("Glibc")
    switch target.name {
    case "HostModel":
      target.exclude = [
        "ACPI", "BootLoader", "Evidence", "GrubDefaults", "Initramfs", "KernelArguments", "KernelLog", "Uses",
      ]
    case "HostFiles": target.exclude = ["Recording", "Replacing"]
    default: break
    }
  }
  package.targets.append(
    .target(name: "Glibc", dependencies: ["CLinux"], swiftSettings: forBoot + embedded))
  let asSmallAsItGets = [
    "-enable-experimental-feature", "Embedded", "-use-ld=lld", "-Xclang-linker", "-no-pie",
    "-Xclang-linker", "-Wno-unused-command-line-argument",
    "-Xlinker", "--gc-sections", "-Xlinker", "--icf=all", "-Xlinker", "--as-needed",
  ]
  for target in package.targets where programs.contains(target.name) {
    // The one that decides has no library to wait for, where the C library can be linked so.
    var options = asSmallAsItGets
    if target.name == "passthru-early-bind" {
      if linking == "static" { options += ["-Xclang-linker", "-static"] }
      #if arch(x86_64)
        options += ["-Xlinker", "--entry=linux_entry_with_helper"]
      #endif
    }
    target.linkerSettings = [.linkedLibrary("swiftUnicodeDataTables"), .unsafeFlags(options)]
  }
}
