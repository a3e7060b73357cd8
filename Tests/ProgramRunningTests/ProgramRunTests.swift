import ProgramRunning
import Testing

struct ProgramRunTests {
  private func shell(_ script: String, timeLimit: Int = 5000, outputLimit: Int = 1 << 20) -> ProgramRun {
    ProgramRun(
      "/bin/sh", ["-c", script], environment: ["ONLY=this"], timeLimit: timeLimit, outputLimit: outputLimit)
  }

  @Test func givesOutputAndStatus() throws {
    let outcome = try shell("echo \"$ONLY $HOME\"; echo noise >&2; exit 3").run()
    #expect(outcome.output == Array("this \n".utf8))
    #expect(outcome.status == 3)
  }

  @Test func nothingIsOnStandardInput() throws {
    #expect(try shell("cat; echo end").run().output == Array("end\n".utf8))
  }

  @Test func signalBecomesStatus() throws {
    #expect(try shell("kill -9 $$").run().status == 137)
  }

  @Test func endsWhatTakesTooLong() {
    #expect(throws: ProgramRun.Failure.tookTooLong) { try shell("sleep 30", timeLimit: 50).run() }
  }

  @Test func endsWhatClosesItsOutputAndStays() {
    #expect(throws: ProgramRun.Failure.tookTooLong) { try shell("exec >&-; sleep 30", timeLimit: 50).run() }
  }

  @Test func endsWhatSaysTooMuch() {
    #expect(throws: ProgramRun.Failure.saidTooMuch) { try shell("yes", outputLimit: 1000).run() }
  }

  @Test func saysWhyNothingStarted() {
    #expect(throws: ProgramRun.Failure.notStarted(2)) {
      try ProgramRun("/nowhere/program", [], timeLimit: 100, outputLimit: 10).run()
    }
  }
}
