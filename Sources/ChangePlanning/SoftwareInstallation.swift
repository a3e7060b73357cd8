import HostModel

/// Packages that are to be installed, with all that comes along: what is shown, recorded, and taken out
/// again by an undo is the same list.
package struct SoftwareInstallation: Sendable, Equatable {
  package var asked: PackageInstallation
  /// Every package that is not installed yet and will be, those asked for among them.
  package var brings: [String]

  package init(_ asked: PackageInstallation, brings: [String]) {
    self.asked = asked
    self.brings = brings
  }
}

/// What a package manager says it would do.
package struct PackagePreview: Sendable, Equatable {
  package var installs: [String] = []
  package var upgrades: [String] = []
  package var removes: [String] = []

  /// Reads what `PackageManager.previewCommand` printed.
  package init(_ text: String, by manager: PackageManager) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    switch manager {
    case .apt: readSimulation(lines)
    case .dnf: readTransaction(lines)
    case .zypper: readSummary(lines)
    case .pacman: installs = lines.filter { !$0.isEmpty && !$0.contains(" ") }.map(String.init)
    }
  }

  /// `Inst NAME (NEW …)`, `Inst NAME [OLD] (NEW …)`, `Remv NAME [OLD]`; of several architectures,
  /// `NAME:i386`.
  private mutating func readSimulation(_ lines: [Substring]) {
    for line in lines {
      let words = line.split(separator: " ", maxSplits: 2)
      guard words.count >= 2 else { continue }
      switch words[0] {
      case "Inst" where words.count == 3 && words[2].hasPrefix("["): upgrades.append(String(words[1]))
      case "Inst": installs.append(String(words[1]))
      case "Remv", "Purg": removes.append(String(words[1]))
      default: continue
      }
    }
  }

  /// A table: headings at the margin that end in a colon, one package a row behind one blank; rows that
  /// go on are further in.
  private mutating func readTransaction(_ lines: [Substring]) {
    var heading: Substring = ""
    for line in lines {
      if line.first != " " {
        heading = line.hasSuffix(":") ? line : ""
      } else if !line.hasPrefix("  "), let name = line.split(separator: " ").first.map(String.init) {
        // Groups are no packages: those that they hold have headings of their own.
        if heading.contains("roup") && !heading.contains("packages") { continue }
        if heading.hasPrefix("Installing") { installs.append(name) }
        if heading.hasPrefix("Upgrading") { upgrades.append(name) }
        if heading.hasPrefix("Removing") || heading.hasPrefix("Downgrading") { removes.append(name) }
      }
    }
  }

  /// `The following 3 NEW packages are going to be installed:`, then indented names to an empty line.
  private mutating func readSummary(_ lines: [Substring]) {
    var heading: Substring = ""
    for line in lines {
      if line.isEmpty { heading = "" }
      if line.first != " " {
        heading = line.hasPrefix("The following") ? line : heading
        continue
      }
      let names = line.split(separator: " ").map(String.init)
      if heading.contains(" NEW package"), !heading.contains("recommended") { installs += names }
      if heading.contains("to be upgraded") { upgrades += names }
      if heading.contains("to be REMOVED") || heading.contains("to be downgraded") { removes += names }
    }
  }
}

extension PackageManager {
  /// Prints what installing would do, and does nothing.
  package func previewCommand(_ names: [String]) -> [String] {
    switch self {
    case .apt: ["/usr/bin/apt-get", "--simulate", "-qq", "install"] + names
    case .dnf: ["/usr/bin/dnf", "--assumeno", "install"] + names
    case .zypper: ["/usr/bin/zypper", "--non-interactive", "install", "--dry-run"] + names
    case .pacman: ["/usr/bin/pacman", "-S", "--needed", "--print", "--print-format", "%n"] + names
    }
  }

  /// Whether the preview came to its end: dnf's answer to its own question is a failure.
  package func isPreview(status: Int32, text: String) -> Bool {
    status == 0 || self == .dnf && text.contains("Transaction Summary")
  }

  /// Asks for the lists of packages anew; nil where installing does so itself, or where new lists ask for
  /// an upgrade of everything.
  package var refreshCommand: [String]? {
    switch self {
    case .apt: ["/usr/bin/apt-get", "-qq", "update"]
    case .zypper: ["/usr/bin/zypper", "--non-interactive", "refresh"]
    case .dnf, .pacman: nil
    }
  }

  /// Installs without a question, and removes nothing for it.
  package func installCommand(_ names: [String]) -> [String] {
    switch self {
    case .apt:
      [
        "/usr/bin/env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-y", "--no-remove",
        "-o", "DPkg::Lock::Timeout=120", "install",
      ] + names
    case .dnf: ["/usr/bin/dnf", "-y", "install"] + names
    case .zypper: ["/usr/bin/zypper", "--non-interactive", "install"] + names
    case .pacman: ["/usr/bin/pacman", "-S", "--needed", "--noconfirm"] + names
    }
  }

  /// Prints the names of those that are installed, one a line, perhaps with other lines.
  package func queryCommand(_ names: [String]) -> [String] {
    switch self {
    case .apt: ["/usr/bin/dpkg-query", "-W", "-f", "${db:Status-Status} ${binary:Package}\\n"] + names
    case .dnf, .zypper: ["/usr/bin/rpm", "-q", "--qf", "installed %{NAME}\\n"] + names
    case .pacman: ["/usr/bin/pacman", "-Q"] + names
    }
  }

  /// Those of `names` that the answer to `queryCommand` says are installed.
  package func installed(_ names: [String], in answer: String) -> [String] {
    var found: Set<Substring> = []
    for line in answer.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count == 2 else { continue }
      if self == .pacman { found.insert(words[0]) } else if words[0] == "installed" { found.insert(words[1]) }
    }
    return names.filter { name in
      found.contains(name[...]) || found.contains { $0.hasPrefix(name + ":") }
    }
  }

  /// Removes exactly these, with their configuration, and refuses when anything else needs one of them.
  package func removeCommand(_ names: [String]) -> [String] {
    switch self {
    case .apt: ["/usr/bin/env", "DEBIAN_FRONTEND=noninteractive", "dpkg", "--purge"] + names
    case .dnf, .zypper: ["/usr/bin/rpm", "-e"] + names
    case .pacman: ["/usr/bin/pacman", "-Rn", "--noconfirm"] + names
    }
  }
}
