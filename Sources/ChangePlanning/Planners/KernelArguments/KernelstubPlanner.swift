import HostModel

/// Pop!_OS: kernelstub keeps the arguments in its configuration and writes the boot entry.
extension KernelArgumentsPlanner {
  func kernelstubSteps(
    _ edit: ArgumentEdit, _ wanted: WantedArguments
  ) throws(GrubRefusal) -> (steps: [Step], notes: [String]) {
    guard let tool = evidence.program("kernelstub"), let bytes = evidence.kernelstubConfiguration,
      let options = KernelstubConfiguration(bytes)?.options
    else {
      throw GrubRefusal(
        .unsafe, path: KernelstubConfiguration.path,
        "It does not hold kernel_options as kernelstub writes them.")
    }
    let change = try ListedChange(edit, in: options, of: KernelstubConfiguration.path)
    let notes = [
      "kernelstub keeps the arguments in /\(KernelstubConfiguration.path) and writes the boot entry. The entry of the "
        + "kernel before stays as it is: it is the way back from the boot menu."
    ]
    let current = evidence.loaderEntries.filter { $0.name.hasSuffix("-current") }.map(\.path)
    let steps = [("-d", "-a", change.removed), ("-a", "-d", change.added)].filter { !$0.2.isEmpty }.map {
      option, back, words in
      let text = words.joined(separator: " ")
      return Step.run(
        ToolRun(
          command: [tool, option, text], inverse: [tool, back, text],
          writes: [KernelstubConfiguration.path] + current,
          proof: .files, present: option == "-a" ? words : [], absent: option == "-d" ? words : []))
    }
    return (steps, notes)
  }
}

/// Arguments that a tool adds to and takes out of a list that it keeps.
struct ListedChange {
  var added: [String]
  var removed: [String]

  /// - Parameter list: the arguments that are there.
  init(_ edit: ArgumentEdit, in list: [String], of place: String) throws(GrubRefusal) {
    let parameters = list.flatMap { KernelCommandLine(parsing: $0.utf8).parameters }
    added = edit.adding.map(\.text).filter { !list.holdArgument($0) }
    removed = parameters.filter { own in edit.removing.contains(where: own.means) }.map(\.text)
    let contrary = parameters.filter { own in edit.adding.contains { $0.contradicts(own) } }
    if let first = contrary.first, !edit.isReplacing {
      throw GrubRefusal(.conflict, path: place, "\(first.text) is there already and says something else.")
    }
    removed += contrary.map(\.text)
  }
}
