import HostModel

/// `firmware.iommu-table`: the firmware must describe an IOMMU before a kernel can use it.
package enum FirmwareIOMMUTable: Check {
  package static let id = "firmware.iommu-table"
  package static let stage = Stage.firmware
  package static let title = "IOMMU offered by the firmware"

  package static let explanation = """
    The IOMMU stands between devices and memory: it lets a device reach only the memory of the guest \
    that has it. The kernel learns of it from a table of the firmware: DMAR with Intel's VT-d, IVRS \
    with AMD-Vi. Without the table there is no IOMMU for the kernel, whatever its arguments say.

    The table is there when the hardware has an IOMMU and the firmware's set-up has it switched on. It \
    does not mean that the kernel uses the IOMMU: that is the check iommu.active.
    """

  package static let noTable = Cause(
    "no-table",
    meaning: "The firmware offers no IOMMU. Either it is switched off in the firmware's set-up, or the "
      + "processor or board has none: hardware virtualization alone (vmx, svm) does not mean that there is one.",
    cure: "Switch it on in the firmware's set-up. If there is no such setting, look up whether the processor "
      + "and the board have VT-d or AMD-Vi at all; if not, it takes other hardware.",
    mender: .firmware)

  package static let firmwareBug = Cause(
    "firmware-bug",
    meaning: "The firmware describes its IOMMU wrongly, and the kernel cannot use it as described, or only in "
      + "part.",
    cure: "Update the firmware. If the newest one has the same fault, report it to the machine's maker; with "
      + "some firmware, loading the defaults and switching the IOMMU off and on again helps.",
    mender: .firmware)

  package static let causes = [noTable, firmwareBug]

  package static func judge(_ evidence: HostEvidence) -> Verdict {
    if let fault = fault(in: evidence) { return spoilt(by: fault, evidence) }
    if evidence.hasDMAR == true { return judgeDMAR(evidence) }
    if evidence.hasIVRS == true { return judgeIVRS(evidence) }
    if let units = evidence.iommuUnits.value, let first = units.first {
      return .pass(
        "The kernel found \(units.count == 1 ? "an IOMMU" : "\(units.count) IOMMUs") without a table of this kind.",
        evidence: [Quote(evidence.iommuUnits.source, first)])
    }
    guard let names = evidence.acpiTableNames.value else { return withoutNames(evidence) }
    return withoutTable(among: names, evidence)
  }
}

// MARK: - A table that cannot be used

extension FirmwareIOMMUTable {
  private struct Fault {
    /// A full sentence.
    let summary: String
    let quote: Quote
  }

  private static func fault(in evidence: HostEvidence) -> Fault? {
    switch evidence.dmar.value {
    case .damaged(let reason):
      return Fault(summary: "The table DMAR is damaged: \(reason).", quote: Quote(evidence.dmar.source, reason))
    case .table(let table) where table.brokenUnit != nil:
      return Fault(
        summary: "The table DMAR names an IOMMU at address 0, and the kernel refuses the whole table for it.",
        quote: Quote(evidence.dmar.source, "DRHD with register base 0x0"))
    case .table(let table) where table.hostAddressWidth < 12:
      return Fault(
        summary: "The table DMAR states an impossible address width, and the kernel refuses the whole table.",
        quote: Quote(evidence.dmar.source, "host address width \(table.hostAddressWidth)"))
    default: break
    }
    switch evidence.ivrs.value {
    case .damaged(let reason):
      return Fault(summary: "The table IVRS is damaged: \(reason).", quote: Quote(evidence.ivrs.source, reason))
    case .table(let table) where table.isRefused:
      return Fault(
        summary: "The table IVRS has a wrong checksum, and the kernel refuses it.",
        quote: Quote(evidence.ivrs.source, "wrong checksum"))
    default: break
    }
    return evidence.quoteFromLog(where: tellsOfRefusedTable).map {
      Fault(summary: "The kernel found the firmware's description of the IOMMU broken.", quote: $0)
    }
  }

  /// drivers/iommu/intel/dmar.c, warn_invalid_dmar and its callers. A "bad RMRR" begins with the
  /// same words and is not fatal.
  private static func tellsOfRefusedTable(_ text: String) -> Bool {
    text.contains("Your BIOS is broken; DMAR reported at address")
      || text.lowercased().contains("parse dmar table failure")
  }

  private static func spoilt(by fault: Fault, _ evidence: HostEvidence) -> Verdict {
    guard evidence.showsWorkingIOMMU else {
      return .fail(firmwareBug, fault.summary, evidence: [fault.quote], needsReboot: true)
    }
    return .warn(
      firmwareBug, fault.summary, evidence: [fault.quote],
      cureDetail: "The kernel nevertheless shows an IOMMU at work.")
  }
}

// MARK: - A table that is there

extension FirmwareIOMMUTable {
  private static func judgeDMAR(_ evidence: HostEvidence) -> Verdict {
    guard let table = evidence.dmar.value?.table else { return present("DMAR", "an Intel", evidence) }
    if let defect = table.defects.first { return defective(defect, evidence.dmar.source, table.defects.count) }
    if table.units.isEmpty {
      return .fail(
        noTable, "The table DMAR is there and names no IOMMU.",
        evidence: [Quote(evidence.dmar.source, "no DRHD")], needsReboot: true)
    }
    return .pass(
      "The firmware offers an Intel IOMMU (VT-d).",
      evidence: [
        Quote(
          evidence.dmar.source,
          "\(table.units.count) remapping unit\(table.units.count == 1 ? "" : "s"), interrupt remapping "
            + (table.supportsInterruptRemapping ? "offered" : "not offered"))
      ])
  }

  private static func judgeIVRS(_ evidence: HostEvidence) -> Verdict {
    guard let table = evidence.ivrs.value?.table else { return present("IVRS", "an AMD", evidence) }
    if let defect = table.defects.first { return defective(defect, evidence.ivrs.source, table.defects.count) }
    if table.units.isEmpty {
      return .fail(
        noTable, "The table IVRS is there and names no IOMMU.",
        evidence: [Quote(evidence.ivrs.source, "no IVHD")], needsReboot: true)
    }
    if !table.hasSouthbridgeIOAPIC {
      return .warn(
        firmwareBug,
        "The table IVRS leaves out the IO-APIC at 00:14.0, so that Linux remaps no interrupts (Xen uses no "
          + "IOMMU at all then).",
        evidence: [Quote(evidence.ivrs.source, "no IO-APIC with id 00:14.0")])
    }
    let count = table.effectiveUnits.count
    return .pass(
      "The firmware offers an AMD IOMMU (AMD-Vi).",
      evidence: [Quote(evidence.ivrs.source, "\(count) remapping unit\(count == 1 ? "" : "s")")])
  }

  private static func present(_ table: String, _ kind: String, _ evidence: HostEvidence) -> Verdict {
    .pass(
      "The firmware offers \(kind) IOMMU.",
      evidence: [Quote(evidence.acpiTableNames.source, "\(table) (its content was not read)")])
  }

  private static func defective(_ defect: String, _ source: String, _ count: Int) -> Verdict {
    let others = count == 1 ? "" : " There are \(count - 1) more faults in it."
    return .warn(
      firmwareBug, "The firmware offers an IOMMU, and its table has a fault.",
      evidence: [Quote(source, defect + others)])
  }
}

// MARK: - No table to be seen

extension FirmwareIOMMUTable {
  private static func withoutTable(among names: [String], _ evidence: HostEvidence) -> Verdict {
    let quote = Quote(evidence.acpiTableNames.source, "neither DMAR nor IVRS among \(names.count) tables")
    // Xen renames the table, so that its control domain leaves the IOMMU alone.
    if evidence.xen.value == .dom0 || names.contains("XMAR") || names.contains("RMAD") {
      return .unknown(
        "Xen keeps the firmware's IOMMU table from this kernel; \"xl dmesg\" tells whether Xen uses one.",
        evidence: [quote])
    }
    if names.contains("VIOT") {
      return .pass(
        "The hypervisor offers a virtio IOMMU.", evidence: [Quote(evidence.acpiTableNames.source, "VIOT")])
    }
    if names.contains("IORT") {
      return .unknown(
        "The table IORT describes the I/O of this ARM machine, but does not prove that there is an SMMU, and "
          + "the kernel shows none.", evidence: [Quote(evidence.acpiTableNames.source, "IORT")])
    }
    if case .other(let name) = evidence.processors.value?.architecture {
      return .unknown("IOMMUs of \(name) machines are not described by these tables.", evidence: [quote])
    }
    return evidence.isVirtualMachine
      ? withoutVirtualIOMMU(quote, evidence)
      : .fail(
        noTable, "The firmware offers no IOMMU.", evidence: [quote],
        cureDetail: FirmwareSwitch.iommu.advice(
          for: evidence.machine.value, maker: evidence.processors.value?.maker),
        needsReboot: true)
  }

  private static func withoutVirtualIOMMU(_ quote: Quote, _ evidence: HostEvidence) -> Verdict {
    .fail(
      noTable, "This virtual machine has no virtual IOMMU.", evidence: [quote],
      cureDetail: "Its hypervisor would have to give it one: with QEMU, -device intel-iommu,intremap=on on a "
        + "q35 machine with kernel-irqchip=split; with libvirt, <iommu model='intel'>; many products and "
        + "clouds offer none.",
      needsReboot: true)
  }

  private static func withoutNames(_ evidence: HostEvidence) -> Verdict {
    if let quote = evidence.quoteFromLog(where: tellsOfTable) {
      return .pass("The firmware offers an IOMMU.", evidence: [quote])
    }
    if let commandLine = evidence.commandLine.value, let off = IOMMUArguments(commandLine).acpiOffBy {
      return .unknown(
        "The firmware's tables are hidden by a kernel argument.",
        evidence: [Quote(evidence.commandLine.source, off.text)],
        commands: ["passthru-doctor kargs remove \(off.text)"])
    }
    switch evidence.acpiTableNames {
    case .unreadable(let source, let reason) where !source.isEmpty:
      return .unknown("The firmware's tables could not be listed: \(reason).", evidence: [Quote(source, reason)])
    case .absent(let source):
      return .unknown(
        "The firmware's tables are not visible: \(source) is not there.", evidence: [Quote(source, "not there")])
    default: return .unknown("The firmware's tables are not visible.")
    }
  }

  private static func tellsOfTable(_ text: String) -> Bool {
    ["DMAR", "IVRS"].contains { table in
      text.hasPrefix("ACPI: \(table) ") || text.hasPrefix("ACPI: Reserving \(table) table memory")
    }
  }
}
