import Glibc
import HostFiles
import HostModel

/// Network cards that the host is reached by: interfaces that carry the default route, an address,
/// or another interface.
struct NetworkUses {
  private let root: HostRoot
  private var interfaces: [String: Interface] = [:]
  private var uses = HostUses()

  private struct Interface {
    var functions: [PCIAddress]
    /// Interfaces that it is made of (a bridge's ports, a bond's members, a VLAN's card).
    var lowers: [String]
    /// Interfaces that are made of it.
    var uppers: [String]
  }

  /// All uses of network cards below a root.
  static func survey(_ root: HostRoot, _ places: PCIPlaces) -> HostUses {
    var network = NetworkUses(root: root)
    guard let names = (try? root.names(in: "sys/class/net")) ?? nil else {
      network.uses.add(
        UseGap("the host's network interfaces could not be listed (/sys/class/net)", .network))
      return network.uses
    }
    for name in names { network.interfaces[name] = network.interface(name, places) }
    network.addRoutes()
    network.addAddresses()
    network.addParts()
    return network.uses
  }

  private init(root: HostRoot) { self.root = root }

  private func interface(_ name: String, _ places: PCIPlaces) -> Interface {
    let path = root.sysfsPath(of: "sys/class/net/\(name)")
    let entries = root.listing(path)
    func links(_ prefix: String) -> [String] {
      entries.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }
    return Interface(
      functions: places.functions(on: path), lowers: links("lower_"), uppers: links("upper_"))
  }

  /// Adds a use to every card below an interface; `detail` is given the interface's chain.
  private mutating func add(_ kind: HostUse.Kind, on name: String, _ detail: (String) -> String) {
    var pending = [name]
    var seen: Set<String> = []
    while let next = pending.popLast() {
      guard seen.insert(next).inserted, let interface = interfaces[next] else { continue }
      let chain = next == name ? name : "\(name) on \(next)"
      for function in interface.functions { uses.add(HostUse(kind, detail(chain)), to: function) }
      pending += interface.lowers
    }
  }

  /// Cards about which a missing table leaves a doubt.
  private mutating func addGap(_ path: String) {
    let functions = Set(interfaces.values.flatMap(\.functions))
    uses.add(UseGap("the host's routes could not be read (/\(path))", .devices(functions)))
  }

  private mutating func addRoutes() {
    guard let routes = (try? root.bytes(at: "proc/net/route")) ?? nil else { return addGap("proc/net/route") }
    let longer = ((try? root.bytes(at: "proc/net/ipv6_route")) ?? nil) ?? []
    for name in Set(Self.defaultInterfaces(routes) + Self.defaultInterfaces6(longer)).sorted() {
      add(.defaultRoute, on: name) { "The default route goes over \($0)." }
    }
  }

  /// Interfaces of routes to 0.0.0.0/0 that are up (RTF_UP): columns Iface, Destination, Gateway,
  /// Flags, RefCnt, Use, Metric, Mask.
  private static func defaultInterfaces(_ table: [UInt8]) -> [String] {
    table.lines.dropFirst().compactMap { line in
      let words = line.words
      guard words.count >= 8, isZero(words[1]), isZero(words[7]), flags(words[3]) & 0x1 != 0 else {
        return nil
      }
      return words[0].text
    }
  }

  /// The same of IPv6: destination, prefix length, source and its length, next hop, metric, counters,
  /// flags, interface. A default route that rejects (RTF_REJECT) goes nowhere.
  private static func defaultInterfaces6(_ table: [UInt8]) -> [String] {
    table.lines.compactMap { line in
      let words = line.words
      guard words.count >= 10, isZero(words[0]), isZero(words[1]) else { return nil }
      guard flags(words[8]) & 0x1 != 0, flags(words[8]) & 0x200 == 0 else { return nil }
      return words[9].text == "lo" ? nil : words[9].text
    }
  }

  private static func isZero(_ digits: ArraySlice<UInt8>) -> Bool {
    digits.allSatisfy { $0 == UInt8(ascii: "0") }
  }

  private static func flags(_ digits: ArraySlice<UInt8>) -> UInt32 {
    UInt32(digits.text, radix: 16) ?? 0
  }

  private mutating func addAddresses() {
    let answer = root.probed("addresses") { root.isRunningHost ? Self.addressedInterfaces() : nil }
    let names = answer.map { $0.utf8.split(separator: 0x0a).map { Array($0).text } } ?? addressedInTables()
    for name in Set(names).sorted() {
      add(.network, on: name) { "\($0) has an address." }
    }
  }

  /// Without asking the kernel: an interface with a route that needs no gateway, or with an IPv6
  /// address that is valid beyond the link (columns address, index, prefix, scope, flags, name).
  private func addressedInTables() -> [String] {
    let routes = ((try? root.bytes(at: "proc/net/route")) ?? nil) ?? []
    let direct = routes.lines.dropFirst().compactMap { line in
      let words = line.words
      return words.count >= 8 && !Self.isZero(words[1]) && Self.isZero(words[2]) ? words[0].text : nil
    }
    let addresses = ((try? root.bytes(at: "proc/net/if_inet6")) ?? nil) ?? []
    let global = addresses.lines.compactMap { line in
      let words = line.words
      return words.count >= 6 && Self.isZero(words[3]) ? words[5].text : nil
    }
    return direct + global
  }

  /// Interfaces with an address that is valid beyond the link, one a line; the addresses themselves
  /// are nobody's business. Every interface that is up has a link-local IPv6 address: it tells nothing.
  private static func addressedInterfaces() -> String? {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&list) == 0 else { return nil }
    defer { freeifaddrs(list) }
    var names: Set<String> = []
    var entry = list
    while let current = entry {
      entry = current.pointee.ifa_next
      guard let address = current.pointee.ifa_addr else { continue }
      let name = String(cString: current.pointee.ifa_name)
      switch Int32(address.pointee.sa_family) {
      case AF_INET: names.insert(name)
      case AF_INET6:
        let isLinkLocal = address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { six in
          withUnsafeBytes(of: six.pointee.sin6_addr) { $0[0] == 0xfe && $0[1] & 0xc0 == 0x80 }
        }
        if !isLinkLocal { names.insert(name) }
      default: break
      }
    }
    return names.subtracting(["lo"]).sorted().joined(separator: "\n")
  }

  /// Cards that are part of something: a bridge that guests are on, a bond, a VLAN.
  private mutating func addParts() {
    for (name, interface) in interfaces.sorted(by: { $0.key < $1.key }) where !interface.uppers.isEmpty {
      let parts = interface.uppers.joined(separator: ", ")
      for function in interface.functions {
        uses.add(HostUse(.network, "\(name) is part of \(parts)."), to: function)
      }
    }
  }
}
