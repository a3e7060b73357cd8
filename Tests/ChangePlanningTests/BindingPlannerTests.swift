import ChangePlanning
import HostModel
import Testing

struct BindingPlannerTests {
  private func address(_ text: String) throws -> PCIAddress { try #require(PCIAddress(text)) }

  private func device(_ at: String, _ id: UInt16, _ deviceClass: UInt32, _ group: Int, driver: String? = nil)
    throws -> PCIDevice
  {
    PCIDevice(
      address: try address(at), vendor: 0x8086, device: id, deviceClass: deviceClass, subsystemVendor: 0x1af4,
      subsystemDevice: 0x1100, driver: driver, group: group)
  }

  /// The host of the article: its root disk is on virtio.
  private func ground(_ change: (inout BindingGround) throws -> Void = { _ in }) throws -> BindingGround {
    let devices = [
      try device("0000:00:00.0", 0x29c0, 0x060000, 0),
      try device("0000:00:05.0", 0x10d3, 0x020000, 2, driver: "e1000e"),
      try device("0000:00:10.0", 0x1001, 0x010000, 3, driver: "virtio-pci"),
      try device("0000:00:1f.0", 0x2918, 0x060100, 5),
      try device("0000:00:1f.2", 0x2922, 0x010601, 5, driver: "ahci"),
      try device("0000:00:1f.3", 0x2930, 0x0c0500, 5, driver: "i801_smbus"),
    ]
    let groups = Dictionary(grouping: devices, by: { $0.group ?? 0 }).map {
      IOMMUGroup(id: $0.key, members: $0.value.map(\.address).sorted())
    }
    var uses = HostUses()
    uses.add(HostUse(.root, "/ is mounted from vda1."), to: try address("0000:00:10.0"))
    let root = try #require(DeviceIdentity(of: devices[2], among: devices))
    let needs = HostNeeds(
      sources: ["UUID=1"], devices: [NeededDevice(identity: root, uses: ["root"])], isComplete: true)
    var ground = BindingGround(
      devices: devices, groups: groups, uses: uses, needs: needs,
      boot: BootSources(KernelCommandLine(parsing: Array("root=UUID=1".utf8))),
      configuration: BindingConfiguration())
    try change(&ground)
    return ground
  }

  private func refusal(_ ground: BindingGround, _ number: Int, _ overrides: Set<UseOverride> = [])
    -> BindingRefusal?
  {
    do throws(BindingRefusal) {
      _ = try ground.planBinding(groups: [number], overriding: overrides)
      return nil
    } catch {
      return error
    }
  }

  @Test func takesTheWholeGroup() throws {
    let plan = try ground().planBinding(groups: [5], overriding: [])
    #expect(
      plan.after.groups.map { $0.devices.map(\.identity.address.description) } == [
        ["0000:00:1f.0", "0000:00:1f.2", "0000:00:1f.3"]
      ])
    #expect(plan.groups.count == 1 && plan.notes.contains { $0.contains("as a whole") })
    // What is planned is what the boot program binds.
    let read = try BindingConfiguration(parsing: Array(plan.after.text.utf8))
    #expect(read == plan.after)
  }

  @Test func choosingTwiceChangesNothing() throws {
    let first = try ground().planBinding(groups: [5], overriding: [])
    let second = try ground { $0.configuration = first.after }.planBinding(groups: [5], overriding: [])
    #expect(second.changesNothing && second.groups.isEmpty)
    let both = try ground { $0.configuration = first.after }.planBinding(groups: [2], overriding: [])
    #expect(both.after.groups.count == 2 && both.groups.count == 1)
    let back = try ground { $0.configuration = both.after }.planUnbinding([try address("0000:00:1f.2")])
    #expect(back.after.groups.map { $0.devices.count } == [1])
  }

  @Test func whatTheHostLivesOnIsNeverChosen() throws {
    #expect(refusal(try ground(), 3)?.reason == .hostNeedsIt)
    #expect(refusal(try ground(), 3)?.override == nil)
    for kind in HostUse.Kind.allCases where !UseOverride.kinds.contains(kind) && kind != .signature {
      let used = try ground { $0.uses.add(HostUse(kind, "It is used."), to: try address("0000:00:1f.2")) }
      let all = Set(HostUse.Kind.allCases.map { UseOverride(used.devices[4].address, $0) })
      #expect(refusal(used, 5, all)?.reason == .hostNeedsIt, "\(kind)")
    }
  }

  @Test func theOwnerMayDecideOnTheRest() throws {
    let card = try address("0000:00:05.0")
    let used = try ground {
      $0.uses.add(HostUse(.defaultRoute, "The default route goes over it."), to: card)
      $0.uses.add(HostUse(.network, "It has an address."), to: card)
    }
    let refused = try #require(refusal(used, 2))
    #expect(refused.reason == .hostUsesIt)
    #expect(refused.override == "--override 0000:00:05.0=default-route --override 0000:00:05.0=network")
    #expect(refusal(used, 2, [UseOverride(card, .network)])?.reason == .hostUsesIt)
    let plan = try used.planBinding(
      groups: [2], overriding: [UseOverride(card, .network), UseOverride(card, .defaultRoute)])
    #expect(plan.after.groups.first?.devices.first?.overrides == ["default-route", "network"])
  }

  @Test func doubtRefuses() throws {
    let doubtful = try ground { $0.uses.add(UseGap("the mount table could not be read", .storage)) }
    #expect(refusal(doubtful, 5)?.reason == .notMeasured)
    #expect(refusal(doubtful, 2) == nil)
    let open = try ground { $0.needs.isComplete = false }
    #expect(refusal(open, 5)?.reason == .bootWouldDecline)
    let moving = try ground { $0.needs.sources.append("/dev/sda1") }
    #expect(refusal(moving, 5)?.reason == .bootWouldDecline)
  }

  @Test func refusesWhatCannotBeBound() throws {
    #expect(refusal(try ground(), 99)?.reason == .noGroup)
    #expect(refusal(try ground(), 0)?.reason == .notBindable)
    let reserved = try ground {
      for index in $0.groups.indices {
        $0.groups[index].reservedRegions = [ReservedRegion(first: 0, last: 0xfff, kind: "direct")]
      }
    }
    #expect(refusal(reserved, 5)?.reason == .reservedRegion)
    let virtual = try ground { $0.devices[1].virtualFunctionOf = $0.devices[0].address }
    #expect(refusal(virtual, 2)?.reason == .notBindable)
    let nothing = try ground().planUnbinding([try address("0000:00:05.0")])
    #expect(nothing.changesNothing && nothing.notes.contains { $0.contains("is not chosen") })
  }
}
