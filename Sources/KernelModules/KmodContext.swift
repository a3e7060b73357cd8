import CKmod
import Glibc

/// libkmod, looking at one directory of modules of the running host.
///
/// Only for the running host: whatever directories it is given, libkmod reads /proc/cmdline for
/// `modprobe.blacklist=` and module options (libkmod-config.c, kmod_config_parse_kcmdline).
///
/// Everything comes out as plain values; no pointer of libkmod leaves this target.
package final class KmodContext {
  let context: OpaquePointer
  private lazy var denylist = Self.denylist(of: context)

  /// - Parameters:
  ///   - moduleDirectory: lib/modules/RELEASE, where depmod wrote its index; nil is the running kernel's.
  ///   - configuration: files and directories of modprobe's configuration, the strongest first; of
  ///     files with one name the first counts. None means no configuration.
  package init(moduleDirectory: String?, configuration: [String]) throws(KmodError) {
    let operation = "reading the module index of"
    let made = withCStringArray(configuration) { kmod_new(moduleDirectory, $0) }
    let subject = moduleDirectory ?? "the running kernel"
    guard let context = made else { throw KmodError(operation, subject, code: errno) }
    // kmod_new has told standard error of broken lines in the configuration; once is enough.
    kmod_set_log_priority(context, 0)
    // kmod_new succeeds where there is no such directory; only this tells.
    let result = kmod_load_resources(context)
    guard result >= 0 else {
      kmod_unref(context)
      throw KmodError(operation, subject, code: -result)
    }
    self.context = context
  }

  deinit { kmod_unref(context) }

  /// The module of that name (dashes and underscores are the same); nil when the kernel has none.
  package func module(named name: String) throws(KmodError) -> KmodModule? {
    let canonical = canonicalName(name)
    var found: KmodModule?
    // Old versions of libkmod know that a module is built in only when a lookup led to it.
    let code = lookUp(canonical) { module in
      if found == nil, nameOf(module) == canonical { found = describe(module) }
    }
    guard code == 0 else { throw KmodError("looking up the module", name, code: code) }
    // An `alias` of the same name in the configuration leads the lookup elsewhere.
    if found == nil { found = try byName(canonical) { describe($0) } }
    return found?.isKnown == true ? found : nil
  }

  /// The modules that an alias (`pci:v00008086d…`, `vfio_pci:v…`, or a name) leads to, denylisted
  /// ones too, in libkmod's order.
  package func modules(matching alias: String) throws(KmodError) -> [KmodAliasMatch] {
    var matches: [KmodAliasMatch] = []
    let code = lookUp(alias) { module in
      let name = nameOf(module)
      guard !matches.contains(where: { $0.name == name }) else { return }
      matches.append(KmodAliasMatch(name: name, isDenylisted: denylist.contains(name)))
    }
    guard code == 0 else { throw KmodError("looking up the alias", alias, code: code) }
    return matches
  }

  /// The signature appended to a module's file; nil when it carries none. Reads and unpacks the whole
  /// file, so ask only where it matters.
  package func signature(ofModuleNamed name: String) throws(KmodError) -> KmodSignature? {
    var code: Int32 = 0
    var signature: KmodSignature?
    try byName(canonicalName(name)) { module in
      var list: OpaquePointer?
      let result = kmod_module_get_info(module, &list)
      code = result < 0 ? -result : 0
      defer { kmod_module_info_free_list(list) }
      var values: [String: String] = [:]
      forEachEntry(of: list) { entry in
        guard let key = string(kmod_module_info_get_key(entry)) else { return }
        values[key] = string(kmod_module_info_get_value(entry))
      }
      guard let kind = values["sig_id"] else { return }
      let signer = values["signer"]
      signature = KmodSignature(kind: kind, signer: signer?.isEmpty == false ? signer : nil)
    }
    guard code == 0 else { throw KmodError("reading the signature of the module", name, code: code) }
    return signature
  }

  private func describe(_ module: OpaquePointer) -> KmodModule {
    var before: OpaquePointer?
    var after: OpaquePointer?
    // A failure leaves both lists empty.
    _ = kmod_module_get_softdeps(module, &before, &after)
    let name = nameOf(module)
    return KmodModule(
      name: name, path: string(kmod_module_get_path(module)),
      isBuiltIn: kmod_module_get_initstate(module) == Int32(bitPattern: KMOD_MODULE_BUILTIN.rawValue),
      isDenylisted: denylist.contains(name),
      installCommand: string(kmod_module_get_install_commands(module)),
      options: string(kmod_module_get_options(module)),
      dependencies: namesReleasing(kmod_module_get_dependencies(module)),
      softDependenciesBefore: namesReleasing(before), softDependenciesAfter: namesReleasing(after))
  }

  /// Returns errno, or 0; finding nothing is no error.
  private func lookUp(_ alias: String, _ body: (OpaquePointer) -> Void) -> Int32 {
    var list: OpaquePointer?
    let result = kmod_module_new_from_lookup(context, alias, &list)
    guard result >= 0 || result == -ENOENT else { return -result }
    defer { kmod_module_unref_list(list) }
    forEachModule(of: list, body)
    return 0
  }

  @discardableResult
  func byName<Value>(_ name: String, _ body: (OpaquePointer) -> Value) throws(KmodError) -> Value {
    var module: OpaquePointer?
    let result = kmod_module_new_from_name(context, name, &module)
    guard result >= 0, let module else { throw KmodError("looking up the module", name, code: -result) }
    defer { kmod_module_unref(module) }
    return body(module)
  }

  private static func denylist(of context: OpaquePointer) -> Set<String> {
    guard let iterator = kmod_config_get_blacklists(context) else { return [] }
    defer { kmod_config_iter_free_iter(iterator) }
    var names: Set<String> = []
    while kmod_config_iter_next(iterator) {
      if let name = string(kmod_config_iter_get_key(iterator)) { names.insert(canonicalName(name)) }
    }
    return names
  }
}

extension KmodModule {
  /// libkmod makes a module of any name; this one exists, or has a command in its place.
  fileprivate var isKnown: Bool { path != nil || isBuiltIn || installCommand != nil }
}
