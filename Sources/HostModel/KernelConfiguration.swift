/// The options the running kernel was built with (boot/config-RELEASE or proc/config.gz).
package struct KernelConfiguration: Sendable, Equatable {
  /// `CONFIG_` names without the prefix, to `y`, `m` or a value; an unset option is not in it.
  package var options: [String: String]

  package init(options: [String: String]) { self.options = options }

  /// `y`, `m`, a value, or nil when the option is not set.
  package subscript(_ name: String) -> String? { options[name] }
}
