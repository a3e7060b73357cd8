import HostFiles
import HostModel

/// Where the kernel lists IOMMU groups, below a root.
package let iommuGroupsPath = "sys/kernel/iommu_groups"

/// Every IOMMU group below a root, in order of number.
///
/// The directory is absent when the kernel has no IOMMU support at all, and empty when no IOMMU
/// is in use.
package func surveyIOMMUGroups(_ root: HostRoot) -> Observed<[IOMMUGroup]> {
  let names: [String]
  do throws(HostFileError) {
    guard let found = try root.names(in: iommuGroupsPath) else { return missing(in: root) }
    names = found
  } catch {
    return .unreadable(source: iommuGroupsPath, reason: error.reason)
  }
  let numbers = names.compactMap { groupNumber(Array($0.utf8)[...]) }.sorted()
  return .found(sideBySide(numbers) { surveyIOMMUGroup($0, root) }, source: iommuGroupsPath)
}

private func missing<Value>(in root: HostRoot) -> Observed<Value> {
  ((try? root.names(in: "sys/kernel")) ?? nil)?.isEmpty == false
    ? .absent(source: iommuGroupsPath)
    : .unreadable(source: iommuGroupsPath, reason: "sysfs is not mounted")
}

/// One group; nil when it is gone, or its members cannot be listed.
package func surveyIOMMUGroup(_ number: Int, _ root: HostRoot) -> IOMMUGroup? {
  let path = "\(iommuGroupsPath)/\(number)"
  guard let directory = (try? root.directory(at: path)) ?? nil,
    let names = (try? root.names(in: path + "/devices")) ?? nil
  else { return nil }
  func attribute(_ name: String) -> [UInt8]? { (try? directory.attribute(name)) ?? nil }
  func word(_ name: String) -> String? {
    attribute(name).flatMap { $0.trimmed.isEmpty ? nil : $0.trimmed.text }
  }
  let members = names.compactMap { PCIAddress($0) }.sorted()
  return IOMMUGroup(
    id: number, members: members, otherMembers: names.filter { PCIAddress($0) == nil },
    domainType: word("type"), name: word("name"),
    reservedRegions: attribute("reserved_regions").map(reservedRegions))
}

/// Members and kind of the groups named; one that is gone, or does not list its members, is left out.
package func surveyGroupMembers(of numbers: [Int], _ root: HostRoot) -> [IOMMUGroup] {
  numbers.compactMap { number in
    let path = "\(iommuGroupsPath)/\(number)"
    guard let directory = (try? root.directory(at: path)) ?? nil,
      let names = (try? root.names(in: path + "/devices")) ?? nil
    else { return nil }
    let name = ((try? directory.attribute("name")) ?? nil).map { $0.trimmed.text }
    return IOMMUGroup(
      id: number, members: names.compactMap { PCIAddress($0) }.sorted(),
      otherMembers: names.filter { PCIAddress($0) == nil }, name: name?.isEmpty == true ? nil : name)
  }
}

/// Reserved regions of the groups named, without listing their members; a group that does not
/// tell has no entry.
package func surveyReservedRegions(of groups: [Int], _ root: HostRoot) -> [Int: [ReservedRegion]] {
  guard let list = (try? root.directory(at: iommuGroupsPath)) ?? nil else { return [:] }
  let regions = sideBySide(groups) { number in
    ((try? list.attribute("\(number)/reserved_regions")) ?? nil).map { (number, reservedRegions($0)) }
  }
  return regions.reduce(into: [:]) { $0[$1.0] = $1.1 }
}

/// Lines as `0x00000000fee00000 0x00000000feefffff msi`; one that is none is skipped.
private func reservedRegions(_ bytes: [UInt8]) -> [ReservedRegion] {
  bytes.lines.compactMap { line in
    let words = line.words
    guard words.count == 3, let first: UInt64 = hexadecimal(words[0]),
      let last: UInt64 = hexadecimal(words[1])
    else { return nil }
    return ReservedRegion(first: first, last: last, kind: words[2].text)
  }
}
