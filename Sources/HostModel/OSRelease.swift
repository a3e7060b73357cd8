/// os-release(5): which distribution this is.
package struct OSRelease: Sendable, Equatable {
  /// ID, in lower case: debian, fedora, rhel, opensuse-tumbleweed.
  package var id: String
  /// ID_LIKE, the families it belongs to, nearest first.
  package var idLike: [String]
  /// VERSION_ID; nil on rolling distributions.
  package var versionID: String?
  package var prettyName: String?

  package init(id: String, idLike: [String] = [], versionID: String? = nil, prettyName: String? = nil) {
    self.id = id
    self.idLike = idLike
    self.versionID = versionID
    self.prettyName = prettyName
  }
}
