import HostModel

/// The files that a choice changes, as they are now; nil where there is none.
package struct BindingFiles: Equatable, Sendable {
  package var configuration: [UInt8]?
  package var needs: [UInt8]?

  package init(configuration: [UInt8]?, needs: [UInt8]?) {
    self.configuration = configuration
    self.needs = needs
  }
}

extension BindingGround {
  /// The steps of a planned choice: devices that change hands at once, files, and the images in which
  /// the choice is not the one that is planned.
  ///
  /// - Parameter rebindings: what gives devices back now; the next boot does so by itself.
  package func changePlan(
    _ plan: BindingPlan, intent: ChangeIntent, replacing files: BindingFiles,
    initramfs: Observed<InitramfsEvidence>,
    rebindings: [Rebinding] = []
  ) throws(BindingRefusal) -> ChangePlan {
    guard case .found(let initramfs, _) = initramfs else {
      let reason = initramfs.unreadableReason.map { ": \($0)" } ?? ""
      throw BindingRefusal(.noBuilder, "How this host makes its initramfs could not be measured\(reason).")
    }
    if let obstacle = initramfs.hookObstacle {
      throw BindingRefusal(.noBuilder, "\(obstacle.sentence) \(obstacle.way)")
    }
    guard let builder = initramfs.builderInCharge else {
      throw BindingRefusal(.noBuilder, "It is not clear what makes this host's initramfs.")
    }
    let stale = staleImages(initramfs, builder, plan.after)
    var steps = rebindings.map(Step.rebind)
    // A list of what the host lives on that is the only news is no reason to touch anything.
    if !plan.changesNothing || !stale.images.isEmpty {
      steps += fileSteps(plan, files)
      if !stale.images.isEmpty { steps.append(.rebuild(stale)) }
    }
    let changesNextBoot = steps.count > rebindings.count
    return ChangePlan(
      intent: intent, steps: steps, notes: losses(plan) + plan.notes,
      // Given back now, the devices are where the next boot will have them.
      needsReboot: changesNextBoot && rebindings.isEmpty)
  }

  private func staleImages(
    _ initramfs: InitramfsEvidence, _ builder: InitramfsBuilder, _ configuration: BindingConfiguration
  ) -> ImageRebuild {
    var rebuild = ImageRebuild(builder: builder, images: [], configuration: configuration)
    let stale = initramfs.images.filter { image in
      image.contents.value.map { rebuild.fault(in: $0) != nil } ?? true
    }
    rebuild.images = stale.map { image in
      ImageRebuild.Image(
        kernel: image.kernel, path: image.path ?? initramfs.imagePath(ofKernel: image.kernel, builder))
    }
    return rebuild
  }

  private func fileSteps(_ plan: BindingPlan, _ files: BindingFiles) -> [Step] {
    var steps: [Step] = []
    func replace(_ path: String, _ before: [UInt8]?, _ after: String) {
      let after = Array(after.utf8)
      if before != after { steps.append(.replaceFile(path: path, before: before, after: after)) }
    }
    if !plan.changesNothing { replace(BindingConfiguration.path, files.configuration, plan.after.text) }
    // Only the running host tells what it lives on.
    if needs.isComplete { replace(HostNeeds.path, files.needs, needs.text) }
    return steps
  }

  /// One line for each device that comes or goes: which it is, and who has it now.
  private func losses(_ plan: BindingPlan) -> [String] {
    plan.groups.flatMap(\.devices).compactMap { device in
      guard let now = devices.first(where: { $0.address == device.identity.address }) else { return nil }
      let name = device.name.map { " (\($0))" } ?? ""
      let uses = uses.of(now.address).filter(\.isEssential).map { " The host loses: \($0.detail)" }.joined()
      return "\(now.address)\(name): \(now.driver.map { "on \($0) now" } ?? "without a driver now").\(uses)"
    }
  }
}

extension InitramfsEvidence {
  /// Where the image of a kernel belongs that has none: beside those of the others, named alike.
  fileprivate func imagePath(ofKernel kernel: String, _ builder: InitramfsBuilder) -> String {
    for image in images {
      guard let path = image.path, let place = path.firstRange(of: image.kernel) else { continue }
      return path[..<place.lowerBound] + kernel + path[place.upperBound...]
    }
    return builder == .initramfsTools ? "boot/initrd.img-\(kernel)" : "boot/initramfs-\(kernel).img"
  }
}
