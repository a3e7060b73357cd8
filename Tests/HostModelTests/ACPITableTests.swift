import HostModel
import TestHosts
import Testing

struct DMARTableTests {
  private let healthy = TableBuilder.dmar(
    flags: 5, drhd(base: 0xfed9_0000, scope([2, 0])),
    drhd(base: 0xfed9_1000, includesAll: true, scope([0x1f, 0], kind: 3, bus: 0xf0, id: 2)),
    rmrr(0x8c58_7000, 0x8c5a_6fff, scope([0x14, 0]), scope([0x1c, 0, 0, 1])))

  @Test func readsWhatItSays() throws {
    let table = try #require(DMARReading(parsing: healthy.bytes).table)
    #expect(table.header.checksumIsValid)
    #expect(table.header.oemID == "MAKER")
    #expect(table.hostAddressWidth == 39)
    #expect(table.supportsInterruptRemapping && table.optsIntoDMAControl && !table.optsOutOfX2APIC)
    #expect(table.units.map(\.includesAll) == [false, true])
    #expect(table.brokenUnit == nil)
    #expect(table.defects.isEmpty)
    let region = try #require(table.reservedRegions.first)
    #expect(region.scopes.map(\.pathText) == ["00:14.0", "00:1c.0/00.1"])
    #expect(region.scopes.map { $0.address(inSegment: 0)?.description } == ["0000:00:14.0", nil])
  }

  @Test func aUnitAtZeroBreaksIt() throws {
    let table = try #require(DMARReading(parsing: TableBuilder.dmar(drhd(base: 0)).bytes).table)
    #expect(table.brokenUnit != nil)
  }

  @Test func aWrongChecksumIsADefect() throws {
    var bytes = healthy.bytes
    bytes[37] ^= 2
    let table = try #require(DMARReading(parsing: bytes).table)
    #expect(!table.header.checksumIsValid)
    #expect(table.units.count == 2)
    #expect(table.defects == ["The checksum of the table is wrong."])
  }

  @Test func unknownStructuresArePassedOver() throws {
    let unknown = little(UInt16(99)) + little(UInt16(8)) + [1, 2, 3, 4]
    let bytes = TableBuilder.dmar(unknown, drhd(base: 0x1000)).bytes
    let table = try #require(DMARReading(parsing: bytes).table)
    #expect(table.structures.map(\.type) == [99, 0])
    #expect(table.units.count == 1)
  }

  @Test func wrongLengthsAreNamed() throws {
    let tooLong = TableBuilder.dmar(little(UInt16(0)) + little(UInt16(200)) + [0, 0, 0, 0])
    #expect(DMARReading(parsing: tooLong.bytes).table == nil)
    let empty = TableBuilder.dmar(drhd(base: 0x1000), [0, 0, 0, 0])
    let table = try #require(DMARReading(parsing: empty.bytes).table)
    #expect(table.units.count == 1 && table.defects.count == 1)
    let badScope = TableBuilder.dmar(drhd(base: 0x1000, [1, 0, 0, 0, 0, 0]))
    #expect(DMARReading(parsing: badScope.bytes).table?.defects.count == 1)
  }

  @Test func everyCutAndEveryFlippedByteIsSurvived() {
    let bytes = healthy.bytes
    for end in 0..<bytes.count {
      #expect(DMARReading(parsing: Array(bytes[..<end])).table == nil)
    }
    for index in bytes.indices {
      var flipped = bytes
      flipped[index] ^= 0xff
      if case .damaged(let reason) = DMARReading(parsing: flipped) { #expect(!reason.isEmpty) }
    }
  }
}

struct IVRSTableTests {
  private let healthy = TableBuilder.ivrs(
    ivhd(
      special(2, handle: 0, device: 0xa0), special(1, handle: 32, device: 0xa0), [3, 8, 0, 0],
      [4, 0xfe, 0xff, 0]),
    ivhd(type: 0x11, special(1, handle: 32, device: 0xa0), special(1, handle: 33, device: 1)))

  @Test func readsWhatItSays() throws {
    let table = try #require(IVRSReading(parsing: healthy.bytes).table)
    #expect(table.units.map(\.type) == [0x10, 0x11])
    #expect(table.units.map(\.entryCount) == [4, 2])
    #expect(table.effectiveUnits.map(\.type) == [0x11])
    #expect(table.hasSouthbridgeIOAPIC)
    #expect(!table.asksForDMARemapping)
    #expect(!table.isRefused && table.defects.isEmpty)
    #expect(table.bindingRanges.isEmpty)
  }

  @Test func theSouthbridgeIOAPICMayBeMissing() throws {
    let bytes = TableBuilder.ivrs(ivhd(special(2, handle: 0, device: 0xa0))).bytes
    #expect(try #require(IVRSReading(parsing: bytes).table).hasSouthbridgeIOAPIC == false)
  }

  @Test func rangesOverAllDevices() throws {
    for (block, isAll) in [
      (ivmd(type: 0x20), true), (ivmd(type: 0x22, device: 0, last: 0xffff), true),
      (ivmd(type: 0x22, device: 0x18, last: 0x100), false), (ivmd(type: 0x21, device: 0x300), false),
      (ivmd(type: 0x20, flags: 0), false),
    ] {
      let table = try #require(IVRSReading(parsing: TableBuilder.ivrs(ivhd(), block).bytes).table)
      #expect((table.rangeOverAllDevices != nil) == isAll)
    }
  }

  @Test func aWrongChecksumIsRefused() throws {
    var bytes = healthy.bytes
    bytes[36] ^= 2
    #expect(try #require(IVRSReading(parsing: bytes).table).isRefused)
  }

  @Test func everyCutAndEveryFlippedByteIsSurvived() {
    let bytes = healthy.bytes
    for end in 0..<bytes.count {
      #expect(IVRSReading(parsing: Array(bytes[..<end])).table == nil)
    }
    for index in bytes.indices {
      var flipped = bytes
      flipped[index] ^= 0xff
      if case .damaged(let reason) = IVRSReading(parsing: flipped) { #expect(!reason.isEmpty) }
    }
  }
}
