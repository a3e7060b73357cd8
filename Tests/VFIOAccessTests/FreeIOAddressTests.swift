import HostModel
import Testing
import VFIOAccess

struct FreeIOAddressTests {
  @Test func startsAtOneGibibyte() {
    #expect(freeIOAddress(avoiding: [], pageSize: 4096) == 0x4000_0000)
  }

  @Test func stepsOverEveryRegionInItsWay() {
    let regions = [
      ReservedRegion(first: 0x4000_2000, last: 0x4fff_ffff, kind: "direct-relaxable"),
      ReservedRegion(first: 0, last: 0x4000_0fff, kind: "direct"),
      ReservedRegion(first: 0xfee0_0000, last: 0xfeef_ffff, kind: "msi"),
    ]
    #expect(freeIOAddress(avoiding: regions, pageSize: 4096) == 0x4000_1000)
    #expect(freeIOAddress(avoiding: regions, pageSize: 65536) == 0x5000_0000)
  }

  @Test func givesUpWhereEverythingIsReserved() {
    let all = ReservedRegion(first: 0, last: .max, kind: "reserved")
    #expect(freeIOAddress(avoiding: [all], pageSize: 4096) == nil)
  }
}
