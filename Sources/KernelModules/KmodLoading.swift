import CKmod
import Glibc

/// In which order modules are loaded so that one of them is.
package struct LoadingOrder: Sendable, Equatable {
  package struct Step: Sendable, Equatable {
    /// With underscores.
    package let module: String
    /// Whether the one that is asked for cannot be without it; `softdep … pre:` is only tried.
    package let isRequired: Bool

    package init(module: String, isRequired: Bool) {
      self.module = module
      self.isRequired = isRequired
    }
  }
  /// The one that is asked for last; without those that are loaded or built in.
  package fileprivate(set) var steps: [Step] = []
  /// What wants to come after any of them (`softdep … post:`). Some of it may not exist.
  package fileprivate(set) var followers: [String] = []
}

extension KmodContext {
  /// Loads a module with what it needs, its soft dependencies and its options, as `modprobe NAME`
  /// does; one that is loaded or built in is left as it is. A denylist does not count for a module
  /// that is asked for by name.
  ///
  /// `install` commands are not run: they are programs of any kind and length.
  package func load(_ name: String) throws(KmodError) {
    // One that fails, or is not there, does not count.
    for follower in try loadWithoutFollowers(name) { try? load(follower) }
  }

  /// Loads a module as `load` does, but nothing that wants to come after it or after what it needs.
  ///
  /// - Returns: what does, for `load`: nobody who waits for the module needs it.
  package func loadWithoutFollowers(_ name: String) throws(KmodError) -> [String] {
    let order = try loadingOrder(of: name)
    for step in order.steps {
      let code = try byName(step.module, insert)
      guard code >= 0 || !step.isRequired else { throw KmodError("loading the module", name, code: -code) }
    }
    return order.followers
  }

  /// What `load` loads, one after the other.
  package func loadingOrder(of name: String) throws(KmodError) -> LoadingOrder {
    var order = LoadingOrder()
    try byName(canonicalName(name)) { add($0, isRequired: true, for: [], to: &order) }
    return order
  }

  /// - Parameter asking: the modules that lead to this one; soft dependencies may go in circles.
  private func add(
    _ module: OpaquePointer, isRequired: Bool, for asking: [String], to order: inout LoadingOrder
  ) {
    let name = nameOf(module)
    guard !asking.contains(where: { isSame($0, name) }), !isInKernel(module),
      !order.steps.contains(where: { isSame($0.module, name) && ($0.isRequired || !isRequired) })
    else { return }
    var before: OpaquePointer?
    var after: OpaquePointer?
    _ = kmod_module_get_softdeps(module, &before, &after)
    let needed = kmod_module_get_dependencies(module)
    defer {
      kmod_module_unref_list(before)
      kmod_module_unref_list(after)
      kmod_module_unref_list(needed)
    }
    forEachModule(of: before) { add($0, isRequired: false, for: asking + [name], to: &order) }
    forEachModule(of: needed) { add($0, isRequired: isRequired, for: asking + [name], to: &order) }
    order.steps.append(.init(module: name, isRequired: isRequired))
    forEachModule(of: after) {
      let follower = nameOf($0)
      if !order.followers.contains(where: { isSame($0, follower) }) { order.followers.append(follower) }
    }
  }

  /// By their bytes: what compares text needs Unicode's tables, which an initramfs would have to carry.
  private func isSame(_ name: String, _ other: String) -> Bool { name.utf8.elementsEqual(other.utf8) }

  private func isInKernel(_ module: OpaquePointer) -> Bool {
    let state = kmod_module_get_initstate(module)
    return state == Int32(bitPattern: KMOD_MODULE_LIVE.rawValue)
      || state == Int32(bitPattern: KMOD_MODULE_BUILTIN.rawValue)
  }

  /// Returns errno, negative, or 0.
  private func insert(_ module: OpaquePointer) -> Int32 {
    let code = kmod_module_insert_module(module, 0, kmod_module_get_options(module))
    // Somebody else may have been faster.
    return code == -EEXIST ? 0 : code
  }

  /// Unloads a module; the kernel refuses one that is in use, with EWOULDBLOCK.
  package func unload(_ name: String) throws(KmodError) {
    let code = try byName(canonicalName(name)) { module in kmod_module_remove_module(module, 0) }
    guard code >= 0 else { throw KmodError("unloading the module", name, code: -code) }
  }
}
