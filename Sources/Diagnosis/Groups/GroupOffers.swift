import HostModel

extension PCIIndex {
  /// The groups that a guest could have, the likeliest wish first: what people give away most, and
  /// among these what comes alone and can be reset.
  package var offers: [GroupJudgement] {
    judgements.filter { $0.verdict == .viable || $0.verdict == .needsBinding }
      .map { ($0, rank(of: $0)) }
      .sorted { ($0.1, $0.0.group.id) < ($1.1, $1.0.group.id) }
      .map(\.0)
  }

  /// The function that a group is wanted for: the first of the kind that is wanted most.
  package func mainDevice(of group: IOMMUGroup) -> PCIDevice? {
    group.members.compactMap { devices[$0] }.filter { !$0.isPassage }
      .min { (DeviceKind($0).wish, $0.address) < (DeviceKind($1).wish, $1.address) }
  }

  private func rank(of judgement: GroupJudgement) -> Int {
    guard let main = mainDevice(of: judgement.group) else { return Int.max }
    let members = judgement.group.members.compactMap { devices[$0] }.filter { !$0.isPassage }
    let company = members.contains { !$0.address.sharesSlot(with: main.address) } ? 2 : 0
    return DeviceKind(main).wish * 4 + company + (main.resetMethods == [] ? 1 : 0)
  }
}

extension DeviceKind {
  /// How often people want a guest to have it; 0 is most.
  fileprivate var wish: Int {
    let order: [DeviceKind] = [
      .display, .accelerator, .network, .storage, .usb, .audio, .input, .serial, .other, .system, .bridge,
    ]
    return order.firstIndex(of: self) ?? order.count
  }
}
