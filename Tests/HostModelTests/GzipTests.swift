import HostModel
import Testing

struct GzipTests {
  static let text = "CONFIG_VFIO=m\nCONFIG_VFIO_PCI=m\n# CONFIG_X is not set\n"
  static let stored =
    "1f8b0800000000000403013600c9ff434f4e4649475f5646494f3d6d0a434f4e4649475f5646494f5f5043493d6d0a232043"
    + "4f4e4649475f58206973206e6f74207365740a013e71d736000000"
  static let fixed =
    "1f8b080000000000020373f6f773f3748f0f73f3f4b7cde57246f0e2039c3d8122ca0a50b10885cc6285bcfc1285e2d4122e"
    + "00013e71d736000000"
  /// With a file name in its header.
  static let named =
    "1f8b08080000000002ff6e616d652e7478740073f6f773f3748f0f73f3f4b7cde57246f0e2039c3d8122ca0a50b10885cc62"
    + "85bcfc1285e2d4122e00013e71d736000000"
  /// With codes of its own.
  static let dynamic =
    "1f8b08000000000002034d50b18d435108ebb3d32f80474e14041ad3324106b8edef9f94084a1b836d245e4ffb"
    + "69a418aef7433e9041a179ce50195e724a86a1620129e950ededde88ebf7cb30499ca5504f87257c24458aeac1"
    + "f714dc756ab698a38207bb6c572680bc97499e3b17f3dc7485cab230718fd5b79291eab53752d306c3c88125a8"
    + "b275c1d0da41a0116885623dd5c4f68ffd8ebd6be7293dff867f7b96da8693010000"
  static let dynamicText = """
    CONFIG_UPCIU=m
    CONFIG_UBUAOEPDD=m
    CONFIG_POMVCDVC=m
    CONFIG_AVBCUAEAE=m
    CONFIG__M_MM_UO=y
    CONFIG_BACODE=m
    CONFIG_EMPMUIPUM=y
    CONFIG_VAEUV_=y
    CONFIG_IPUUB_VDV=m
    CONFIG_BBOVOB=m
    CONFIG_MCAE=m
    CONFIG_BAUUAM_=m
    CONFIG_EPDAEABB=y
    CONFIG_MEUEC=y
    CONFIG_IICMMO=m
    CONFIG_UVPBUPEMV=y
    CONFIG_MEPEPI=y
    CONFIG_UIAMUUV=y
    CONFIG_VVIO=m
    CONFIG_IU_E_OAUA=y
    CONFIG_EVOEUU=m
    CONFIG_ICIIU=m
    CONFIG_MBAUV_=y
    CONFIG_PDVEDI=y

    """

  static func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }

  @Test(arguments: [(stored, text), (fixed, text), (named, text), (dynamic, dynamicText)])
  func unpacks(hex: String, expected: String) throws {
    #expect(try gunzip(Self.bytes(hex)).text == expected)
  }

  @Test(arguments: [stored, fixed, named, dynamic])
  func everyPrefixIsRefused(hex: String) {
    let whole = Self.bytes(hex)
    for count in whole.indices { #expect(throws: GzipError.self) { try gunzip(Array(whole[..<count])) } }
  }

  /// A changed bit is noticed, or changes nothing that is unpacked (time stamp, name).
  @Test(arguments: [stored, fixed, named, dynamic])
  func everyFlippedBitIsNoticed(hex: String) throws {
    let whole = Self.bytes(hex)
    let content = try gunzip(whole)
    for index in whole.indices {
      for bit in 0..<8 {
        var changed = whole
        changed[index] ^= 1 << UInt8(bit)
        if let result = try? gunzip(changed) { #expect(result == content) }
      }
    }
  }

  @Test func refusesWhatIsTooLarge() {
    for hex in [Self.stored, Self.fixed, Self.dynamic] {
      #expect(throws: GzipError.tooLarge) { try gunzip(Self.bytes(hex), upTo: 20) }
    }
  }

  @Test func refusesWhatIsNoGzip() {
    #expect(throws: GzipError.notGzip) { try gunzip([]) }
    #expect(throws: GzipError.notGzip) { try gunzip([UInt8](repeating: 0xff, count: 100)) }
    #expect(throws: GzipError.self) {
      try gunzip([0x1f, 0x8b, 8, 0xff] + [UInt8](repeating: 0xff, count: 100))
    }
  }
}
