/// A truth value as the kernel reads it (lib/kstrtox.c, kstrtobool): the first letter decides, or the
/// second one after an `o`. Nil for anything else, which the kernel refuses.
package func kernelBoolean(_ text: some StringProtocol) -> Bool? {
  var letters = text.utf8.lazy.map { $0 | 0x20 }.makeIterator()
  switch letters.next() {
  case UInt8(ascii: "y"), UInt8(ascii: "t"), UInt8(ascii: "1"), UInt8(ascii: "e"): return true
  case UInt8(ascii: "n"), UInt8(ascii: "f"), UInt8(ascii: "0"), UInt8(ascii: "d"): return false
  case UInt8(ascii: "o"):
    switch letters.next() {
    case UInt8(ascii: "n"): return true
    case UInt8(ascii: "f"): return false
    default: return nil
    }
  default: return nil
  }
}
