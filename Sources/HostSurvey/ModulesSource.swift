import HostFiles
import HostModel

/// proc/modules: the modules loaded now, with underscores.
func surveyLoadedModules(_ root: HostRoot) -> Observed<Set<String>> {
  let observed = root.observe("proc/modules") { bytes throws(HostFileError) in
    Set(bytes.lines.compactMap { $0.words.first?.text })
  }
  // A kernel without module support has no such file.
  if case .absent(let source) = observed {
    return root.exists("proc/version")
      ? .absent(source: source) : .unreadable(source: source, reason: "proc is not mounted")
  }
  return observed
}

/// A boolean parameter of a module, while the module is there.
func surveyParameter(_ name: String, of module: String, _ root: HostRoot) -> Observed<Bool> {
  let path = "sys/module/\(module)/parameters/\(name)"
  let observed = root.observeSysfs(path) { kernelBoolean($0.trimmed.text) }
  switch observed {
  case .found(let value?, let source): return .found(value, source: source)
  case .found(nil, let source): return .unreadable(source: source, reason: "it is no truth value")
  case .absent(let source): return .absent(source: source)
  case .unreadable(let source, let reason): return .unreadable(source: source, reason: reason)
  }
}

/// kvm_intel's or kvm_amd's `nested`.
func surveyNestedVirtualization(_ root: HostRoot) -> Observed<Bool> {
  for module in ["kvm_intel", "kvm_amd"] {
    let observed = surveyParameter("nested", of: module, root)
    if case .absent = observed { continue }
    return observed
  }
  return root.orUnreadable(.absent(source: "sys/module/kvm_intel/parameters/nested"))
}
