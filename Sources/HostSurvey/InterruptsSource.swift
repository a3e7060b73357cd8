import HostFiles
import HostModel

/// proc/interrupts: chips with the prefix `IR-` are behind interrupt remapping
/// (drivers/iommu/intel/irq_remapping.c, drivers/iommu/amd/iommu.c).
///
/// On a machine with hundreds of processors the file is megabytes long; the first lines, where the
/// IO-APIC's interrupts stand, tell enough.
func surveyInterrupts(_ root: HostRoot) -> Observed<InterruptChips> {
  let path = "proc/interrupts"
  do throws(HostFileError) {
    guard let bytes = try root.firstBytes(256 << 10, at: path) else {
      return .unreadable(source: path, reason: "there is no such file; proc is not mounted")
    }
    return .found(InterruptChips(parsing: bytes), source: path)
  } catch {
    return .unreadable(source: path, reason: error.reason)
  }
}

extension InterruptChips {
  /// A line is `NN:`, a count for each processor, the chip, the rest.
  package init(parsing bytes: [UInt8]) {
    self.init(remapped: 0, plain: 0)
    for line in bytes.lines {
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
      let chip = line[(colon + 1)...].drop { isSpace($0) || (0x30...0x39).contains($0) }
      let isRemapped = chip.starts(with: "IR-".utf8)
      if isRemapped {
        remapped += 1
      } else if chip.starts(with: "PCI-MSI".utf8) || chip.starts(with: "IO-APIC".utf8) {
        plain += 1
      } else {
        continue
      }
      // A remapped chip is the telling one; a plain one stands for all only while none is.
      if sample == nil || isRemapped && remapped == 1 {
        sample = chip.words.map(\.text).joined(separator: " ")
      }
    }
  }
}
