import Foundation
import HostModel
import Testing

/// A megabyte of settings is read and changed in less than a tenth of a second, however dense it is.
///
/// Only optimised code is held to it: `make test-properties`. What is not optimised gets a smaller file.
@Suite(.serialized)
struct GrubDefaultsSpeedTests {
  struct Kind: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var unit: String
    var begin = ""
    var end = ""

    func text(bytes size: Int) -> [UInt8] {
      let piece = Array(unit.utf8)
      var text = Array(begin.utf8)
      text.reserveCapacity(size)
      while text.count + piece.count + end.utf8.count <= size { text += piece }
      return text + end.utf8
    }
  }

  static let kinds = [
    Kind(
      testDescription: "settings as Debian has them",
      unit:
        "GRUB_DEFAULT=0\nGRUB_TIMEOUT=5\nGRUB_DISTRIBUTOR=`lsb_release -i -s 2> /dev/null || echo Debian`\n"
        + "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\nGRUB_CMDLINE_LINUX=\"\"\n# Uncomment to enable BadRAM filtering.\n"
    ),
    Kind(testDescription: "assignments", unit: "a=1\n"),
    Kind(testDescription: "assignments of the last word", unit: "GRUB_CMDLINE_LINUX='a'\n"),
    Kind(testDescription: "assignments that append", unit: "a+=1\n"),
    Kind(testDescription: "a value that grows", unit: "GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX x\"\n"),
    Kind(testDescription: "escapes", unit: "\\\"a\\\" ", begin: "GRUB_CMDLINE_LINUX=\"", end: "\"\n"),
    Kind(testDescription: "comments", unit: "#\n"),
    Kind(testDescription: "comments behind settings", unit: "a=1 # b\n"),
    Kind(testDescription: "quotes", unit: "a=''\n"),
    Kind(testDescription: "quotes in one word", unit: "\"a\"'b'", begin: "a=", end: "\n"),
    Kind(testDescription: "conditionals", unit: "if [ -f x ]; then\n  a=1\nfi\n"),
    Kind(testDescription: "choices", unit: "case x in x) :;; esac\n"),
    Kind(testDescription: "one huge value", unit: "quiet ", begin: "GRUB_CMDLINE_LINUX=\"", end: "\"\n"),
    Kind(
      testDescription: "the argument over and over", unit: "iommu=pt ", begin: "GRUB_CMDLINE_LINUX='",
      end: "'\n"),
    Kind(testDescription: "expansions", unit: "$x ", begin: "GRUB_CMDLINE_LINUX=\"", end: "\"\n"),
    Kind(testDescription: "expansions with defaults", unit: "${x:-y}", begin: "a=\"", end: "\"\n"),
    Kind(testDescription: "variables of their own", unit: "GRUB_TIMEOUT_A=$x\n"),
    Kind(testDescription: "continued lines", unit: "a \\\n", begin: "GRUB_CMDLINE_LINUX=\"", end: "\"\n"),
    Kind(
      testDescription: "comments, exports and substitutions",
      unit: "# comment\nX=\"a $Y b\"\nexport Z='c'; W=$(echo d)\n"),
    Kind(testDescription: "here-documents", unit: ": <<E\ntext\nE\n"),
    // Each of the thousands of names may mean anything after it.
    Kind(
      testDescription: "all forgotten over and over", unit: ". x\nz=1\n",
      begin: (0..<3000).map { "a\($0)=\n" }.joined()),
  ]

  @Test(arguments: kinds)
  func aMegabyteIsQuicklyEdited(kind: Kind) {
    #if DEBUG
      let (bytes, rounds, limit) = (kind.text(bytes: 1 << 16), 1, 5000.0)
    #else
      // The best of three: others are at work on the machine, too.
      let (bytes, rounds, limit) = (kind.text(bytes: 1 << 20), 3, 100.0)
    #endif
    for dialect in ShellDialect.allCases {
      let files = GrubDefaultsFiles(main: bytes, dialect: dialect)
      var milliseconds = Double.infinity
      for _ in 0..<rounds {
        let begin = Self.processorTime
        _ = try? GrubDefaultsEdit.adding(["intel_iommu=on", "iommu=pt"], to: files)
        milliseconds = min(milliseconds, Self.processorTime - begin)
      }
      #if !DEBUG
        print("1 MB of \(kind.testDescription), \(dialect): \(Int(milliseconds)) ms")
      #endif
      #expect(milliseconds < limit)
    }
  }

  /// Of this thread, in milliseconds.
  private static var processorTime: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1000 + Double(time.tv_nsec) / 1_000_000
  }
}
