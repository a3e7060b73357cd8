/// The stages of the report, in the order in which they stand on each other.
package enum Stage: String, Sendable, CaseIterable {
  case processor, firmware, kernel
  case bootLoader = "boot-loader"
  case modules, devices, binding, virtualization
}
