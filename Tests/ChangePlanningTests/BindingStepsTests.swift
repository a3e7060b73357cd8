import ChangePlanning
import HostModel
import Testing

struct BindingStepsTests {
  private func ground() throws -> (BindingGround, BindingPlan) {
    let address = try #require(PCIAddress("0000:00:05.0"))
    let card = PCIDevice(
      address: address, vendor: 0x8086, device: 0x10d3, deviceClass: 0x020000, subsystemVendor: 0x8086,
      subsystemDevice: 0, driver: "e1000e", group: 2)
    let ground = BindingGround(
      devices: [card], groups: [IOMMUGroup(id: 2, members: [address])], uses: HostUses(),
      needs: HostNeeds(isComplete: true),
      boot: BootSources(KernelCommandLine(parsing: Array("root=UUID=1".utf8))),
      configuration: BindingConfiguration())
    return (ground, try ground.planBinding(groups: [2], overriding: []))
  }

  private func image(_ kernel: String, _ path: String?, choice: [UInt8]? = nil) -> InitramfsImage {
    var contents = InitramfsContents()
    contents.configuration = choice
    contents.programs = choice != nil ? Set(InitramfsContents.programs) : []
    contents.hasHook = choice != nil
    contents.drivers = choice != nil ? ["vfio_pci"] : []
    return InitramfsImage(kernel: kernel, path: path, contents: .found(contents, source: path ?? ""))
  }

  private func initramfs(
    _ builders: [InitramfsBuilder] = [.initramfsTools],
    hooks: Set<InitramfsBuilder> = [.initramfsTools, .dracut],
    missingProgram: String? = nil, called: Set<InitramfsBuilder> = [], unified: [String] = [],
    images: [InitramfsImage] = []
  ) -> Observed<InitramfsEvidence> {
    .found(
      InitramfsEvidence(
        builders: builders, hooks: hooks, missingProgram: missingProgram, images: images,
        calledForKernels: called, unifiedImages: unified), source: "lib/modules")
  }

  private func refusal(_ initramfs: Observed<InitramfsEvidence>) throws -> String? {
    let (ground, plan) = try ground()
    do throws(BindingRefusal) {
      _ = try ground.changePlan(
        plan, intent: .bind(["0000:00:05.0"], overrides: []),
        replacing: BindingFiles(configuration: nil, needs: nil), initramfs: initramfs)
      return nil
    } catch {
      #expect(error.reason == .noBuilder)
      return error.detail
    }
  }

  @Test func aHostWithoutAWayIsToldTheOther() throws {
    #expect(try refusal(initramfs([]))?.contains("Install dracut or initramfs-tools") == true)
    #expect(try refusal(initramfs([.mkinitcpio]))?.contains("mkinitcpio makes the initramfs here") == true)
    #expect(try refusal(initramfs([.booster]))?.contains("passthru-doctor detach") == true)
    #expect(try refusal(initramfs([.dracut, .initramfsTools]))?.contains("dracut, initramfs-tools") == true)
    #expect(
      try refusal(initramfs([.dracut], unified: ["boot/efi/EFI/Linux/a-6.12.efi"]))?.contains(
        "unified kernel images") == true)
    #expect(
      try refusal(initramfs(missingProgram: InitramfsContents.programs[1]))?.contains(
        "passthru-early-load is not installed") == true)
    #expect(
      try refusal(initramfs(hooks: [.dracut]))?.contains("hooks/passthru-doctor is not installed") == true)
    #expect(
      try refusal(.unreadable(source: "lib/modules", reason: "permission denied"))?.contains(
        "permission denied")
        == true)
  }

  /// Of several builders, the one that is called for each new kernel makes the images.
  @Test func theCalledBuilderIsInCharge() throws {
    let (ground, plan) = try ground()
    let both = initramfs(
      [.dracut, .initramfsTools], called: [.dracut], images: [image("6.1", "boot/initrd.img-6.1")])
    let change = try ground.changePlan(
      plan, intent: .bind(["0000:00:05.0"], overrides: []),
      replacing: BindingFiles(configuration: nil, needs: nil), initramfs: both)
    guard case .rebuild(let rebuild) = change.steps.last else {
      Issue.record("no image is made: \(change.steps)")
      return
    }
    #expect(rebuild.builder == .dracut && rebuild.images.map(\.path) == ["boot/initrd.img-6.1"])
  }

  /// Every kernel whose image does not hold the choice, also one that has no image yet.
  @Test func imagesThatHoldTheChoiceStay() throws {
    let (ground, plan) = try ground()
    let choice = Array(plan.after.text.utf8)
    let images = [
      image("6.1", "boot/initrd.img-6.1", choice: choice), image("6.2", "boot/initrd.img-6.2"),
      image("6.3", nil),
    ]
    let change = try ground.changePlan(
      plan, intent: .bind(["0000:00:05.0"], overrides: []),
      replacing: BindingFiles(configuration: nil, needs: nil), initramfs: initramfs(images: images))
    guard case .rebuild(let rebuild) = change.steps.last else {
      Issue.record("no image is made: \(change.steps)")
      return
    }
    #expect(rebuild.images.map(\.path) == ["boot/initrd.img-6.2", "boot/initrd.img-6.3"])
    #expect(change.needsReboot && change.notes.contains { $0.contains("on e1000e now") })
  }

  /// What was made does not take an old image's place while something of it is missing.
  @Test(
    arguments: [
      ("program hook vfio_pci configuration", nil),
      ("hook vfio_pci configuration", "/usr/lib/passthru-doctor/passthru-early-bind is not in it"),
      ("program vfio_pci configuration", "nothing in it starts the boot program"),
      ("program hook configuration", "the driver vfio-pci is neither in it nor in its kernel"),
      ("program hook vfio_pci", "the choice is not in it"),
    ] as [(String, String?)])
  func anImageIsLookedInto(words: String, fault: String?) throws {
    let plan = try ground().1
    let rebuild = ImageRebuild(builder: .dracut, images: [], configuration: plan.after)
    #expect(rebuild.fault(in: InitramfsContents(text: "\(words)\n\(plan.after.text)")) == fault)
  }

  /// Given back now, nothing waits for a restart; the devices come first.
  @Test func devicesGivenBackNowComeFirst() throws {
    let (ground, plan) = try ground()
    let address = try #require(ground.devices.first).address
    let back = Rebinding(
      device: address, from: DriverBinding(driver: "vfio-pci", override: "vfio-pci"),
      to: DriverBinding(driver: nil), takesAnyDriver: true)
    let change = try ground.changePlan(
      plan, intent: .unbind(["0000:00:05.0"], now: true),
      replacing: BindingFiles(configuration: nil, needs: nil),
      initramfs: initramfs(images: [image("6.1", "boot/initrd.img-6.1")]), rebindings: [back])
    #expect(change.steps.first == .rebind(back) && change.steps.count > 1)
    #expect(!change.needsReboot)
  }
}
