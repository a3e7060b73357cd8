import CKmod

extension KmodContext {
  /// Loads a module with what it needs, its soft dependencies and its options, as `modprobe NAME`
  /// does; one that is loaded or built in is left as it is. A denylist does not count for a module
  /// that is asked for by name.
  ///
  /// `install` commands are not run: they are programs of any kind and length.
  package func load(_ name: String) throws(KmodError) {
    let code = try byName(canonicalName(name)) { module in
      kmod_module_probe_insert_module(module, KMOD_PROBE_IGNORE_COMMAND.rawValue, nil, nil, nil, nil)
    }
    guard code >= 0 else { throw KmodError("loading the module", name, code: -code) }
  }

  /// Unloads a module; the kernel refuses one that is in use, with EWOULDBLOCK.
  package func unload(_ name: String) throws(KmodError) {
    let code = try byName(canonicalName(name)) { module in kmod_module_remove_module(module, 0) }
    guard code >= 0 else { throw KmodError("unloading the module", name, code: -code) }
  }
}
