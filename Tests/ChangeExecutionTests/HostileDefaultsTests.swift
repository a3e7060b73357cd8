import ChangeExecution
import Foundation
import HostFiles
import HostModel
import Testing

private func sourced(
  _ text: String, _ interpreter: [String] = ["/bin/sh"], seconds: Int = 20
) throws -> SourcingCheck.Values {
  let check = SourcingCheck(try HostRoot(directory: "/"), interpreter: interpreter, secondsLimit: seconds)
  return try check.values(of: GrubDefaultsFiles(main: Array(text.utf8), dialect: .dash))
}

private let canConfine = (try? sourced("")) != nil

/// Files that would do harm if grub-mkconfig ran them; the check that sources them must let none through.
///
/// As root, or where ordinary users may have namespaces of their own.
@Suite(.enabled(if: canConfine), .serialized)
final class HostileDefaultsTests {
  /// A place that a file must not be able to write to.
  private let victim = FileManager.default.temporaryDirectory.path + "/victim-" + UUID().uuidString

  init() throws { try Data("whole\n".utf8).write(to: URL(fileURLWithPath: victim)) }

  deinit { try? FileManager.default.removeItem(atPath: victim) }

  private func value(_ text: String, _ interpreter: [String] = ["/bin/sh"]) throws -> String? {
    try sourced(text + "\nGRUB_CMDLINE_LINUX=\"$r\"\n", interpreter)["GRUB_CMDLINE_LINUX"].map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  private var isVictimWhole: Bool {
    (try? String(contentsOfFile: victim, encoding: .utf8)) == "whole\n"
  }

  @Test func ordinaryFilesAreSourced() throws {
    #expect(try value("r=\"$(echo a 2>/dev/null)$(cat <<E\nb\nE\n)\"") == "ab")
    #expect(try value("r=$(exec 2>/dev/null; ls /proc/self/fd >/dev/null && echo fd)") == "fd")
  }

  @Test func theInterpreterIsThatOfMkconfig() throws {
    #expect(try value("r=\"${BASH_VERSION:+bash}\"", ["/bin/bash"]) == "bash")
    #expect(throws: SourcingCheck.Failure.self) { try value("", ["/nonexistent/shell"]) }
  }

  @Test func nothingIsWritten() throws {
    // The directory of temporary files has another one in its place.
    let place = "/var/tmp/passthru-victim-\(getpid())"
    #expect(try value("r=no; { echo x >\(victim); } 2>/dev/null && r=written || :") == "no")
    #expect(try value("r=no; { echo x >\(place); } 2>/dev/null && r=written || :") == "no")
    #expect(try value("r=no; rm -f \(victim) 2>/dev/null; mkdir \(place) 2>/dev/null && r=made || :") == "no")
    #expect(isVictimWhole)
    #expect(!FileManager.default.fileExists(atPath: place))
  }

  @Test func otherProcessesRootsAreOutOfReach() throws {
    let write =
      "for p in 1 \(getpid()); do { echo x >/proc/$p/root\(victim); } 2>/dev/null && r=written; done || :"
    #expect(try value("r=no; " + write) == "no")
    #expect(isVictimWhole)
  }

  @Test func devicesAreNotWrittenTo() throws {
    let write = "for d in /dev/vda /dev/sda /dev/nvme0n1 /dev/kmsg /dev/ptmx /dev/tty; do "
    #expect(try value("r=no; \(write) { true >>$d; } 2>/dev/null && r=$d; done || :") == "no")
    #expect(try value("r=no; { echo x >/dev/null; } && r=null") == "null")
  }

  @Test func noSocketIsOpened() throws {
    let script =
      "import socket\nfor f in (socket.AF_UNIX, socket.AF_INET, socket.AF_NETLINK):\n"
      + "  try:\n    socket.socket(f); print(\"opened\")\n  except PermissionError: print(\"no\", end=\"\")\n"
    #expect(try value("r=$(/usr/bin/python3 -c '\(script)' 2>/dev/null || echo nopython)") != "opened")
    #expect(
      try value("r=no; (exec 3<>/dev/tcp/127.0.0.1/1) 2>/dev/null && r=yes || :", ["/bin/bash"]) == "no")
  }

  @Test func namespacesAndMountsAreRefused() throws {
    let tries = [
      "unshare -r true", "unshare -m true", "mount -t tmpfs x /mnt", "mount -o remount,rw /", "umount /proc",
    ]
    for attempt in tries {
      #expect(try value("r=no; \(attempt) 2>/dev/null && r=done || :") == "no", "\(attempt)")
    }
  }

  @Test func theCallerIsOutOfReach() {
    // It may end itself; this process, and those above it, go on.
    let kill = "kill -9 \(getpid()) \(getppid()) 2>/dev/null && r=killed; kill -9 $PPID -1 2>/dev/null"
    #expect((try? value("r=no; \(kill) || :")) != "killed")
  }

  @Test func whatIsStartedEndsWithIt() throws {
    let mark = "98765.\(getpid())"
    _ = try value("sleep \(mark) & r=x")
    #expect(!Self.isRunning(mark))
  }

  @Test(arguments: ["while :; do :; done", "sleep 1000", "sleep 1000 & wait", "exec setsid sleep 1000"])
  func whatTakesForeverIsEnded(text: String) throws {
    let start = ContinuousClock.now
    let error = #expect(throws: SourcingCheck.Failure.self) { try sourced(text, seconds: 2) }
    #expect(error == .endless("it was not done after 2 seconds"))
    #expect(ContinuousClock.now - start < .seconds(30))
  }

  @Test(arguments: ["b() { b | b & }; b; sleep 20", "while :; do sleep 20 & done"])
  func aForkBombIsEnded(text: String) {
    let error = #expect(throws: SourcingCheck.Failure.self) { try sourced(text) }
    #expect(error == .endless("it started processes without end"))
  }

  @Test func manyProcessesOneAfterTheOtherAreNone() throws {
    #expect(try value("i=0; while [ $i -lt 600 ]; do (:); i=$((i + 1)); done; r=$i") == "600")
  }

  /// No exit status of a file is taken for the sandbox's own.
  @Test(arguments: [3, 124, 125, 126, 127])
  func anExitStatusIsTheFiles(status: Int32) {
    let error = #expect(throws: SourcingCheck.Failure.self) { try sourced("exit \(status)") }
    #expect(error == .stopped(status: status, message: ""))
  }

  @Test(arguments: [
    "exit 0", "exit 3", "exec true", "while :; do echo aaaaaaaaaaaaaaaa >&9; done",
  ])
  func whatEndsTheShellIsNoAnswer(text: String) {
    #expect(throws: SourcingCheck.Failure.self) { try sourced(text) }
  }

  private static func isRunning(_ mark: String) -> Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.contains { name in
      guard Int(name) != nil, let line = FileManager.default.contents(atPath: "/proc/\(name)/cmdline") else {
        return false
      }
      return String(decoding: line, as: UTF8.self).contains(mark)
    }
  }
}
