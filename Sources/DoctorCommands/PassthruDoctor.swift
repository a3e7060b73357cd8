import ArgumentParser

/// The command line: `passthru-doctor COMMAND …`.
package struct PassthruDoctor: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "passthru-doctor",
    abstract:
      "Prepares a Linux host to hand PCI devices to virtual machines, and says what is wrong with it.",
    discussion: """
      Without a command it makes the report (check).

      Exit status: 0 done or ready; 1 not ready, or failed with the host unchanged; 2 usage; \
      3 undecided, because something could not be measured; 4 done, reboot needed; 5 refused.
      """,
    version: programVersion,
    subcommands: [
      CheckCommand.self, ExplainCommand.self, DevicesCommand.self, GroupsCommand.self, KargsCommand.self,
      SetupCommand.self, ModulesCommand.self, BindCommand.self, UnbindCommand.self,
      DetachCommand.self, ReattachCommand.self, VerifyCommand.self, GuestCommand.self,
      HistoryCommand.self, UndoCommand.self, SnapshotCommand.self,
      HostNeedsCommand.self,
    ],
    defaultSubcommand: CheckCommand.self
  )

  package init() {}
}

/// The version that `--version` prints and that packages carry.
package let programVersion = "0.1.0"
