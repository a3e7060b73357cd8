import HostModel

/// A fault of the firmware's table for which the kernel refuses it as a whole.
struct IOMMUTableFault {
  /// A full sentence.
  let summary: String
  let quote: Quote
  /// The table could be read, and the kernel refuses what it says; a damaged one may be a bad copy.
  let isCertain: Bool

  /// The first one that the tables themselves show; nil when there is none, or no table was read.
  init?(_ evidence: HostEvidence) {
    switch evidence.dmar.value {
    case .damaged(let reason):
      self.init("The table DMAR is damaged: \(reason).", reason, evidence.dmar.source, isCertain: false)
    case .table(let table) where table.brokenUnit != nil:
      self.init(
        "The table DMAR names an IOMMU at address 0, and the kernel refuses the whole table for it.",
        "DRHD with register base 0x0", evidence.dmar.source)
    // parse_dmar_table: "Invalid DMAR haw"; an address must at least reach over one page.
    case .table(let table) where table.hostAddressWidth < 12:
      self.init(
        "The table DMAR states an impossible address width, and the kernel refuses the whole table.",
        "host address width \(table.hostAddressWidth)", evidence.dmar.source)
    default: self.init(ofAMD: evidence)
    }
  }

  private init?(ofAMD evidence: HostEvidence) {
    switch evidence.ivrs.value {
    case .damaged(let reason):
      self.init("The table IVRS is damaged: \(reason).", reason, evidence.ivrs.source, isCertain: false)
    case .table(let table) where table.isRefused:
      self.init(
        "The table IVRS has a wrong checksum, and the kernel refuses it.", "wrong checksum",
        evidence.ivrs.source)
    default: return nil
    }
  }

  private init(_ summary: String, _ quote: String, _ source: String, isCertain: Bool = true) {
    self.summary = summary
    self.isCertain = isCertain
    self.quote = Quote(source, quote)
  }
}
