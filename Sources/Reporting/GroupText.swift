import Diagnosis
import HostModel

extension DeviceListing {
  /// Groups for a terminal: members, the verdict, what stands in the way and the command that clears it.
  /// Notes come with `isDetailed`.
  package func text(_ judgements: [GroupJudgement], _ style: TerminalStyle, isDetailed: Bool) -> String {
    guard !judgements.isEmpty else { return "There is no IOMMU group.\n" }
    let byAddress = Dictionary(devices.map { ($0.address, $0) }, uniquingKeysWith: { first, _ in first })
    return judgements.map { block($0, byAddress, style, isDetailed: isDetailed).joined(separator: "\n") }
      .joined(separator: "\n\n") + "\n"
  }

  private func block(
    _ judgement: GroupJudgement, _ byAddress: [PCIAddress: PCIDevice], _ style: TerminalStyle,
    isDetailed: Bool
  ) -> [String] {
    var lines = [
      style.paint("Group \(judgement.group.id): ", .bold)
        + style.paint(judgement.verdict.sentence, judgement.verdict.color)
    ]
    for address in judgement.group.members {
      lines.append(cut("  \(address)  " + member(byAddress[address]), to: style.width, style))
    }
    for name in judgement.group.otherMembers {
      lines.append(cut("  " + printable(name), to: style.width, style))
    }
    for blocker in judgement.blockers {
      lines += style.wrap(printable("\(blocker.address): \(blocker.reason)"), first: "  - ")
    }
    lines += commands(of: judgement).map { "    " + style.paint("$ " + printable($0), .cyan) }
    guard isDetailed else { return lines }
    for note in judgement.notes {
      let text = (note.address.map { "\($0): " } ?? "") + note.text
      lines += style.wrap(printable(text), first: "  note: ", rest: "    ")
    }
    return lines
  }

  /// What clears what stands in the way, each once. One member stands for its group where it is to be
  /// bound, and nothing is bound while the host lives on the group.
  private func commands(of judgement: GroupJudgement) -> [String] {
    let needed = judgement.blockers.filter { $0.kind != .binding }
    switch judgement.verdict {
    case .needsBinding: return Array(judgement.blockers.compactMap(\.command).prefix(1))
    case .hostNeedsIt:
      return needed.compactMap(\.command).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    case .viable, .unknown: return []
    }
  }

  private func member(_ device: PCIDevice?) -> String {
    guard let device else { return "could not be read" }
    let used = usesInShort(device)
    let end = " [\(printable(device.driver ?? "no driver"))]" + (used.isEmpty ? "" : " host: \(used)")
    return title(of: device) + end
  }
}

extension GroupJudgement.Verdict {
  fileprivate var sentence: String {
    switch self {
    case .viable: "a guest could have it now"
    case .needsBinding: "a guest could have it once it is bound to VFIO"
    case .hostNeedsIt: "it stays with the host"
    case .unknown: "it could not be told whether a guest could have it"
    }
  }

  fileprivate var color: TerminalStyle.Color {
    switch self {
    case .viable: .green
    case .needsBinding: .cyan
    case .hostNeedsIt: .faint
    case .unknown: .yellow
    }
  }
}

extension [String] {
  /// Each once, where it comes first.
  fileprivate var withoutRepetition: [String] {
    var seen: Set<String> = []
    return filter { seen.insert($0).inserted }
  }
}
