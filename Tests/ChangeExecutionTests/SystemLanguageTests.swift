import HostFiles
import TestHosts
import Testing

@testable import ChangeExecution

struct SystemLanguageTests {
  @Test(arguments: [
    ("# Kept by somebody\nLANG=\"de_DE.UTF-8\"\n", "de_DE.UTF-8"), ("LC_ALL=x\n LANG=C.UTF-8", "C.UTF-8"),
    ("LANG=\n", nil), ("LANG=$(reboot)\n", nil), ("", nil),
  ])
  func isWhatTheSystemSets(text: String, language: String?) throws {
    for path in ["etc/default/locale", "etc/locale.conf"] {
      let scratch = try ScratchDirectory()
      scratch.file(path, text)
      #expect(try HostRoot(directory: scratch.path).systemLanguage == language)
    }
  }
}
