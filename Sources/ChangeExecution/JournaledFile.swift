import HostFiles
import HostModel

/// A file that a change touched, and how it is now.
package struct JournaledFile: Sendable, Equatable {
  package enum Kind: String, Sendable {
    case created, changed, removed
    /// A program of the host made it.
    case generated
    case image
  }

  package enum Standing: String, Sendable {
    /// As the change left it.
    case ours
    case before, other, unknown
    /// Initramfs images are not looked into for this.
    case notCompared = "not-compared"
  }

  package let path: String
  package let kind: Kind
  package let standing: Standing
}

extension Journal {
  /// The files of a change, in the order in which it touched them.
  package func files(of receipt: Receipt) -> [JournaledFile] {
    receipt.files.map { file in
      let kind: JournaledFile.Kind =
        file.isGenerated
        ? .generated
        : file.beforeDigest == Receipt.noFile
          ? .created : file.afterDigest == Receipt.noFile ? .removed : .changed
      return JournaledFile(path: file.path, kind: kind, standing: standing(file))
    }
      + receipt.images.map { JournaledFile(path: $0.path, kind: .image, standing: .notCompared) }
  }

  private func standing(_ file: Receipt.File) -> JournaledFile.Standing {
    do throws(HostFileError) {
      let now = Receipt.digest(try root.bytes(at: file.path))
      return now == file.afterDigest ? .ours : now == file.beforeDigest ? .before : .other
    } catch { return .unknown }
  }
}
