import HostFiles
import HostModel

/// Every process that has one of the device nodes open, in order of process and node.
///
/// `nodes` are paths with a leading slash. A process that ends meanwhile, or whose files the
/// caller may not see, is left out; `isComplete` tells whether every process could be looked at.
package func surveyFileHolders(
  of nodes: Set<String>, _ root: HostRoot
) -> (holders: [FileHolder], isComplete: Bool) {
  var holders: [FileHolder] = []
  var isComplete = true
  let processes = ((try? root.names(in: "proc")) ?? nil) ?? []
  for process in processes.compactMap({ Int32($0) }).sorted() {
    do throws(HostFileError) {
      let open = try openNodes(of: process, among: nodes, root)
      guard !open.isEmpty else { continue }
      let command = ((try? root.line(at: "proc/\(process)/comm")) ?? nil) ?? "a process"
      let guest = guestName(of: process, root)
      holders += open.map { FileHolder(process: process, command: command, guest: guest, path: $0) }
    } catch {
      isComplete = false
    }
  }
  return (holders, isComplete)
}

private func openNodes(
  of process: Int32, among nodes: Set<String>, _ root: HostRoot
) throws(HostFileError) -> [String] {
  let directory = "proc/\(process)/fd"
  var found: Set<String> = []
  for name in try root.names(in: directory) ?? [] {
    // The descriptor may be closed by now.
    if let target = (try? root.linkTarget(at: "\(directory)/\(name)")) ?? nil, nodes.contains(target) {
      found.insert(target)
    }
  }
  return found.sorted()
}

/// libvirt starts QEMU with `-name guest=NAME,debug-threads=on`; in a name, a comma is doubled.
private func guestName(of process: Int32, _ root: HostRoot) -> String? {
  let arguments = ((try? root.bytes(at: "proc/\(process)/cmdline")) ?? nil)?.split(separator: 0) ?? []
  guard let option = arguments.firstIndex(where: { $0.elementsEqual("-name".utf8) }) else { return nil }
  guard let value = arguments[option...].dropFirst().first else { return nil }
  let name = value.starts(with: "guest=".utf8) ? value.dropFirst(6) : value
  let end = name.firstIndex(of: UInt8(ascii: ",")) ?? name.endIndex
  return name[..<end].isEmpty ? nil : name[..<end].text
}
