/// What proc/cpuinfo tells of all processors.
///
/// Read from memory or from a pasted copy: a copy that lost words is noticed, so that a flag
/// missing from it is not taken for a flag that the processor lacks.
package struct ProcessorInfo: Sendable, Equatable {
  package enum Architecture: Sendable, Equatable {
    case x86
    /// By name: ARM, IBM Z, POWER, RISC-V, LoongArch, MIPS, SPARC, Xtensa, or "another architecture".
    case other(String)
    /// The text does not tell: empty, cut, or no cpuinfo at all.
    case unknown
  }

  /// One `flags` line's content and how many processors have exactly it.
  package struct FlagSet: Sendable, Equatable {
    package let flags: Set<String>
    package internal(set) var processorCount: Int
    /// Flags that exist only if a word was broken between two lines of a pasted copy.
    package let possibleFlags: Set<String>
    /// Words were left out, or the text ends within the line.
    package let isCut: Bool
  }

  package internal(set) var architecture: Architecture = .unknown
  /// Logical processors.
  package internal(set) var count = 0
  /// `vendor_id`: GenuineIntel, AuthenticAMD, HygonGenuine, CentaurHauls, `  Shanghai  ` (trimmed), …
  package internal(set) var vendor: String?
  package internal(set) var modelName: String?
  /// The distinct flag sets: one on most machines, two or more on a mixed one.
  package internal(set) var flagSets: [FlagSet] = []

  init() {}

  /// Whether every processor has the flag, a whole word of its `flags` line.
  package func allHave(_ flag: String) -> Bool {
    !flagSets.isEmpty && flagSets.allSatisfy { $0.flags.contains(flag) }
  }

  /// Whether some processor has the flag.
  package func anyHas(_ flag: String) -> Bool { flagSets.contains { $0.flags.contains(flag) } }

  /// How many processors have the flag.
  package func countHaving(_ flag: String) -> Int {
    flagSets.reduce(0) { $0 + ($1.flags.contains(flag) ? $1.processorCount : 0) }
  }

  /// Whether a processor without the flag may have had it in what this copy lost.
  package func mayHaveLost(_ flag: String) -> Bool {
    flagSets.contains { !$0.flags.contains(flag) && ($0.isCut || $0.possibleFlags.contains(flag)) }
  }

  /// The flag that hypervisors set for their guests; an honest machine has none.
  package var hasHypervisorFlag: Bool { anyHas("hypervisor") }

  /// Whose kind of hardware virtualization belongs to this processor.
  package var maker: ProcessorMaker? { vendor.flatMap(ProcessorMaker.init(vendorID:)) }
}

/// Makers of x86 processors, by the two kinds of hardware virtualization.
package enum ProcessorMaker: Sendable {
  /// VT-x and VT-d: Intel, and Zhaoxin and VIA, who build the same.
  case intelKind
  /// AMD-V and AMD-Vi: AMD, and Hygon.
  case amdKind

  /// By `vendor_id` (arch/x86/kernel/cpu: c_ident), without blanks around it.
  init?(vendorID: String) {
    switch vendorID {
    case "GenuineIntel", "CentaurHauls", "Shanghai": self = .intelKind
    case "AuthenticAMD", "HygonGenuine": self = .amdKind
    default: return nil
    }
  }
}
