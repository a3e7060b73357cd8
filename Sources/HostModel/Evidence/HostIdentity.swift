extension HostEvidence {
  /// The processor's model name.
  package var processorName: String? { processors.value?.modelName }

  /// Whether this is a virtual machine; nil when nothing tells.
  package var isVirtualized: Bool? {
    if processors.value?.hasHypervisorFlag == true || hypervisor.value != nil { return true }
    if processors.value == nil { return nil }
    return false
  }
}
