/// proc/cmdline.
package struct KernelCommandLine: Sendable, Equatable {
  package init() {}
}
