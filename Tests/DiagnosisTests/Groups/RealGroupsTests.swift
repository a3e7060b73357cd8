import Foundation
import HostModel
import PCISurvey
import TestHosts
import Testing

@testable import Diagnosis

/// Listings of real machines, made into sysfs trees.
@Suite(.enabled(if: RealInputs.areThere))
struct RealGroupsTests {
  static let cases = (try? RealInputs.names(in: "groups", endingWith: ".json")) ?? []

  private struct Machine {
    var devices: [[String: Any]]
    var index: PCIIndex
  }

  private func machine(_ name: String) throws -> Machine {
    let devices = try #require(try RealInputs.json("groups/\(name).json")["devices"] as? [[String: Any]])
    var tree = PCITree()
    for device in devices {
      let vendor = device["vendor"] as? String
      let id = device["device"] as? String
      tree.add(
        try #require(device["address"] as? String),
        id: vendor.flatMap { vendor in id.map { "\(vendor):\($0)" } },
        class: (device["class"] as? String).map { $0 + "00" }, driver: device["driver"] as? String,
        group: device["group"] as? Int)
    }
    var evidence = HostEvidence(root: "test", isRunningHost: false)
    evidence.pciDevices = surveyPCIDevices(tree.root)
    evidence.iommuGroups = surveyIOMMUGroups(tree.root)
    evidence.hostUses = .found(HostUses(), source: "test")
    return Machine(devices: devices, index: PCIIndex(evidence))
  }

  @Test(arguments: cases) func membersAndBridgesAreAsListed(_ name: String) throws {
    let machine = try machine(name)
    var members: [Int: Set<String>] = [:]
    for device in machine.devices {
      let address = try #require(device["address"] as? String)
      let found = try #require(PCIAddress(address).flatMap { machine.index.devices[$0] })
      #expect(found.isBridge == device["is_bridge"] as? Bool)
      #expect(found.group == device["group"] as? Int)
      if let group = device["group"] as? Int { members[group, default: []].insert(address) }
    }
    for group in machine.index.groups {
      #expect(Set(group.members.map(\.description)) == members.removeValue(forKey: group.id))
    }
    #expect(members.isEmpty)
  }

  /// With nothing in use, a group can go once its endpoints are bound; bridges never stand in the way,
  /// and every other member that is not on VFIO is named.
  @Test(arguments: cases) func verdictsFollowFromWhoHasTheEndpoints(_ name: String) throws {
    let machine = try machine(name)
    for judgement in machine.index.judgements {
      let members = judgement.group.members.compactMap { machine.index.devices[$0] }
      let endpoints = members.filter { !$0.isPassage }
      let ready = endpoints.contains { $0.isOnVFIO }
      let held = members.filter { !$0.isOnVFIO && !$0.staysWithHost && $0.driver != nil }
      switch judgement.verdict {
      case .viable: #expect(ready && held.isEmpty && judgement.blockers.isEmpty)
      case .needsBinding:
        #expect(!endpoints.isEmpty && (!ready || !held.isEmpty))
        let blocked = Set(judgement.blockers.map(\.address))
        #expect(Set(members.filter { !$0.isOnVFIO && !$0.staysWithHost }.map(\.address)) == blocked)
      case .hostNeedsIt: #expect(endpoints.isEmpty)
      case .unknown: Issue.record("group \(judgement.group.id) is unknown")
      }
    }
  }

  /// "GPU 0000:01:00.0 in group 7: …; own functions in another group: 0000:01:00.1": the notes say so.
  @Test(arguments: cases) func functionsOfACardInOtherGroupsAreNamed(_ name: String) throws {
    let facts = try #require(try RealInputs.json("groups/\(name).json")["auto_facts"] as? [String])
    let machine = try machine(name)
    for fact in facts where fact.hasPrefix("GPU ") {
      guard let list = fact.components(separatedBy: "own functions in another group: ").dropFirst().first
      else {
        continue
      }
      let words = fact.split(separator: " ")
      let address = try #require(PCIAddress(words[1]))
      let group = try #require(machine.index.devices[address]?.group)
      let judgement = try #require(machine.index.judgements.first { $0.group.id == group })
      let notes = judgement.notes.filter { $0.address == address }.map(\.text).joined(separator: " ")
      for stray in list.components(separatedBy: ";")[0].components(separatedBy: ", ") {
        #expect(notes.contains(stray), "\(fact)")
      }
    }
  }
}
