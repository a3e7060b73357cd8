/// The IOMMU groups that the messages tell of: joined and left, in order; the last state counts.
package struct GroupHistory: Sendable, Equatable {
  private var members: [String: Int] = [:]
  /// Groups that were left by a device whose joining the log does not show.
  private var leftUnseen: Set<Int> = []
  /// Devices in groups that vfio's unsafe mode made up.
  private var unprotected: Set<String> = []
  /// The last message that says a device joined.
  package private(set) var proof: KernelMessage?

  package init() {}

  /// How many groups have a member by the messages.
  package var count: Int { Set(protectedMembers.values).count }

  /// Whether there are groups at the end of the log: a device is in one, or one left a group whose
  /// number shows that lower ones exist.
  package var isNotEmpty: Bool {
    if !protectedMembers.isEmpty { return true }
    guard members.isEmpty, let highest = leftUnseen.max() else { return false }
    return (0..<min(highest, 4096)).contains { !leftUnseen.contains($0) }
  }

  /// Whether every device that is in a group is there without an IOMMU (vfio-noiommu).
  package var isUnsafeOnly: Bool { !unprotected.isEmpty && protectedMembers.isEmpty }

  private var protectedMembers: [String: Int] { members.filter { !unprotected.contains($0.key) } }

  mutating func joined(_ message: KernelMessage) {
    guard let (device, group) = Self.deviceAndGroup(message.text) else { return }
    members[device] = group
    proof = message
  }

  mutating func left(_ message: KernelMessage) {
    guard let (device, group) = Self.deviceAndGroup(message.text) else { return }
    if members.removeValue(forKey: device) == nil {
      leftUnseen.insert(group)
      if proof == nil { proof = message }
    }
  }

  /// `vfio-pci 0000:01:00.0: Adding kernel taint for vfio-noiommu group on device`
  mutating func madeUp(_ message: KernelMessage) {
    if let device = Self.device(message.text) { unprotected.insert(device) }
  }

  /// `pci 0000:00:02.0: Adding to iommu group 0`, `iommu: Adding device 0000:00:02.0 to group 0`.
  private static func deviceAndGroup(_ text: String) -> (String, Int)? {
    guard let group = text.split(separator: " ").last.flatMap({ Int($0) }), group >= 0,
      let device = device(text)
    else { return nil }
    return (device, group)
  }

  /// A device's name without its driver's, which changes while it stays in its group.
  private static func device(_ text: String) -> String? {
    let words = text.split(separator: " ")
    if let place = words.firstIndex(of: "device"), place + 1 < words.endIndex {
      return String(words[place + 1])
    }
    guard let word = words.first(where: { $0.hasSuffix(":") }) else { return nil }
    return String(word.dropLast())
  }
}
