import ChangePlanning
import HardwareNames
import HostFiles
import HostModel
import HostSurvey
import PCISurvey

/// Plans what is bound at boot on a host: looks, chooses, and finds the images that are to hold the choice.
struct BindingPlanning {
  let root: HostRoot

  func plan(_ intent: ChangeIntent) throws(Refusal) -> ChangePlan {
    let devices: [PCIDevice]
    let ground: BindingGround
    do throws(CommandError) {
      devices = try listedDevices(root)
      ground = try self.ground(devices)
    } catch {
      throw Refusal(reason: "not-measured", detail: "\(error).")
    }
    do throws(BindingRefusal) {
      return try changePlan(intent, try choice(intent, ground, devices), ground)
    } catch {
      throw Refusal(reason: error.reason.rawValue, detail: error.detail, override: error.override)
    }
  }

  private func choice(
    _ intent: ChangeIntent, _ ground: BindingGround, _ devices: [PCIDevice]
  ) throws(BindingRefusal) -> BindingPlan {
    switch intent {
    case .bind(let names, let overrides):
      let groups = try names.compactMap { DeviceTarget($0) }.groups(devices, ground.groups)
      return try ground.planBinding(
        groups: groups, overriding: Set(overrides.compactMap { UseOverride(argument: $0) }))
    case .unbind(let names):
      return try ground.planUnbinding(names.compactMap { DeviceTarget($0) }.flatMap { $0.addresses(ground) })
    default:
      return try ground.planUnbinding([])
    }
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

  /// Files that change, and the images in which the choice is not the one that is planned.
  private func changePlan(
    _ intent: ChangeIntent, _ plan: BindingPlan, _ ground: BindingGround
  ) throws(BindingRefusal) -> ChangePlan {
    var steps: [Step] = []
    let text = Array(plan.after.text.utf8)
    func replace(_ path: String, _ after: [UInt8]) {
      let before = (try? root.bytes(at: path)) ?? nil
      if before != after { steps.append(.replaceFile(path: path, before: before, after: after)) }
    }
    if !plan.changesNothing { replace(BindingConfiguration.path, text) }
    // Only the running host tells what it lives on.
    if ground.needs.isComplete { replace(HostNeeds.path, Array(ground.needs.text.utf8)) }
    guard case .found(let initramfs, _) = surveyInitramfs(root, lookingInside: true) else {
      throw BindingRefusal(.noBuilder, "How this host makes its initramfs could not be measured.")
    }
    let builder = try builderInCharge(initramfs)
    var rebuild = ImageRebuild(builder: builder, images: [], configuration: plan.after)
    let stale = initramfs.images.filter { image in
      image.contents.value.map { rebuild.fault(in: $0) != nil } ?? true
    }
    rebuild.images = stale.map { image in
      ImageRebuild.Image(
        kernel: image.kernel, path: image.path ?? "boot/" + builder.imageName(ofKernel: image.kernel))
    }
    if !stale.isEmpty { steps.append(.rebuild(rebuild)) }
    // A list that is the only news is no reason to touch anything.
    if plan.changesNothing, stale.isEmpty { steps = [] }
    let losses = plan.groups.flatMap(\.devices).compactMap { device -> String? in
      guard let now = ground.devices.first(where: { $0.address == device.identity.address }) else {
        return nil
      }
      let name = device.name.map { " (\($0))" } ?? ""
      return "\(now.address)\(name): \(now.driver.map { "on \($0) now" } ?? "without a driver now")."
    }
    return ChangePlan(intent: intent, steps: steps, notes: losses + plan.notes, needsReboot: !steps.isEmpty)
  }

  private func builderInCharge(_ initramfs: InitramfsEvidence) throws(BindingRefusal) -> InitramfsBuilder {
    guard let builder = initramfs.builderInCharge else {
      let names = initramfs.builders.map(\.rawValue).joined(separator: " and ")
      throw BindingRefusal(
        .noBuilder,
        names.isEmpty
          ? "No tool that makes an initramfs is installed: install dracut, or initramfs-tools."
          : "\(names) are both installed, and it is not clear which makes the initramfs: remove one of them.")
    }
    guard !builder.hookFiles.isEmpty else {
      throw BindingRefusal(
        .noBuilder,
        "\(builder.rawValue) makes the initramfs here, and there is no hook for it: change to dracut, or bind after "
          + "the boot with passthru-doctor detach.")
    }
    guard initramfs.hasProgram, initramfs.hooks.contains(builder) else {
      throw BindingRefusal(
        .noBuilder,
        "The boot program or its hook for \(builder.rawValue) is not installed (passthru-doctor explain binding.hook)."
      )
    }
    return builder
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

extension [DeviceTarget] {
  /// Numbers of the groups, each once, in the order in which they were named.
  fileprivate func groups(_ devices: [PCIDevice], _ groups: [IOMMUGroup]) throws(BindingRefusal) -> [Int] {
    var numbers: [Int] = []
    for target in self {
      let number: Int
      switch target {
      case .group(let named): number = named
      case .device(let address):
        guard let device = devices.first(where: { $0.address == address }) else {
          throw BindingRefusal(.noGroup, "There is no device \(address); passthru-doctor devices lists them.")
        }
        guard let group = device.group else {
          throw BindingRefusal(
            .noGroup, "\(address) is in no IOMMU group; passthru-doctor check says whether the IOMMU is on.")
        }
        number = group
      }
      if !numbers.contains(number) { numbers.append(number) }
    }
    return numbers
  }
}

extension InitramfsBuilder {
  /// Where it puts the image of a kernel that has none.
  fileprivate func imageName(ofKernel kernel: String) -> String {
    switch self {
    case .initramfsTools: "initrd.img-\(kernel)"
    case .dracut, .mkinitcpio, .booster: "initramfs-\(kernel).img"
    }
  }
}
