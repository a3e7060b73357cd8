import CKmod
import Glibc

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

  /// Loads a module with what it needs and its options, as `load` does, but nothing that wants to come after any of
  /// them (soft dependencies, `post:`), and nothing where it is only a rehearsal: after that, loading it takes less time.
  ///
  /// - Returns: what wants to come after, for `load`: nobody who waits for the module needs it. Some of it may not exist,
  ///   or stand there twice.
  package func loadWhatIsNeeded(_ name: String, isRehearsal: Bool = false) throws(KmodError) -> [String] {
    var followers: [String] = []
    let code = try byName(canonicalName(name)) { module in
      insertWhatIsNeeded(module, isRehearsal: isRehearsal, depth: 0, &followers)
    }
    guard code >= 0 else { throw KmodError("loading the module", name, code: -code) }
    return followers
  }

  private func insertWhatIsNeeded(
    _ module: OpaquePointer, isRehearsal: Bool, depth: Int, _ followers: inout [String]
  ) -> Int32 {
    // Soft dependencies may go in circles.
    guard depth < 8, !isInKernel(module) else { return 0 }
    var before: OpaquePointer?
    var after: OpaquePointer?
    _ = kmod_module_get_softdeps(module, &before, &after)
    let needed = kmod_module_get_dependencies(module)
    defer {
      kmod_module_unref_list(before)
      kmod_module_unref_list(after)
      kmod_module_unref_list(needed)
    }
    let next = depth + 1
    forEachModule(of: before) {
      _ = insertWhatIsNeeded($0, isRehearsal: isRehearsal, depth: next, &followers)
    }
    var code: Int32 = 0
    forEachModule(of: needed) {
      if code >= 0 { code = insertWhatIsNeeded($0, isRehearsal: isRehearsal, depth: next, &followers) }
    }
    forEachModule(of: after) { followers.append(nameOf($0)) }
    let options = kmod_module_get_options(module)
    guard code >= 0, !isRehearsal else { return code }
    code = kmod_module_insert_module(module, 0, options)
    // Somebody else may have been faster.
    return code == -EEXIST ? 0 : code
  }

  private func isInKernel(_ module: OpaquePointer) -> Bool {
    let state = kmod_module_get_initstate(module)
    return state == Int32(bitPattern: KMOD_MODULE_LIVE.rawValue)
      || state == Int32(bitPattern: KMOD_MODULE_BUILTIN.rawValue)
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
