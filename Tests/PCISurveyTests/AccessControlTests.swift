import HostModel
import Testing

@testable import PCISurvey

struct AccessControlTests {
  /// Configuration space of a port: capability list at 0x40, PCI Express; extended list from 0x100.
  private static func space(_ size: Int = 4096, control: UInt8? = nil, isExpress: Bool = true) -> [UInt8] {
    var space = [UInt8](repeating: 0, count: size)
    space[0x06] = 0x10
    space[0x34] = 0x40
    if size > 0x40 { space[0x40] = isExpress ? 0x10 : 0x01 }
    guard size > 0x200 else { return space }
    // Advanced error reporting first, then access control at 0x150.
    space[0x100] = 0x01
    space[0x102] = 0x01
    space[0x103] = control == nil ? 0 : 0x15
    if let control {
      space[0x150] = 0x0d
      space[0x152] = 0x01
      space[0x156] = control
    }
    return space
  }

  @Test func readsTheControlRegister() {
    #expect(accessControl(Self.space(control: 0x1d)) == .present(control: 0x1d))
    #expect(AccessControl.present(control: 0x1d).isolates)
    #expect(!AccessControl.present(control: 0x01).isolates)
  }

  @Test func tellsAbsenceFromWhatCannotBeRead() {
    #expect(accessControl(Self.space()) == .absent)
    #expect(accessControl(Self.space(isExpress: false)) == .conventional)
    #expect(accessControl(Self.space(64)) == nil)
    #expect(accessControl(Self.space(256)) == nil)
    #expect(accessControl([]) == nil)
  }

  @Test func capabilitiesThatPointAtEachOtherEnd() {
    var space = Self.space(control: 0x1d)
    space[0x41] = 0x40
    space[0x40] = 0x05
    #expect(accessControl(space) == .conventional)
    space[0x40] = 0x10
    space[0x150] = 0x02
    space[0x152] = 0x00
    space[0x153] = 0x10
    #expect(accessControl(space) == .absent)
  }
}
