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
    meaning:
      "The firmware describes its IOMMU wrongly, and the kernel cannot use it as described, or only in "
      + "part.",
    cure: "Update the firmware. If the newest one has the same fault, report it to the machine's maker; with "
      + "some firmware, loading the defaults and switching the IOMMU off and on again helps.",
    mender: .firmware)

  package static let causes = [noTable, firmwareBug]

  package static func judge(_ evidence: HostEvidence) -> Verdict {
    let ground = IOMMUGround(evidence)
    if let fault = IOMMUTableFault(evidence) { return refused(fault.summary, fault.quote, evidence) }
    if let message = ground.facts.first(.intelTableRefused) {
      return refused(
        "The kernel found the firmware's description of the IOMMU broken, and refused it.",
        ground.quote(message), evidence)
    }
    if ground.tables.contains("DMAR") { return judgeDMAR(ground) }
    if ground.tables.contains("IVRS") { return judgeIVRS(ground) }
    if let units = evidence.iommuUnits.value, let first = units.first {
      return .pass(
        "The kernel found \(units.count == 1 ? "an IOMMU" : "\(units.count) IOMMUs") without such a table.",
        evidence: [Quote(evidence.iommuUnits.source, first)])
    }
    if let off = ground.arguments?.acpiOffBy { return hidden(by: off, ground) }
    return ground.tablesAreComplete ? withoutTable(ground) : unmeasured(evidence.acpiTableNames)
  }

  /// A table that the kernel refuses does no harm where it shows an IOMMU all the same.
  private static func refused(_ summary: String, _ quote: Quote, _ evidence: HostEvidence) -> Verdict {
    guard evidence.showsWorkingIOMMU else {
      return .fail(firmwareBug, summary, evidence: [quote], needsReboot: true)
    }
    return .warn(
      firmwareBug, summary, evidence: [quote],
      cureDetail: "The kernel nevertheless shows an IOMMU at work.")
  }
}

// MARK: - A table that is there

extension FirmwareIOMMUTable {
  private static func judgeDMAR(_ ground: IOMMUGround) -> Verdict {
    let evidence = ground.evidence
    guard let table = evidence.dmar.value?.table else { return present("DMAR", "an Intel", ground) }
    if let defect = table.defects.first {
      return defective(defect, evidence.dmar.source, table.defects.count)
    }
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

  private static func judgeIVRS(_ ground: IOMMUGround) -> Verdict {
    let evidence = ground.evidence
    guard let table = evidence.ivrs.value?.table else { return present("IVRS", "an AMD", ground) }
    if let defect = table.defects.first {
      return defective(defect, evidence.ivrs.source, table.defects.count)
    }
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

  private static func present(_ table: String, _ kind: String, _ ground: IOMMUGround) -> Verdict {
    .pass("The firmware offers \(kind) IOMMU.", evidence: [Quote(ground.tablesSource, table)])
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
  private static func withoutTable(_ ground: IOMMUGround) -> Verdict {
    let evidence = ground.evidence
    let quote = ground.quoteOfTables
    let names = evidence.acpiTableNames.value ?? []
    // Xen renames the table, so that its control domain leaves the IOMMU alone.
    if evidence.xen.value == .dom0 || ground.facts.xenParavirtual != nil || names.contains("XMAR")
      || names.contains("RMAD")
    {
      return .unknown(
        "Xen keeps the firmware's IOMMU table from this kernel; \"xl dmesg\" tells whether Xen uses one.",
        evidence: [quote])
    }
    if ground.tables.contains("VIOT") {
      return .pass("The hypervisor offers a virtio IOMMU.", evidence: [quote])
    }
    if ground.tables.contains("RIMT") {
      return .pass("The firmware offers a RISC-V IOMMU.", evidence: [quote])
    }
    if ground.tables.contains("IORT") {
      return .unknown(
        "The table IORT describes the I/O of this ARM machine, but does not prove that there is an SMMU, and "
          + "the kernel shows none.", evidence: [quote])
    }
    if case .other(let name) = evidence.processors.value?.architecture {
      return .unknown("IOMMUs of \(name) machines are not described by these tables.", evidence: [quote])
    }
    if let hypervisor = ground.hypervisor { return withoutVirtualIOMMU([quote, hypervisor]) }
    return .fail(
      noTable, "The firmware offers no IOMMU.", evidence: [quote],
      cureDetail: FirmwareSwitch.iommu.advice(
        for: evidence.machine.value, maker: evidence.processors.value?.maker),
      needsReboot: true)
  }

  private static func withoutVirtualIOMMU(_ quotes: [Quote]) -> Verdict {
    .fail(
      noTable, "This virtual machine has no virtual IOMMU.", evidence: quotes,
      cureDetail: "Its hypervisor would have to give it one: with QEMU, -device intel-iommu,intremap=on on a "
        + "q35 machine with kernel-irqchip=split; with libvirt, <iommu model='intel'>; many products and "
        + "clouds offer none.",
      needsReboot: true)
  }

  private static func hidden(by argument: KernelParameter, _ ground: IOMMUGround) -> Verdict {
    .unknown(
      "A kernel argument hides the firmware's tables, and with them any IOMMU.",
      evidence: [ground.quote(argument)], commands: ["passthru-doctor kargs remove \(argument.text)"])
  }

  private static func unmeasured(_ names: Observed<[String]>) -> Verdict {
    switch names {
    case .unreadable(let source, let reason) where !source.isEmpty:
      .unknown("The firmware's tables could not be listed: \(reason).", evidence: [Quote(source, reason)])
    case .absent(let source) where !source.isEmpty:
      .unknown(
        "The firmware's tables are not visible: \(source) is not there.",
        evidence: [Quote(source, "not there")])
    default: .unknown("The firmware's tables are not visible.")
    }
  }
}
