import CKmod
import Glibc

// libkmod's lists, references and strings. Every opaque type of libkmod is the same OpaquePointer to
// Swift, so these are short and nothing else touches them.

/// Names in a list of modules, each once; releases the list.
func namesReleasing(_ list: OpaquePointer?) -> [String] {
  defer { kmod_module_unref_list(list) }
  var names: [String] = []
  forEachModule(of: list) { module in
    let name = nameOf(module)
    if !names.contains(name) { names.append(name) }
  }
  return names
}

/// Calls `body` with each module of a list, which is valid during the call only.
func forEachModule(of list: OpaquePointer?, _ body: (OpaquePointer) -> Void) {
  forEachEntry(of: list) { entry in
    guard let module = kmod_module_get_module(entry) else { return }
    defer { kmod_module_unref(module) }
    body(module)
  }
}

func forEachEntry(of list: OpaquePointer?, _ body: (OpaquePointer) -> Void) {
  var next = list
  while let entry = next {
    body(entry)
    next = kmod_list_next(list, entry)
  }
}

func nameOf(_ module: OpaquePointer) -> String { string(kmod_module_get_name(module)) ?? "" }

func string(_ text: UnsafePointer<CChar>?) -> String? { text.map { String(cString: $0) } }

/// Module names with dashes are the ones with underscores.
func canonicalName(_ name: String) -> String {
  String(decoding: name.utf8.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }, as: UTF8.self)
}

/// Calls `body` with a NULL-terminated array of C strings. An empty one means no configuration to
/// libkmod; NULL itself would mean the host's.
func withCStringArray<Result>(
  _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result?
) -> Result? {
  let copies = strings.map { strdup($0) }
  defer { copies.forEach { free($0) } }
  guard copies.allSatisfy({ $0 != nil }) else { return nil }
  let pointers: [UnsafePointer<CChar>?] = copies.map { $0.map { UnsafePointer($0) } } + [nil]
  return pointers.withUnsafeBufferPointer { $0.baseAddress.flatMap(body) }
}
