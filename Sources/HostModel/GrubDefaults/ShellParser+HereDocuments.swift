/// A here-document whose operator was read and whose text begins on the next line.
struct PendingHereDocument {
  var delimiter: ArraySlice<UInt8>
  var isQuoted: Bool
  var stripsTabs: Bool
  var redirection: Int
  /// Of the operator.
  var offset: Int
}

extension ShellParser {
  func pendingHereDocument(
    delimiter word: ShellWord, stripsTabs: Bool, redirection: Int, offset: Int
  ) throws(ShellProblem) -> PendingHereDocument {
    if word.isLiteral, let literal = word.plainText {
      return PendingHereDocument(
        delimiter: source[literal], isQuoted: false, stripsTabs: stripsTabs, redirection: redirection,
        offset: offset)
    }
    var delimiter: [UInt8] = []
    var isQuoted = false
    for part in word.parts {
      switch part {
      case .literal(let range): delimiter += source[range]
      case .escaped(let range):
        delimiter += source[range].dropFirst()
        isQuoted = true
      case .singleQuoted(let range):
        delimiter += source[range].dropFirst().dropLast()
        isQuoted = true
      case .doubleQuoted(let range, let parts):
        guard parts.allSatisfy({ if case .literal = $0 { true } else { false } }) else {
          throw unfollowed("a here-document ends at a word with expansions", at: offset)
        }
        delimiter += source[range].dropFirst().dropLast()
        isQuoted = true
      default: throw unfollowed("a here-document ends at a word with expansions", at: offset)
      }
    }
    guard !delimiter.contains(Byte.newline) else {
      throw unfollowed("a here-document ends at a word of several lines", at: offset)
    }
    return PendingHereDocument(
      delimiter: delimiter[...], isQuoted: isQuoted, stripsTabs: stripsTabs, redirection: redirection,
      offset: offset)
  }

  /// Reads the text of every pending here-document; called at the begin of a line.
  mutating func readHereDocuments() throws(ShellProblem) {
    if pendingHereDocuments.isEmpty { return }
    // Nearly always there is one, and the list keeps its room.
    if pendingHereDocuments.count == 1, let document = pendingHereDocuments.popLast() {
      return try read(document)
    }
    let pending = pendingHereDocuments
    pendingHereDocuments = []
    for document in pending { try read(document) }
  }

  private mutating func read(_ document: PendingHereDocument) throws(ShellProblem) {
    let start = at
    var continued: [UInt8] = []
    var isContinued = false
    while at < end {
      let lineEnd = source[at..<end].firstIndex(of: Byte.newline)
      var line = source[at..<(lineEnd ?? end)]
      if document.stripsTabs { line = line.drop { $0 == Byte.tab } }
      if line.elementsEqual(document.delimiter) {
        if isContinued { throw unfollowed("a line of a here-document is continued", at: document.offset) }
        let body = start..<at
        at = lineEnd.map { $0 + 1 } ?? end
        emit(.hereDocument, from: start)
        if !document.isQuoted { try parse(body, of: document) }
        return
      }
      if !document.isQuoted {
        // The shells differ in whether lines joined by a backslash can be the last one.
        let goesOn = Self.endsInOddBackslashes(line)
        if goesOn || isContinued {
          let text = goesOn ? line.dropLast() : line
          continued += text
          if continued[...] == document.delimiter || text == document.delimiter {
            throw unfollowed("a line of a here-document is continued", at: document.offset)
          }
        }
        if !goesOn { continued = [] }
        isContinued = goesOn
      }
      at = lineEnd.map { $0 + 1 } ?? end
    }
    emit(.hereDocument, from: start)
    openHereDocument = openHereDocument ?? document.offset
    if !document.isQuoted { try parse(start..<at, of: document) }
  }

  private static func endsInOddBackslashes(_ line: ArraySlice<UInt8>) -> Bool {
    let others = line.lastIndex { $0 != Byte.backslash } ?? line.startIndex - 1
    return (line.endIndex - 1 - others) % 2 == 1
  }

  /// Reads the expansions in a here-document's text.
  private mutating func parse(_ body: Range<Int>, of document: PendingHereDocument) throws(ShellProblem) {
    let text = source[body]
    guard text.contains(Byte.dollar) || text.contains(Byte.backquote) else { return }
    let outer = (at: at, end: end)
    (at, end) = (body.lowerBound, body.upperBound)
    wordDepth += 1
    defer {
      wordDepth -= 1
      (at, end) = outer
    }
    do throws(ShellProblem) {
      redirections[document.redirection].body = try quotedParts(until: nil)
    } catch {
      // An expansion without an end reads on behind the here-document, each shell in its own way.
      throw unfollowed("in a here-document, " + error.reason, at: error.offset)
    }
  }
}
