import Diagnosis
import Foundation
import HostModel
import Testing

/// Real logs, where they lie beside the checkout: each with what must be said of it.
struct KernelLogCasesTests {
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    struct Expected: Decodable, Sendable {
      let iommu: String
      let interrupt_remapping: Bool?
      let cpu_virt_disabled_by_firmware: Bool?
      let faults: [String]
      let firmware_bugs: [String]
      let notes: String
    }
    let expected: Expected
    var name = ""

    var testDescription: String { name }

    private enum CodingKeys: CodingKey { case expected }
  }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/cases/kernel-logs")

  static let cases: [Case] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".json") }.sorted().compactMap { file in
      guard let data = try? Data(contentsOf: folder.appending(path: file)),
        var found = try? JSONDecoder().decode(Case.self, from: data)
      else { return nil }
      found.name = String(file.dropLast(5))
      return found
    }
  }()

  /// Notes that the kernel's source contradicts.
  static let knownWrong: [String: String] = [
    "136": """
    "disabled" cannot be told from the one line "DMAR: IOMMU enabled": intel_iommu_setup prints it for the \
    argument, on hosts whose IOMMU is on as well (0.000000, before the table is read). That the line is \
    all that a search found stands in the note, not in the log.
    """
  ]

  static func evidence(_ name: String) throws -> HostEvidence {
    var evidence = HostEvidence(root: "case", isRunningHost: false)
    let bytes = try [UInt8](Data(contentsOf: folder.appending(path: "\(name).log")))
    evidence.kernelLog = .found(KernelLog(parsing: bytes, origin: .savedFile), source: "var/log/dmesg")
    return evidence
  }

  @Test(.enabled(if: !cases.isEmpty), arguments: cases)
  func iommuActive(_ found: Case) throws {
    let verdict = IOMMUActive.judge(try Self.evidence(found.name))
    let expected: Verdict.Status =
      switch found.expected.iommu {
      case "enabled": .pass
      case "unknown": .unknown
      default: .fail
      }
    guard Self.knownWrong[found.name] == nil else {
      #expect(verdict.status == .unknown)
      return
    }
    #expect(
      verdict.status == expected, "\(verdict.cause?.id ?? "-"): \(verdict.summary); \(found.expected.notes)")
  }

  @Test(.enabled(if: !cases.isEmpty), arguments: cases)
  func interruptRemapping(_ found: Case) throws {
    let verdict = InterruptRemapping.judge(try Self.evidence(found.name))
    let expected: [Verdict.Status] =
      switch found.expected.interrupt_remapping {
      case true?: [.pass]
      case false?: [.warn, .fail]
      case nil: [.unknown]
      }
    #expect(
      expected.contains(verdict.status), "\(verdict.summary) \(verdict.evidence); \(found.expected.notes)")
  }

  @Test(.enabled(if: !cases.isEmpty), arguments: cases)
  func messages(_ found: Case) throws {
    let verdict = IOMMUMessages.judge(try Self.evidence(found.name))
    let quotes = verdict.evidence.map(\.quote)
    if !found.expected.faults.isEmpty {
      #expect(verdict.cause?.id == "faults", "\(verdict.summary)")
      for device in found.expected.faults.flatMap(Self.devices) {
        #expect(quotes.contains { $0.contains(device) }, "\(device) in \(quotes)")
      }
    } else if !found.expected.firmware_bugs.isEmpty {
      #expect(verdict.cause?.id == "firmware-bug", "\(verdict.summary)")
    } else {
      #expect(verdict.cause == nil || verdict.cause?.id == "log-lost", "\(verdict.summary) \(quotes)")
    }
    for bug in found.expected.firmware_bugs where bug.hasPrefix("[Firmware") {
      #expect(quotes.contains { $0.contains(bug.prefix(40)) }, "\(bug) in \(quotes)")
    }
  }

  /// Addresses in a note: `02:00.0`, not `c8:02.x`.
  private static func devices(_ note: String) -> [String] {
    note.split { !($0.isHexDigit || $0 == ":" || $0 == ".") }.map(String.init).filter {
      PCIAddress($0) != nil
    }
  }

  @Test(.enabled(if: !cases.isEmpty), arguments: cases)
  func virtualizationOffByFirmware(_ found: Case) throws {
    let log = try #require(Self.evidence(found.name).kernelLog.value)
    #expect(
      log.facts.has(.virtualizationOffByFirmware) == (found.expected.cpu_virt_disabled_by_firmware == true))
  }
}
