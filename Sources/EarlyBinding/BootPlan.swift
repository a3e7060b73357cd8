import HostFiles
import HostModel
import PCISurvey

/// What is to be done in this boot, decided before anything is touched.
package enum BootPlan: Equatable, Sendable {
  /// Nothing: the word for programs, and a sentence.
  case switchedOff(reason: String, detail: String)
  /// The chosen groups in order, each with what becomes of it.
  case groups([(chosen: ChosenGroup, decision: GroupDecision)])

  package static func == (left: BootPlan, right: BootPlan) -> Bool {
    switch (left, right) {
    case (.switchedOff(let reason, let detail), .switchedOff(let otherReason, let otherDetail)):
      reason == otherReason && detail == otherDetail
    case (.groups(let groups), .groups(let others)):
      groups.elementsEqual(others) { $0.chosen == $1.chosen && $0.decision == $1.decision }
    default: false
    }
  }
}

/// Reads configuration, command line and devices below a root, and decides.
///
/// - Parameter whenChosen: called as soon as it is known that this boot is to bind something, before any
///   device is looked at.
package func planBoot(_ root: HostRoot, whenChosen: () -> Void = {}) -> BootPlan {
  guard let commandLine = root.observe("proc/cmdline", { KernelCommandLine(parsing: $0) }).value else {
    return .switchedOff(reason: "command-line-unreadable", detail: "/proc/cmdline cannot be read")
  }
  let boot = BootSources(commandLine)
  guard !boot.isSwitchedOff else {
    return .switchedOff(reason: "argument", detail: "rd.passthru=0 is on the kernel command line")
  }
  let configuration: BindingConfiguration
  switch readConfiguration(root) {
  case .success(let read): configuration = read
  case .failure(let off): return off.plan
  }
  if !configuration.groups.isEmpty { whenChosen() }
  guard let devices = surveyPCIDevices(root, .identity).value else {
    return .switchedOff(reason: "devices-unreadable", detail: "/\(pciDevicesPath) cannot be read")
  }
  let groups = surveyGroupMembers(of: groupNumbers(of: devices, chosenIn: configuration), root)
  let needs = readHostNeeds(root)
  let decisions = configuration.match(devices: devices, groups: groups).map { decision in
    decision.flatMap { bindings in
      do throws(Decline) {
        try needs.approve(bindings, devices: devices, boot: boot)
        return .success(bindings)
      } catch {
        return .failure(error)
      }
    }
  }
  return .groups(zip(configuration.groups, decisions).map { ($0, $1) })
}

/// The groups of devices that may be chosen ones: nobody asks for others. Where those are in none, all groups,
/// which tell whether there is an IOMMU.
private func groupNumbers(of devices: [PCIDevice], chosenIn configuration: BindingConfiguration) -> [Int] {
  let candidates = devices.filter { device in
    configuration.groups.contains { $0.devices.contains { $0.identity.isKind(of: device) } }
  }
  let numbers = groupNumbers(of: candidates)
  return numbers.isEmpty ? groupNumbers(of: devices) : numbers
}

/// Each once.
private func groupNumbers(of devices: [PCIDevice]) -> [Int] {
  var numbers: [Int] = []
  for case let number? in devices.map({ $0.group }) where !numbers.contains(number) { numbers.append(number) }
  return numbers
}

private struct Off: Error {
  let plan: BootPlan

  init(_ reason: String, _ detail: String) {
    plan = .switchedOff(reason: reason, detail: "/\(BindingConfiguration.path): \(detail)")
  }
}

private func readConfiguration(_ root: HostRoot) -> Result<BindingConfiguration, Off> {
  let file: TrustedFile
  do throws(HostFileError) {
    file = try root.trustedFile(at: BindingConfiguration.path)
  } catch {
    return .failure(Off("configuration-unreadable", error.reason))
  }
  switch file {
  case .absent: return .failure(Off("configuration-missing", "there is none"))
  case .untrusted(let reason): return .failure(Off("configuration-untrusted", reason))
  case .found(let bytes):
    do throws(RecordError) {
      return .success(try BindingConfiguration(parsing: bytes))
    } catch {
      return .failure(Off("configuration-broken", error.description))
    }
  }
}

/// Nil when it is missing, broken or not trusted: then nobody knows what the host lives on.
private func readHostNeeds(_ root: HostRoot) -> HostNeeds? {
  guard case .found(let bytes) = try? root.trustedFile(at: HostNeeds.path) else { return nil }
  return try? HostNeeds(parsing: bytes)
}
