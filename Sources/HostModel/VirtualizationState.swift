/// dev/kvm.
package struct KVMDevice: Sendable, Equatable {
  /// Whether the invoking user may open it for reading and writing; nil when it was not tried
  /// (another root).
  package var canOpen: Bool?
  /// Why opening failed ("permission denied").
  package var openError: String?
  /// The group that owns the node (kvm), where known.
  package var owningGroup: String?

  package init(canOpen: Bool?, openError: String? = nil, owningGroup: String? = nil) {
    self.canOpen = canOpen
    self.openError = openError
    self.owningGroup = owningGroup
  }
}

/// What is there of libvirt.
package struct LibvirtState: Sendable, Equatable {
  /// libvirtd or virtqemud, by path below the root.
  package var daemons: [String]
  /// A socket of a daemon that answers or that systemd listens on; nil when not running.
  package var runningSocket: String?

  package init(daemons: [String], runningSocket: String? = nil) {
    self.daemons = daemons
    self.runningSocket = runningSocket
  }
}

/// How much memory a guest's process may lock: VFIO pins all of a guest's memory.
package struct MemlockLimits: Sendable, Equatable {
  /// Bytes; nil means unlimited.
  package var softLimit: UInt64?
  package var hardLimit: UInt64?
  /// Whether the limits bind the caller: root (CAP_IPC_LOCK) is exempt.
  package var isPrivileged: Bool

  package init(softLimit: UInt64?, hardLimit: UInt64?, isPrivileged: Bool) {
    self.softLimit = softLimit
    self.hardLimit = hardLimit
    self.isPrivileged = isPrivileged
  }
}
