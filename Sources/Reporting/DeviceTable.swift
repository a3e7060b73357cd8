import HostModel

extension DeviceListing {
  /// One line a function: address, group, driver, what it is; below it what the host uses it for.
  /// Fits the style's width.
  package func table(_ style: TerminalStyle, verbosity: Verbosity) -> String {
    let widths = Widths(devices)
    var lines = [style.paint(widths.row("ADDRESS", "GROUP", "DRIVER", "DEVICE"), .bold)]
    for device in devices {
      let head = widths.row(
        device.address.description, device.group.map(String.init) ?? "-", printable(device.driver ?? "-"), "")
      lines.append(head + cut(title(of: device), to: style.width - head.count, style))
      let indent = String(repeating: " ", count: head.count)
      if verbosity == .verbose {
        lines += details(device, style, indent: "    ")
      } else {
        let short = usesInShort(device)
        if !short.isEmpty {
          lines.append(
            style.paint(indent + cut("host: " + short, to: style.width - indent.count, style), .yellow))
        }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func details(_ device: PCIDevice, _ style: TerminalStyle, indent: String) -> [String] {
    var facts = uses.of(device.address).map { "host: \($0.detail)" }
    if let candidates = candidates(for: device), !candidates.drivers.isEmpty || candidates.vfioDriver != nil {
      let names = candidates.drivers.map { candidate in
        var name = candidate.name
        if candidate.isDenylisted { name += " (denylisted)" }
        if !candidate.softDependencies.isEmpty {
          name += " (after \(candidate.softDependencies.joined(separator: ", ")))"
        }
        return name
      }
      facts.append("drivers: \((names + [candidates.vfioDriver].compactMap(\.self)).joined(separator: ", "))")
    }
    if let override = device.driverOverride { facts.append("only \(override) may have it (driver_override)") }
    if let physical = device.virtualFunctionOf { facts.append("virtual function of \(physical)") }
    if let methods = device.resetMethods, !device.isBridge {
      facts.append(methods.isEmpty ? "it has no reset" : "reset: \(methods.joined(separator: ", "))")
    }
    if let doubt = uses.doubt(about: device) { facts.append("not certain: \(doubt)") }
    return facts.flatMap { style.wrap(printable($0), first: indent, rest: indent + "  ") }
  }

  /// Columns as wide as what stands in them.
  private struct Widths {
    var address = 7
    var group = 5
    var driver = 6

    init(_ devices: [PCIDevice]) {
      for device in devices {
        address = max(address, device.address.description.utf8.count)
        driver = max(driver, min(16, device.driver?.utf8.count ?? 0))
        group = max(group, device.group.map { String($0).utf8.count } ?? 0)
      }
    }

    func row(_ address: String, _ group: String, _ driver: String, _ device: String) -> String {
      let name = driver.count > self.driver ? String(driver.prefix(self.driver)) : driver
      return padded(address, to: self.address) + "  " + rightAligned(group, to: self.group) + "  "
        + padded(name, to: self.driver) + "  " + device
    }
  }
}
