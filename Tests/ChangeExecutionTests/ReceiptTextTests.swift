import ChangePlanning
import HostFiles
import HostModel
import Testing

@testable import ChangeExecution

/// Receipts decide what undo writes: they come back as they were written, or are refused with words.
struct ReceiptTextTests {
  private func full() throws -> Receipt {
    var receipt = Receipt(command: "kargs add 'a=\"b c\"' \\x", time: "2025-01-02T03:04:05Z")
    receipt.number = 7
    receipt.state = .undoing
    receipt.directories = ["etc/passthru doctor", "etc/passthru doctor/new\nline"]
    receipt.generator = "usr/sbin/grub2-mkconfig"
    receipt.generatorOptions = ["--no-grubenv-update", "--x=a b"]
    receipt.builder = .dracut
    receipt.images = [ImageRebuild.Image(kernel: "6.1.0-18-amd64", path: "boot/initrd img")]
    receipt.hasNewImages = true
    receipt.boot = "0d5a"
    receipt.rebindings = [
      Rebinding(
        device: try #require(PCIAddress("01:00.1")), from: DriverBinding(driver: "snd_hda_intel"),
        to: DriverBinding(driver: "vfio-pci", override: "vfio-pci")),
      Rebinding(
        device: try #require(PCIAddress("02:00.0")),
        from: DriverBinding(driver: nil, override: "vfio-pci"), to: DriverBinding(driver: nil),
        takesAnyDriver: true),
    ]
    receipt.modules = ["irqbypass", "vfio"]
    receipt.files = [
      Receipt.File(
        path: "etc/default/gr ub\\", beforeDigest: Receipt.noFile, afterDigest: nil, metadata: nil,
        isGenerated: false),
      Receipt.File(
        path: "boot/grub/grub.cfg", beforeDigest: Receipt.digest([1]), afterDigest: Receipt.digest([2]),
        metadata: FileMetadata(
          mode: 0o4644, owner: 1, group: 2, modified: (1_700_000_000, 999_999_999),
          attributes: ["security.selinux": [0, 255, 10], "user.with space": [], "user.täg": [32]]),
        isGenerated: true),
    ]
    return receipt
  }

  @Test func comesBackAsItWasWritten() throws {
    let receipt = try full()
    #expect(try Receipt(parsing: Array(receipt.text.utf8)) == receipt)
  }

  /// As the first version of this program wrote it; it must be readable for ever.
  @Test func readsVersionOne() throws {
    let text = """
      passthru-doctor receipt 1
      change 3
      time 2024-05-06T07:08:09Z
      command bind 0000:01:00.0 --override 0000:01:00.0=console
      state done
      generator usr/sbin/grub-mkconfig
      image 6.1.0-18-amd64 boot/initrd.img-6.1.0-18-amd64
      images new
      file 75604537fa1452e287cd8793352ba17ee20abd6fcd1dd51d67acb24166905a74 - etc/default/a file with spaces
      was 644 0 5 1795613822 90631064
      attribute user.note 6869
      attribute user.empty\u{20}
      generated - ? boot/grub/grub.cfg

      """
    let receipt = try Receipt(parsing: Array(text.utf8))
    #expect(receipt.number == 3 && receipt.state == .done && receipt.hasNewImages)
    #expect(receipt.command == "bind 0000:01:00.0 --override 0000:01:00.0=console")
    #expect(receipt.images.map(\.path) == ["boot/initrd.img-6.1.0-18-amd64"])
    #expect(receipt.files.map(\.path) == ["etc/default/a file with spaces", "boot/grub/grub.cfg"])
    #expect(receipt.files.map(\.afterDigest) == [Receipt.noFile, nil])
    #expect(receipt.files.first?.metadata?.attributes == ["user.note": Array("hi".utf8), "user.empty": []])
    #expect(receipt.files.first?.metadata?.group == 5)
  }

  @Test func refusesANewerVersionWithWords() throws {
    let text = try full().text.replacing("receipt 2\n", with: "receipt 3\n")
    let error = #expect(throws: Receipt.Unreadable.self) { try Receipt(parsing: Array(text.utf8)) }
    #expect(error?.reason.contains("newer passthru-doctor") == true)
  }

  @Test func refusesEveryReceiptThatWasCutShort() throws {
    let bytes = Array(try full().text.utf8)
    for count in 0..<(bytes.count - 1) {
      #expect(throws: Receipt.Unreadable.self) { try Receipt(parsing: Array(bytes[..<count])) }
    }
  }

  /// Bytes changed, lost and doubled: it is read or refused, and what is read can be written again.
  @Test func neverTrapsOnABrokenReceipt() throws {
    var random = SystemRandomNumberGenerator()
    let good = Array(try full().text.utf8)
    var readable = 0
    for _ in 0..<20_000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(contentsOf: bytes[place...].prefix(40), at: place)
        default: bytes[place] = [0x0a, 0x20, 0x2d, 0x39].randomElement(using: &random) ?? 0
        }
      }
      guard let receipt = try? Receipt(parsing: bytes) else { continue }
      readable += 1
      #expect(try Receipt(parsing: Array(receipt.text.utf8)) == receipt, "from \(bytes.text)")
    }
    #expect(readable > 100)
  }
}
