import HostModel
import Testing

struct ProcessorInfoTests {
  private func parse(_ text: String) -> ProcessorInfo { ProcessorInfo(parsing: Array(text.utf8)) }

  /// One block in the kernel's form.
  private func block(_ number: Int, flags: String) -> String {
    """
    processor\t: \(number)
    vendor_id\t: GenuineIntel
    model name\t: Example CPU @ 3.00GHz
    fpu_exception\t: yes
    flags\t\t: \(flags)
    vmx flags\t: vnmi preemption_timer
    bugs\t\t: spectre_v1 swapgs
    bogomips\t: 6000.00
    power management:


    """
  }

  @Test func countsAllProcessorsAndTheirFlags() {
    let info = parse((0..<4).map { block($0, flags: $0 < 3 ? "fpu vmx est" : "fpu est") }.joined())
    #expect(info.architecture == .x86)
    #expect(info.count == 4)
    #expect(info.vendor == "GenuineIntel")
    #expect(info.modelName == "Example CPU @ 3.00GHz")
    #expect(info.flagSets.count == 2)
    #expect(info.countHaving("vmx") == 3)
    #expect(info.anyHas("vmx") && !info.allHave("vmx"))
    #expect(info.allHave("est"))
  }

  @Test func takesFlagsFromTheirLineAndWholeWordsOnly() {
    let info = parse("flags\t: fpu svm_lock v_vmsave_vmload\nvmx flags\t: vmx\nbugs\t: svm\n")
    #expect(!info.anyHas("vmx"))
    #expect(!info.anyHas("svm"))
  }

  @Test func joinsWrappedLinesOfAPaste() {
    let info = parse("processor : 0\nflags\u{a0}\u{a0} : fpu \nvmx est \nht\nbugs : x\nnot a flag\n")
    #expect(info.allHave("vmx") && info.allHave("ht"))
    #expect(!info.anyHas("flag"))
    #expect(!info.mayHaveLost("svm"))
  }

  @Test(arguments: [
    ("flags : fpu v\nmx est\nbugs : x\n", "vmx"), ("flags : fpu [...] est\nbugs : x\n", "vmx"),
    ("processor : 0\nflags : fpu est", "svm"),
  ])
  func noticesWhatAPasteLost(text: String, flag: String) {
    #expect(!parse(text).anyHas(flag))
    #expect(parse(text).mayHaveLost(flag))
  }

  @Test(arguments: [
    ("processor\t: 0\nFeatures\t: fp\nCPU implementer\t: 0x41\n", ProcessorInfo.Architecture.other("ARM")),
    ("vendor_id       : IBM/S390\nfeatures\t: esan3\n", .other("IBM Z")),
    ("processor\t: 0\ncpu\t\t: POWER9, altivec supported\n", .other("POWER")),
    ("processor\t: 0\nhart\t: 1\nisa\t: rv64imafdc\n", .other("RISC-V")),
    ("vendor_id\t: GenuineIntel\nmodel name\t: x\n", .x86), ("", .unknown), ("\n\n::\n", .unknown),
    ("processor\t: 0\n", .unknown), ("> flags : vmx\n", .unknown),
  ])
  func tellsArchitecturesApart(text: String, expected: ProcessorInfo.Architecture) {
    #expect(parse(text).architecture == expected)
  }

  @Test func manyDifferentLinesTakeLinearTime() {
    let info = parse((0..<40_000).map { "flags : f\($0)\n" }.joined())
    #expect(info.flagSets.count == 40_000)
  }
}
