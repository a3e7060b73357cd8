/// The kernel's messages of one boot.
package struct KernelLog: Sendable, Equatable {
  package init() {}
}
