/// Arguments that contradict each other, and which one the kernel obeys.
package struct ArgumentConflict: Sendable, Equatable {
  /// In order; the same argument only once, though its list may contradict itself.
  package let parameters: [KernelParameter]
  /// What the kernel makes of it, as a full sentence.
  package let outcome: String
}

extension KernelCommandLine {
  /// Contradictions among the arguments that matter for passthrough.
  package var conflicts: [ArgumentConflict] {
    [
      switches("intel_iommu", "on", "off"), switches("intremap", "on", "off"),
      sticky("iommu", "off", against: [("intel_iommu", "on"), ("amd_iommu", "force_enable")]),
      sticky("amd_iommu", "off", against: [("amd_iommu", "force_enable")]),
      defaultDomain,
      lastCounts("vfio-pci.ids"), lastCounts("vfio_iommu_type1.allow_unsafe_interrupts"),
      lastCounts("vfio.enable_unsafe_noiommu_mode"), lastCounts("pcie_acs_override"),
      lastCounts("rd.passthru"),
    ].compactMap(\.self)
  }

  /// Both switches of one parameter: the last one counts.
  private func switches(_ name: String, _ one: String, _ other: String) -> ArgumentConflict? {
    let first = holding(name, one)
    let second = holding(name, other)
    guard !first.isEmpty, !second.isEmpty else { return nil }
    let involved = all(name).filter { first.contains($0) || second.contains($0) }
    return conflict(involved, "The last switch counts, which is in \(involved.last?.text ?? name).")
  }

  /// A switch that nothing takes back, and what asks for the contrary.
  private func sticky(
    _ name: String, _ option: String, against others: [(String, String)]
  ) -> ArgumentConflict? {
    let off = holding(name, option)
    let contrary = others.flatMap { holding($0.0, $0.1) }
    guard !off.isEmpty, !contrary.isEmpty else { return nil }
    return conflict(off + contrary, "\(name)=\(option) wins, wherever it stands.")
  }

  /// iommu=pt, iommu=nopt and iommu.passthrough set one thing.
  private var defaultDomain: ArgumentConflict? {
    let candidates = parameters.filter { $0.isNamed("iommu") || $0.isNamed("iommu.passthrough") }
    let effects = candidates.map { IOMMUArguments(KernelCommandLine(parameters: [$0])).defaultPassthrough }
    let setting = zip(candidates, effects).filter { $0.1 != nil }
    guard Set(setting.map(\.1)).count > 1, let last = setting.last?.0 else { return nil }
    return conflict(setting.map(\.0), "The last one counts, which is \(last.text).")
  }

  /// A parameter that holds one value and is given different ones.
  private func lastCounts(_ name: String) -> ArgumentConflict? {
    let given = all(name)
    guard Set(given.map { $0.value ?? "" }).count > 1, let last = given.last else { return nil }
    return conflict(given, "Only the last one counts, \(last.text).")
  }

  private func conflict(_ parameters: [KernelParameter], _ outcome: String) -> ArgumentConflict {
    var distinct: [KernelParameter] = []
    for parameter in parameters.prefix(16) where !distinct.contains(parameter) { distinct.append(parameter) }
    return ArgumentConflict(parameters: distinct, outcome: outcome)
  }

  private func holding(_ name: String, _ option: String) -> [KernelParameter] {
    all(name).filter { $0.value?.split(separator: ",").contains { $0.hasPrefix(option) } == true }
  }
}
