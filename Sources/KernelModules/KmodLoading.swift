import CKmod

extension KmodContext {
  /// Loads a module with what it needs, its soft dependencies and its options, as `modprobe NAME`
  /// does; one that is loaded or built in is left as it is. A denylist does not count for a module
  /// that is asked for by name.
  ///
  /// `install` commands are not run: they are programs of any kind and length.
  package func load(_ name: String) throws(KmodError) {
    let code = try byName(canonicalName(name)) { module in
      // With commands ignored, libkmod passes over the module's own soft dependencies.
      var before: OpaquePointer?
      var after: OpaquePointer?
      _ = kmod_module_get_softdeps(module, &before, &after)
      defer {
        kmod_module_unref_list(before)
        kmod_module_unref_list(after)
      }
      // One that fails, or is not there, does not count.
      forEachModule(of: before) { _ = insert($0) }
      let code = insert(module)
      if code >= 0 { forEachModule(of: after) { _ = insert($0) } }
      return code
    }
    guard code >= 0 else { throw KmodError("loading the module", name, code: -code) }
  }

  private func insert(_ module: OpaquePointer) -> Int32 {
    kmod_module_probe_insert_module(module, KMOD_PROBE_IGNORE_COMMAND.rawValue, nil, nil, nil, nil)
  }

  /// Unloads a module; the kernel refuses one that is in use, with EWOULDBLOCK.
  package func unload(_ name: String) throws(KmodError) {
    let code = try byName(canonicalName(name)) { module in kmod_module_remove_module(module, 0) }
    guard code >= 0 else { throw KmodError("unloading the module", name, code: -code) }
  }
}
