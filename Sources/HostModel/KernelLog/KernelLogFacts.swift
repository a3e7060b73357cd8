/// What a kernel log proves: which signals it holds, with the message that proves each.
package struct KernelLogFacts: Sendable, Equatable {
  /// Every signal that was seen, with its first message.
  private var first: [KernelSignal: KernelMessage] = [:]
  /// Faults, one for each kind and device.
  package private(set) var faults: [IOMMUFault] = []
  /// Messages of broken firmware that touch the IOMMU, each wording once.
  package private(set) var firmwareBugs: [KernelMessage] = []
  /// Devices that VFIO may not have because firmware reserves memory for them.
  package private(set) var refusals: [KernelMessage] = []
  package private(set) var groups = GroupHistory()
  /// ACPI tables of IOMMUs that the log lists: DMAR, IVRS, IORT, VIOT.
  package private(set) var acpiTables: Set<String> = []
  /// The kernel's arguments as the log prints them; nil when it does not.
  package private(set) var commandLine: String?
  /// The hypervisor below this kernel, in the kernel's words; nil where none shows.
  package private(set) var hypervisor: String?
  /// `DMI:` line: vendor, product, board and firmware.
  package private(set) var machine: String?
  /// The log is Xen's own (xl dmesg), not a Linux kernel's.
  package private(set) var isXenLog = false
  /// Linux runs on Xen without hardware emulation (dom0 or a paravirtual guest): its IOMMU is Xen's.
  package private(set) var xenParavirtual: KernelMessage?
  /// The kernel crashed inside the IOMMU's initialisation.
  package private(set) var crash: KernelMessage?
  /// A message follows the list of AMD's features, so that the line on interrupt remapping, which
  /// comes right behind it, would be there.
  package private(set) var goesOnAfterAMDFeatures = false

  package init() {}

  /// The first message with this meaning.
  package func first(_ signal: KernelSignal) -> KernelMessage? { first[signal] }

  /// The first message with one of these meanings, in the order given.
  package func first(of signals: KernelSignal...) -> KernelMessage? {
    for signal in signals { if let message = first[signal] { return message } }
    return nil
  }

  package func has(_ signal: KernelSignal) -> Bool { first[signal] != nil }

  package var hasStart: Bool { has(.start) }

  /// The kernel was started by another one after a crash (kdump): it says nothing of the usual state.
  package var isCrashKernel: Bool {
    has(.copiedFromPreviousKernel) || commandLine.map { Array($0.utf8).contains("elfcorehdr=") } == true
  }

  init(reading text: MessageText) {
    var state = ReadingState()
    var index = 0
    KernelPhrases.finder.search(text.buffer) { phrase, start, _ in
      guard phrase < KernelPhrases.all.count else { return }
      while index + 1 < text.count, text.range(at: index).upperBound <= start { index += 1 }
      note(KernelPhrases.all[phrase].signal, at: index, offset: start, in: text, &state)
    }
    isXenLog = has(.xenVirtualisationOn) || has(.xenVirtualisationOff) ? !hasStart : false
  }

  /// What the order of messages matters for.
  private struct ReadingState {
    var oops: KernelMessage?
    var lastFeatures = -1
    var seen: [KernelSignal: Int] = [:]
    var faultIndex: [FaultKey: Int] = [:]
    var bugTexts: Set<String> = []
  }

  private struct FaultKey: Hashable {
    var kind: IOMMUFault.Kind
    var device: PCIAddress?
  }

  /// More different findings than anybody reads: a log of junk must not fill memory.
  private static let listLimit = 256
}

// MARK: Reading

extension KernelLogFacts {
  private mutating func note(
    _ signal: KernelSignal, at index: Int, offset: Int, in text: MessageText, _ state: inout ReadingState
  ) {
    let bytes = text.bytes(at: index)
    // The arguments may hold any words; they are no messages.
    if signal != .commandLine, Self.isCommandLine(bytes) { return }
    if bytes.begins(with: "(XEN)"), !Self.xenSignals.contains(signal) { return }
    guard Self.isAtHome(signal, bytes, offset) else { return }
    // One message, one mention, though two of its phrases mean the same.
    if let last = state.seen.updateValue(index, forKey: signal), last == index { return }
    if first[signal] == nil { first[signal] = text.message(at: index) }
    switch signal {
    case .fault:
      let isInterrupt = bytes.contains(Self.interruptMark) || bytes.contains(Self.interruptName)
      addFault(isInterrupt ? .interrupt : .memory, at: index, in: text, &state)
    case .completionWait: addFault(.command, at: index, in: text, &state)
    case .groupJoined, .groupLeft, .noIOMMUGroup, .firmwareBug,
      .reservedMemoryRefusal,
      .commandLine, .acpiTable, .hypervisorDetected, .paravirtualized, .machine, .oops, .warning,
      .stoppedInIOMMU:
      keep(signal, text.message(at: index), &state)
    case .amdFeatures:
      goesOnAfterAMDFeatures = Self.goesOn(after: index, in: text)
    default: break
    }
  }

  private static let xenSignals: Set<KernelSignal> = [
    .xenVirtualisationOn, .xenVirtualisationOff, .xenInterruptRemappingOn, .xenInterruptRemappingOff,
    .firmwareBug,
  ]

  private static func isCommandLine(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.begins(with: "Command line: ") || bytes.begins(with: "Kernel command line: ")
  }

  /// Whether a phrase that also occurs inside other words stands where the kernel puts it.
  private static func isAtHome(_ signal: KernelSignal, _ bytes: ArraySlice<UInt8>, _ offset: Int) -> Bool {
    switch signal {
    case .commandLine: isCommandLine(bytes)
    case .start, .machine, .acpiTable: offset == bytes.startIndex
    default: true
    }
  }

  private mutating func keep(_ signal: KernelSignal, _ message: KernelMessage, _ state: inout ReadingState) {
    switch signal {
    case .groupJoined: groups.joined(message)
    case .groupLeft: groups.left(message)
    case .noIOMMUGroup: groups.madeUp(message)
    case .firmwareBug:
      if firmwareBugs.count < Self.listLimit, state.bugTexts.insert(message.text).inserted {
        firmwareBugs.append(message)
      }
    case .reservedMemoryRefusal:
      if refusals.count < Self.listLimit, state.bugTexts.insert(message.text).inserted {
        refusals.append(message)
      }
    case .oops: state.oops = message
    case .warning: state.oops = nil
    case .stoppedInIOMMU: if crash == nil { crash = state.oops.map { _ in message } }
    default: describe(signal, message)
    }
  }

  private mutating func describe(_ signal: KernelSignal, _ message: KernelMessage) {
    switch signal {
    case .commandLine: readCommandLine(message)
    case .acpiTable:
      let words = message.text.split(separator: " ", maxSplits: 3)
      // An address follows the name; "ACPI: DMAR not present" would have none.
      if words.count > 2, words[2].utf8.first.map({ (0x30...0x39).contains($0) || isHexDigit($0) }) == true {
        acpiTables.insert(String(words[1]))
      }
    case .hypervisorDetected: hypervisor = Self.value(message.text, after: "detected: ")
    case .paravirtualized: readParavirtualization(message)
    case .machine: machine = Self.value(message.text, after: "DMI: ")
    default: break
    }
  }

  /// Printed twice on x86, and from 6.19 in pieces: each but the last ends in a backslash.
  private mutating func readCommandLine(_ message: KernelMessage) {
    guard let piece = Self.value(message.text, after: "ommand line: ") else { return }
    guard let before = commandLine, before.hasSuffix("\\") else { return commandLine = piece }
    commandLine = before.dropLast() + piece
  }

  /// `Booting paravirtualized kernel on bare hardware | KVM | Xen | Xen HVM | Xen PVH`.
  private mutating func readParavirtualization(_ message: KernelMessage) {
    guard let below = Self.value(message.text, after: "kernel on "), !below.hasPrefix("bare hardware") else {
      return
    }
    if below.hasPrefix("Xen"), !Array(below.utf8).contains("HVM") { xenParavirtual = message }
    if hypervisor == nil { hypervisor = below }
  }

  private static let interruptMark = Array("fault index".utf8)
  private static let interruptName = Array("INTR-REMAP".utf8)

  private mutating func addFault(
    _ kind: IOMMUFault.Kind, at index: Int, in text: MessageText, _ state: inout ReadingState
  ) {
    let device = FaultingDevice.first(in: text.bytes(at: index))
    let key = FaultKey(kind: kind, device: device)
    if let known = state.faultIndex[key] {
      faults[known].count &+= 1
      faults[known].lastSeconds = text.seconds(at: index)
    } else if faults.count < Self.listLimit {
      state.faultIndex[key] = faults.count
      faults.append(IOMMUFault(kind: kind, device: device, message: text.message(at: index)))
    }
  }

  /// The features of each unit take one or two lines (` PPR NX GT`); then comes interrupt remapping.
  private static func goesOn(after index: Int, in text: MessageText) -> Bool {
    var next = index + 1
    while next < text.count {
      let bytes = text.bytes(at: next)
      guard bytes.begins(with: "PPR") || bytes.begins(with: "NX") || bytes.begins(with: "IA ") else {
        return true
      }
      next += 1
    }
    return false
  }

  private static func value(_ text: String, after key: String) -> String? {
    let bytes = Array(text.utf8)
    let wanted = Array(key.utf8)
    var position = 0
    while position + wanted.count <= bytes.count {
      if bytes[position..<(position + wanted.count)].elementsEqual(wanted) {
        return bytes[(position + wanted.count)...].trimmed.text
      }
      position += 1
    }
    return nil
  }
}
