/// An argument that the kernel reads and does nothing with.
package struct IneffectiveArgument: Sendable, Equatable {
  package let parameter: KernelParameter
  /// The piece of the value that has no effect; empty when the value is missing.
  package let option: String
  /// Why it has none, as a full sentence.
  package let reason: String
  /// What was probably meant (`iommu=pt`), where one can tell.
  package let meant: String?

  package init(parameter: KernelParameter, option: String, reason: String, meant: String? = nil) {
    self.parameter = parameter
    self.option = option
    self.reason = reason
    self.meant = meant
  }

  init(ignored option: String, of parameter: KernelParameter) {
    self.parameter = parameter
    self.option = option
    (reason, meant) = Self.explanation(of: option, in: parameter.canonicalName)
  }

  private static func explanation(of option: String, in name: String) -> (reason: String, meant: String?) {
    if option.isEmpty { return ("\(name) does nothing without a value.", nil) }
    return switch (name, option) {
    case ("amd_iommu", "on"):
      ("The AMD driver knows no amd_iommu=on: it is on by itself wherever the firmware offers it.", nil)
    case ("amd_iommu", "pt"), ("intel_iommu", "pt"):
      ("\(name) knows no option pt; that option belongs to iommu=.", "iommu=pt")
    case ("intel_iommu", "1"), ("intel_iommu", "yes"), ("intel_iommu", "true"), ("intel_iommu", "enable"),
      ("intel_iommu", "enabled"):
      ("intel_iommu knows no option \(option).", "intel_iommu=on")
    case ("iommu", "1"):
      ("iommu=1 is an option of the Xen hypervisor; Linux takes the number for an old aperture size.", nil)
    case ("iommu", "on"):
      ("iommu= cannot switch an IOMMU on; it knows off, pt and a few options of old hardware.", nil)
    case ("iommu", "passthrough"):
      ("iommu= knows no option passthrough; its name is pt.", "iommu=pt")
    default:
      ("The kernel knows no option \(option) of \(name).", nil)
    }
  }
}
