import ChangePlanning
import HostFiles
import HostModel

/// What a change replaces, written before anything is replaced, and how far it came.
package struct Receipt: Sendable, Equatable {
  package enum State: String, Sendable {
    /// Begun, and not known to be finished: a power cut, or a kill.
    case begun
    case done
    /// Failed, and everything was put back.
    case failed
    /// Being put back, and not known to be finished.
    case undoing
    case undone

    /// Cut short: what it left is to be put back before anything else is changed.
    package var isUnfinished: Bool { self == .begun || self == .undoing }
    /// Whether the host has something of it, as long as the boot lasts that it is for: see
    /// `Journal.stands`.
    package var isStanding: Bool { self == .done || isUnfinished }
  }

  /// One replaced file.
  package struct File: Sendable, Equatable {
    package var path: String
    /// `noFile`: it was not there.
    package var beforeDigest: String
    /// Of what was put there; nil while it is not known yet.
    package var afterDigest: String?
    /// Of the file before.
    package var metadata: FileMetadata?
    /// Whether a program of the host makes it: what it makes differs when kernels come and go.
    package var isGenerated: Bool
    /// Whether the program is the tool that keeps the boot entries, not grub-mkconfig.
    var isTools = false

    init(
      path: String, beforeDigest: String, afterDigest: String?, metadata: FileMetadata?, isGenerated: Bool
    ) {
      self.path = path
      self.beforeDigest = beforeDigest
      self.afterDigest = afterDigest
      self.metadata = metadata
      self.isGenerated = isGenerated
    }
  }

  /// A tool that ran.
  struct Tool: Sendable, Equatable {
    var inverse: [String]
    /// Whether it follows files; one that does not is taken back with the files that it wrote.
    var spreadsFiles: Bool
  }

  package var number: Int
  /// The command that asked for it.
  package var command: String
  /// UTC, ISO 8601.
  package var time: String
  package var state: State
  package var files: [File]
  /// Directories that were made for the files: the outermost first.
  package var directories: [String] = []
  /// The program that makes the generated file, and its options; nil when none does.
  package var generator: String?
  package var generatorOptions: [String] = []
  /// What the generator saw a copy of.
  package var generatorShield: [String] = []
  /// What takes the work of tools back, in the order in which they ran: the program's path, arguments.
  var tools: [Tool] = []
  /// Whether a tool may have begun its work.
  var hasRunTools = false
  /// Initramfs images that hold copies of the files: made anew when those change.
  package var images: [ImageRebuild.Image] = []
  package var builder: InitramfsBuilder?
  /// What other programs of the host did for it, in order.
  package var hosted: [HostedChange] = []
  /// The boot that a change ends with, by the kernel's id of it; nil: it outlasts every boot.
  package var boot: String?
  /// Devices that changed hands, for that boot.
  package var rebindings: [Rebinding] = []
  /// Modules that came, in the order in which they did, for that boot.
  package var modules: [String] = []
  /// Whether new images may have taken the old ones' places.
  var hasNewImages = false

  init(command: String, time: String) {
    (number, self.command, self.time, state, files) = (0, command, time, .begun, [])
  }

  /// Of a file's bytes.
  static func digest(_ bytes: [UInt8]?) -> String { bytes.map(SHA256.hexDigest) ?? noFile }

  /// The digest of no file.
  package static let noFile = "-"
}
