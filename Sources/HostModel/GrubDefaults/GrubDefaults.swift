/// A file of settings that grub-mkconfig sources.
package struct GrubDefaultsFile: Sendable, Equatable {
  /// Below the root, without a leading slash.
  package var path: String
  package var bytes: [UInt8]

  package init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }
}

/// What grub-mkconfig sources, as it lies there.
package struct GrubDefaultsFiles: Sendable, Equatable {
  package static let mainPath = "etc/default/grub"
  package static let dropInDirectory = "etc/default/grub.d"

  package var main: [UInt8]
  /// The drop-ins in the order in which they are sourced; nil where grub-mkconfig reads none.
  package var dropIns: [GrubDefaultsFile]?
  /// What stands behind /bin/sh.
  package var dialect: ShellDialect

  package init(main: [UInt8], dropIns: [GrubDefaultsFile]? = nil, dialect: ShellDialect) {
    self.main = main
    self.dropIns = dropIns
    self.dialect = dialect
  }

  /// The main file first.
  var all: [GrubDefaultsFile] {
    [GrubDefaultsFile(path: Self.mainPath, bytes: main)] + (dropIns ?? [])
  }
}

/// The values after sourcing, as a shell has shown them. Nil: not set.
package struct SourcedValues: Sendable, Equatable {
  package var linux: [UInt8]?
  package var linuxDefault: [UInt8]?

  package init(linux: [UInt8]?, linuxDefault: [UInt8]?) {
    self.linux = linux
    self.linuxDefault = linuxDefault
  }
}

/// What reading the files without running them tells.
package struct GrubDefaultsReading: Sendable {
  static let linux = "GRUB_CMDLINE_LINUX"
  static let linuxDefault = "GRUB_CMDLINE_LINUX_DEFAULT"

  let files: [GrubDefaultsFile]
  let reading: ShellReading
  var scripts: [ShellScript] { reading.scripts }

  /// Reads them; refuses files that grub-mkconfig would stop at, or that cannot be followed.
  package init(_ files: GrubDefaultsFiles) throws(GrubRefusal) {
    self.files = files.all
    reading = ShellReading(
      self.files.map(\.bytes), dialect: files.dialect, asking: [Self.linux, Self.linuxDefault],
      after: [Self.linux: .unset, Self.linuxDefault: .unset])
    if let problem = reading.scripts.last?.problem { throw refusal(of: problem) }
    if let (reason, place) = reading.broken {
      throw GrubRefusal(
        .broken, path: path(of: place), at: position(of: place),
        sentence(reason) + " grub-mkconfig stops here; mend the file first.")
    }
  }

  /// GRUB_CMDLINE_LINUX after all files.
  package var linux: ShellBinding { reading.variables[Self.linux]?.binding ?? .unknown }
  /// GRUB_CMDLINE_LINUX_DEFAULT after all files.
  package var linuxDefault: ShellBinding { reading.variables[Self.linuxDefault]?.binding ?? .unknown }

  /// What GRUB_CMDLINE_LINUX is if commands that are not followed did nothing to it: enough for a change that a
  /// shell is asked about, before and after.
  var presumedLinux: ShellBinding { reading.variables[Self.linux]?.presumed ?? .unknown }
  /// The same of GRUB_CMDLINE_LINUX_DEFAULT.
  var presumedLinuxDefault: ShellBinding { reading.variables[Self.linuxDefault]?.presumed ?? .unknown }

  /// What only a shell can tell, as clauses, the first few; empty when reading alone proves the values.
  package var unproven: [String] {
    reading.hazards.prefix(ShellReading.toldHazards).map { hazard in
      let line = position(of: hazard.place)?.line ?? 0
      return "/\(path(of: hazard.place)), line \(line): \(hazard.subject)"
    }
  }

  /// Whether something in the files may set any variable.
  package var isOpaque: Bool { reading.hazards.contains { $0.kind == .opaque } }

  func path(of place: ShellPlace) -> String {
    files.indices.contains(place.script) ? files[place.script].path : GrubDefaultsFiles.mainPath
  }

  func position(of place: ShellPlace) -> TextPosition? {
    scripts.indices.contains(place.script) ? scripts[place.script].position(of: place.offset) : nil
  }
}

/// A clause as a sentence.
func sentence(_ clause: String) -> String {
  guard let first = clause.first else { return clause }
  return first.uppercased() + clause.dropFirst() + "."
}

extension GrubDefaultsReading {
  /// - Parameter problem: of the last script that was read.
  private func refusal(of problem: ShellProblem) -> GrubRefusal {
    let (kind, consequence): (GrubRefusal.Kind, String)
    // The shell reads a script command by command, and runs each before it reads the next.
    let doubt = reading.hazards.first { $0.kind != .mayFail }
    if problem.kind == .unfollowed {
      (kind, consequence) = (.unfollowed, "This program does not follow that; edit the file by hand.")
    } else if let doubt {
      (kind, consequence) = (
        .unfollowed,
        "Whether grub-mkconfig stops here depends on \(doubt.subject) before it; mend the file first."
      )
    } else {
      (kind, consequence) = (.broken, "grub-mkconfig stops here, too; mend the file first.")
    }
    let place = ShellPlace(script: scripts.count - 1, offset: problem.offset)
    return GrubRefusal(
      kind, path: path(of: place), at: position(of: place), sentence(problem.reason) + " " + consequence)
  }
}
