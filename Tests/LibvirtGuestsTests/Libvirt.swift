import Foundation
import LibvirtGuests

/// A libvirt of the test's own: a session daemon, run as nobody, gone after the test.
final class Libvirt {
  static let isInstalled =
    geteuid() == 0
    && ["/usr/sbin/libvirtd", "/usr/bin/virsh", "/usr/bin/qemu-system-x86_64"].allSatisfy {
      FileManager.default.isExecutableFile(atPath: $0)
    }

  private static func makeNobodys(_ path: String) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    guard let nobody = getpwnam("nobody") else { throw CocoaError(.featureUnsupported) }
    chown(path, nobody.pointee.pw_uid, nobody.pointee.pw_gid)
  }

  private let directory: String
  private let daemon = Process()

  init() throws {
    // Sockets have short names.
    directory = "/tmp/libvirt-" + UUID().uuidString.prefix(8)
    for name in ["", "/run", "/home"] { try Self.makeNobodys(directory + name) }
    try Data("log_level = 4\n".utf8).write(to: URL(fileURLWithPath: directory + "/conf"))
    daemon.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
    daemon.arguments = [
      "--reuid", "nobody", "--clear-groups", "--pdeathsig", "KILL", "/usr/bin/env", "-i",
      "HOME=\(directory)/home", "XDG_RUNTIME_DIR=\(directory)/run", "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
      "/usr/sbin/libvirtd", "-f", directory + "/conf",
    ]
    daemon.standardError = FileHandle.nullDevice
    try daemon.run()
    for _ in 0..<300 where (try? virsh.guests()) == nil { usleep(100_000) }
    _ = try virsh.guests()
  }

  deinit {
    // It was born with most signals blocked, as the threads of Dispatch have them, SIGTERM among them.
    kill(daemon.processIdentifier, SIGKILL)
    daemon.waitUntilExit()
    try? FileManager.default.removeItem(atPath: directory)
  }

  var virsh: Virsh {
    Virsh(connection: "qemu+unix:///session?socket=\(directory)/run/libvirt/libvirt-sock")
  }
}
