/// etc/kernel/cmdline: the arguments that kernel-install, proxmox-boot-tool and sdbootutil give to the
/// entries of kernels. One line as a rule; several count as one, and some readers know comments.
package struct KernelCommandLineFile: Sendable, Equatable {
  package static let path = "etc/kernel/cmdline"

  package var path: String
  package var bytes: [UInt8]

  package init(_ bytes: [UInt8], path: String = Self.path) {
    self.path = path
    self.bytes = bytes
  }

  /// All arguments, in order.
  package var parameters: [KernelParameter] {
    KernelCommandLine(parsing: Array(contents.map { bytes[$0] }.joined(separator: [Byte.space]))).parameters
  }

  /// How many lines hold arguments.
  package var lineCount: Int { contents.count }

  /// The file with the change: what is added goes to the end of the last line with arguments.
  package func applying(_ edit: ArgumentEdit) throws(GrubRefusal) -> [UInt8] {
    guard let last = contents.last else {
      let line = try edit.applied(to: [], in: path)
      return line.isEmpty ? bytes : line + [Byte.newline] + bytes
    }
    let removal = ArgumentEdit(adding: [], removing: edit.removing + contrary(to: edit), isReplacing: false)
    var result = bytes
    for range in contents.reversed() {
      let isLast = range == last
      let line = Array(bytes[range])
      let others = isLast ? parameters(outside: range) : []
      let new = try (isLast ? edit : removal).applied(to: line, besides: others, in: path)
      result.replaceSubrange(range, with: new)
    }
    return result
  }

  /// What says the opposite in any line, where it is to be replaced.
  private func contrary(to edit: ArgumentEdit) -> [KernelParameter] {
    edit.isReplacing ? parameters.filter { own in edit.adding.contains { $0.contradicts(own) } } : []
  }

  private func parameters(outside range: Range<Int>) -> [KernelParameter] {
    contents.filter { $0 != range }.flatMap { KernelCommandLine(parsing: bytes[$0]).parameters }
  }

  /// The lines that are neither empty nor comments, without their ends.
  private var contents: [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: Byte.newline) ?? bytes.count
      let line = bytes[start..<end].trimmed
      if let first = line.first, first != Byte.hash { ranges.append(start..<end) }
      start = end + 1
    }
    return ranges
  }
}
