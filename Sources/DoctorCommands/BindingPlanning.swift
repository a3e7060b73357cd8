import ChangePlanning
import DriverHandover
import HardwareNames
import HostFiles
import HostModel
import HostSurvey
import PCISurvey
import VFIOAccess

/// Plans what is bound at boot on a host: looks, chooses, and finds the images that are to hold the choice.
struct BindingPlanning {
  let root: HostRoot

  /// A choice, and the devices that change hands at once.
  private typealias Choice = (binding: BindingPlan, rebindings: [Rebinding])

  func plan(_ intent: ChangeIntent) throws(Refusal) -> ChangePlan {
    let ground: BindingGround
    do throws(CommandError) {
      ground = try self.ground(try listedDevices(root))
    } catch {
      throw Refusal(reason: "not-measured", detail: "\(error).")
    }
    do throws(BindingRefusal) {
      let choice = try choice(intent, ground)
      return try ground.changePlan(
        choice.binding, intent: intent, replacing: files,
        initramfs: surveyInitramfs(root, lookingInside: true),
        rebindings: choice.rebindings)
    } catch {
      throw Refusal(reason: error.reason.rawValue, detail: error.detail, override: error.override)
    }
  }

  private var files: BindingFiles {
    BindingFiles(
      configuration: (try? root.bytes(at: BindingConfiguration.path)) ?? nil,
      needs: (try? root.bytes(at: HostNeeds.path)) ?? nil)
  }

  private func choice(_ intent: ChangeIntent, _ ground: BindingGround) throws(BindingRefusal) -> Choice {
    switch intent {
    case .bind(let names, let overrides):
      let numbers = try groups(of: names.compactMap { DeviceTarget($0) })
      let plan = try ground.planBinding(
        groups: numbers, overriding: Set(overrides.compactMap { UseOverride(argument: $0) }))
      return (plan, [])
    case .unbind(let names, let now):
      let plan = ground.planUnbinding(
        names.compactMap { DeviceTarget($0) }.flatMap { $0.addresses(ground) })
      return (plan, now ? try givingBack(plan.groups, ground) : [])
    default:
      return (ground.planUnbinding([]), [])
    }
  }

  private func groups(of targets: [DeviceTarget]) throws(BindingRefusal) -> [Int] {
    do throws(TargetError) {
      return try TargetSelection(of: targets, on: surveyDevices(root)).groups.map(\.id)
    } catch {
      throw BindingRefusal(.noGroup, "Nothing can be chosen: \(error).")
    }
  }

  /// What gives chosen groups to the host's drivers now; refused while a guest has one.
  private func givingBack(
    _ chosen: [ChosenGroup], _ ground: BindingGround
  ) throws(BindingRefusal) -> [Rebinding] {
    guard root.isRunningHost else {
      throw BindingRefusal(
        .notMeasured, "\(root.name) is no running host, so --now has nothing to give back.")
    }
    let groups = ground.currentGroups(of: chosen)
    for group in groups {
      guard let holder = surveyFileHolders(of: vfioNodes(of: group, root), root).holders.first else {
        continue
      }
      throw BindingRefusal(
        .inUse, "\(holder). Without --now the host has the devices from the next boot on.")
    }
    return reattachment(of: groups, devices: ground.devices) { hasHostDriver($0, root) }
  }

  private func ground(_ devices: [PCIDevice]) throws(CommandError) -> BindingGround {
    let configuration: BindingConfiguration
    switch surveyBindings(root) {
    case .found(let found, _): configuration = found
    case .absent: configuration = BindingConfiguration()
    case .unreadable(let source, let reason):
      throw CommandError(.refused, "/\(source) cannot be trusted: \(reason); mend or remove it first")
    }
    let uses = surveyHostUses(root, devices: devices)
    let line = ((try? root.bytes(at: "proc/cmdline")) ?? nil) ?? []
    var ground = BindingGround(
      devices: devices, groups: surveyIOMMUGroups(root).value ?? [], uses: uses,
      needs: surveyHostNeeds(root, devices: devices, uses: uses),
      boot: BootSources(KernelCommandLine(parsing: line)),
      configuration: configuration)
    let names = hardwareNames(for: devices)
    let candidates = surveyDriverCandidates(root, devices: devices).value ?? [:]
    for device in devices {
      let words = [names.vendor(of: device), names.name(of: device)].compactMap(\.self)
      if !words.isEmpty { ground.names[device.address] = words.joined(separator: " ") }
      if let alias = device.modalias, let variant = candidates[alias]?.vfioDriver, variant != "vfio_pci" {
        ground.drivers[device.address] = variant
      }
    }
    return ground
  }
}

extension DeviceTarget {
  /// The addresses at which its devices may have been chosen.
  fileprivate func addresses(_ ground: BindingGround) -> [PCIAddress] {
    switch self {
    case .device(let address): return [address]
    case .group(let number):
      let members = ground.groups.first { $0.id == number }?.members ?? []
      return members.filter { ground.configuration.group(holding: $0) != nil }
    }
  }
}
