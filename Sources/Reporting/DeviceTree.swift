import HostModel

extension DeviceListing {
  /// The topology as `lspci -t` and `virsh nodedev-list --tree` draw it, with the group of each
  /// function before it: functions that go together have one number, and a bracket where they stand
  /// one below the other.
  package func tree(_ style: TerminalStyle) -> String {
    let rows = TreeRows(devices)
    let groups = rows.list.map(\.device.group)
    let width = max(5, groups.compactMap { $0.map { String($0).count } }.max() ?? 0)
    let brackets = Self.brackets(groups, style)
    var lines = [style.paint("GROUP", .bold)]
    for (index, row) in rows.list.enumerated() {
      let group = rightAligned(row.device.group.map(String.init) ?? "-", to: width)
      let driver = row.device.driver.map { " [\($0)]" } ?? ""
      let used = usesInShort(row.device)
      let head = "\(group) \(brackets[index]) \(row.stem(style))\(row.device.address) "
      let tail = printable(driver + (used.isEmpty ? "" : " host: \(used)"))
      let room = max(16, style.width - head.count - tail.count)
      lines.append(head + cut(title(of: row.device), to: room, style) + style.paint(tail, .cyan))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A bracket beside each run of functions of one group.
  private static func brackets(_ groups: [Int?], _ style: TerminalStyle) -> [String] {
    let marks = style.usesUnicode ? ["┌", "│", "└"] : ["/", "|", "\\"]
    return groups.indices.map { index in
      guard let group = groups[index] else { return " " }
      let isContinued = index > 0 && groups[index - 1] == group
      let continues = index + 1 < groups.count && groups[index + 1] == group
      switch (isContinued, continues) {
      case (false, false): return " "
      case (false, true): return marks[0]
      case (true, true): return marks[1]
      case (true, false): return marks[2]
      }
    }
  }
}

/// Functions in the order of the tree: each below its parent.
private struct TreeRows {
  struct Row {
    let device: PCIDevice
    /// For each level above, whether more follows there; the last is the row's own.
    let follows: [Bool]

    func stem(_ style: TerminalStyle) -> String {
      guard let last = follows.last else { return "" }
      let (pass, blank, fork, end) = style.usesUnicode ? ("│ ", "  ", "├─", "└─") : ("| ", "  ", "+-", "`-")
      return follows.dropLast().map { $0 ? pass : blank }.joined() + (last ? fork : end)
    }
  }

  private(set) var list: [Row] = []
  private var seen: Set<PCIAddress> = []

  init(_ devices: [PCIDevice]) {
    let known = Set(devices.map(\.address))
    var children: [PCIAddress: [PCIDevice]] = [:]
    var roots: [PCIDevice] = []
    for device in devices {
      if let parent = device.parent, parent != device.address, known.contains(parent) {
        children[parent, default: []].append(device)
      } else {
        roots.append(device)
      }
    }
    for device in roots { add(device, follows: [], children) }
    // Parents that go in a circle have no root; nothing is left out for that.
    for device in devices where !seen.contains(device.address) { add(device, follows: [], children) }
  }

  private mutating func add(_ device: PCIDevice, follows: [Bool], _ children: [PCIAddress: [PCIDevice]]) {
    // PCI has 256 buses; deeper is no tree of this world.
    guard follows.count < 256, seen.insert(device.address).inserted else { return }
    list.append(Row(device: device, follows: follows))
    let below = children[device.address] ?? []
    for (index, child) in below.enumerated() {
      add(child, follows: follows + [index + 1 < below.count], children)
    }
  }
}
