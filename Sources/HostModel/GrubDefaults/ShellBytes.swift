/// The bytes that mean something to the shell.
enum Byte {
  static let tab: UInt8 = 0x09
  static let newline: UInt8 = 0x0a
  static let carriageReturn: UInt8 = 0x0d
  static let space: UInt8 = 0x20
  static let doubleQuote: UInt8 = 0x22
  static let hash: UInt8 = 0x23
  static let dollar: UInt8 = 0x24
  static let ampersand: UInt8 = 0x26
  static let singleQuote: UInt8 = 0x27
  static let leftParenthesis: UInt8 = 0x28
  static let rightParenthesis: UInt8 = 0x29
  static let plus: UInt8 = 0x2b
  static let colon: UInt8 = 0x3a
  static let semicolon: UInt8 = 0x3b
  static let less: UInt8 = 0x3c
  static let equals: UInt8 = 0x3d
  static let greater: UInt8 = 0x3e
  static let leftBracket: UInt8 = 0x5b
  static let backslash: UInt8 = 0x5c
  static let rightBracket: UInt8 = 0x5d
  static let backquote: UInt8 = 0x60
  static let leftBrace: UInt8 = 0x7b
  static let bar: UInt8 = 0x7c
  static let rightBrace: UInt8 = 0x7d
  static let tilde: UInt8 = 0x7e

  static func isOperator(_ byte: UInt8) -> Bool {
    switch byte {
    case ampersand, bar, semicolon, less, greater, leftParenthesis, rightParenthesis: true
    default: false
    }
  }

  /// Whether an unquoted byte ends a word.
  static func endsWord(_ byte: UInt8) -> Bool {
    byte == space || byte == tab || byte == newline || isOperator(byte)
  }

  static func isNameStart(_ byte: UInt8) -> Bool {
    (0x61...0x7a).contains(byte) || (0x41...0x5a).contains(byte) || byte == 0x5f
  }

  static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  static func isName(_ byte: UInt8) -> Bool { isNameStart(byte) || isDigit(byte) }
}
