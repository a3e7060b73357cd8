import ArgumentParser
import ChangeExecution
import ChangePlanning
import HostFiles
import HostModel
import HostSurvey
import Reporting

/// `kargs`: kernel arguments, where this host's boot loader takes them from.
struct KargsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kargs",
    abstract: "Show or change the kernel's arguments where this host's boot loader takes them from.",
    subcommands: [
      KargsShowCommand.self, KargsAddCommand.self, KargsRemoveCommand.self, KargsTryCommand.self,
    ],
    defaultSubcommand: KargsShowCommand.self)
}

/// `kargs show`: running, kept, per boot entry, and what differs.
struct KargsShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show the arguments of the running kernel, those that are kept, those of each boot entry.")

  @OptionGroup var common: CommonOptions

  func run() throws {
    let root = try common.openRoot()
    let host = surveyBoot(root)
    guard let loader = host.bootLoader.value else {
      let reason = host.bootLoader.unreadableReason ?? "it was not found"
      throw CommandError(.usage, "reading /\(host.bootLoader.source): \(reason)")
    }
    var sourced: SourcedValues?
    // Only what reading cannot tell is worth starting a shell.
    if let files = loader.defaultsFiles(dialect: .dash), let reading = try? GrubDefaultsReading(files),
      reading.linux.value.bytes == nil || reading.linuxDefault.value.bytes == nil
    {
      sourced = (try? SourcingCheck(root, interpreter: loader.interpreter).values(of: files)).map(
        SourcedValues.init)
    }
    let report = KernelArgumentsReport(
      layout: BootLayout(loader),
      arguments: loader.arguments(running: host.commandLine.value, sourced: sourced),
      trial: host.bootTrial.value?.trial(running: host.commandLine.value))
    try writeToStandardOutput(common.json ? report.json.document : Array(report.text(common.style).utf8))
  }
}

/// `kargs add ARG…`
struct KargsAddCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Add kernel arguments for every boot from the next one on.",
    discussion: """
      Exit status: 4 done, and it counts after a reboot; 0 nothing had to be done; 5 refused, with the \
      reason; 1 it failed, and the host is as it was.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var change: ChangeOptions

  @Flag(help: "Take out arguments that say the opposite.")
  var replace = false

  @Argument(help: "Arguments as the kernel reads them, for example intel_iommu=on.")
  var arguments: [String]

  func run() throws {
    try makeChange(.addArguments(arguments, replacing: replace), common, change)
  }
}

/// `kargs remove ARG…`
struct KargsRemoveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Take kernel arguments out again.",
    discussion: "Exit status: as kargs add.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var change: ChangeOptions

  @Argument(help: "Arguments as they were added.")
  var arguments: [String]

  func run() throws {
    try makeChange(.removeArguments(arguments), common, change)
  }
}

/// `kargs try ARG…`
struct KargsTryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "try", abstract: "Boot once with kernel arguments, then fall back by itself.",
    discussion: """
      GRUB boots a copy of the running kernel's entry once. After a panic the kernel restarts by itself, and the \
      boot after is the usual one. Where GRUB cannot do that, the way through its menu is told. kargs show tells \
      how it went.

      Exit status: as kargs add.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var change: ChangeOptions

  @Flag(help: "Take away what a trial has left, before it or after it.")
  var clear = false

  @Argument(help: "Arguments as the kernel reads them, for example intel_iommu=on.")
  var arguments: [String] = []

  func validate() throws {
    if clear != arguments.isEmpty {
      throw ValidationError(clear ? "--clear takes no arguments" : "name the arguments to try, or --clear")
    }
  }

  func run() throws {
    try makeChange(clear ? .clearTrial : .tryArguments(arguments), common, change)
  }
}
