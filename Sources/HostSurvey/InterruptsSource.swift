import HostFiles
import HostModel

/// proc/interrupts: chips with the prefix `IR-` are behind interrupt remapping
/// (drivers/iommu/intel/irq_remapping.c, drivers/iommu/amd/iommu.c).
func surveyInterrupts(_ root: HostRoot) -> Observed<InterruptChips> {
  root.observeProc("proc/interrupts") { InterruptChips(parsing: $0) }
}

extension InterruptChips {
  /// A line is `NN:`, a count for each processor, the chip, the rest.
  package init(parsing bytes: [UInt8]) {
    self.init(remapped: 0, plain: 0)
    for line in bytes.lines {
      let chip = line.words.dropFirst().first { word in !word.allSatisfy { (0x30...0x39).contains($0) } }
      guard let chip else { continue }
      if chip.starts(with: "IR-".utf8) {
        remapped += 1
      } else if chip.starts(with: "PCI-MSI".utf8) || chip.starts(with: "IO-APIC".utf8) {
        plain += 1
      } else {
        continue
      }
      // A remapped chip is the telling one; a plain one stands for all only while none is.
      if sample == nil || chip.starts(with: "IR-".utf8) && remapped == 1 {
        sample = String(line.trimmed.text.split(separator: " ").suffix(3).joined(separator: " "))
      }
    }
  }
}
