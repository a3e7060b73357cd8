extension HostEvidence {
  /// The processor's model name.
  package var processorName: String? { nil }

  /// Whether this is a virtual machine; nil when nothing tells.
  package var isVirtualized: Bool? { nil }
}
