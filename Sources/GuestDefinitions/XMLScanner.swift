import HostModel

/// A tag of an XML document: what the program needs of XML to find and place devices in libvirt's
/// definitions, whose text it otherwise keeps as it is.
struct XMLTag: Equatable {
  enum Kind { case opening, closing, empty }

  let kind: Kind
  let name: String
  let attributes: [String: String]
  /// From `<` to past `>`.
  let range: Range<Int>
}

/// The tags of a document in order, without comments, CDATA, declarations and instructions.
///
/// Nil for what no XML parser would take: an unfinished tag or comment. Bytes stay bytes, so a
/// document of any encoding that extends ASCII can be cut at the ranges.
func scanTags(_ text: [UInt8]) -> [XMLTag]? {
  var tags: [XMLTag] = []
  var position = 0
  while let start = text[position...].firstIndex(of: UInt8(ascii: "<")) {
    let rest = text[start...]
    if let end = skipped(rest) {
      position = end
      continue
    }
    guard let tag = readTag(rest) else { return nil }
    tags.append(tag)
    position = tag.range.upperBound
  }
  return tags
}

/// Past the end of a comment, CDATA section, instruction or declaration; nil when `text` begins with
/// a tag. An unfinished one reaches to the end, where no tag is found any more.
private func skipped(_ text: ArraySlice<UInt8>) -> Int? {
  for (opening, closing) in [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("<!", ">")]
  where text.starts(with: opening.utf8) {
    let wanted = Array(closing.utf8)
    var position = text.startIndex + opening.utf8.count
    while position < text.endIndex {
      if text[position...].starts(with: wanted) { return position + wanted.count }
      position += 1
    }
    return text.endIndex
  }
  return nil
}

private func readTag(_ text: ArraySlice<UInt8>) -> XMLTag? {
  var rest = text.dropFirst()
  let isClosing = rest.first == UInt8(ascii: "/")
  if isClosing { rest = rest.dropFirst() }
  let name = takeName(&rest)
  guard !name.isEmpty else { return nil }
  var attributes: [String: String] = [:]
  while true {
    rest = rest.drop(while: isSpace)
    switch rest.first {
    case UInt8(ascii: ">"):
      return XMLTag(
        kind: isClosing ? .closing : .opening, name: name, attributes: attributes,
        range: text.startIndex..<(rest.startIndex + 1))
    case UInt8(ascii: "/"):
      guard rest.dropFirst().first == UInt8(ascii: ">") else { return nil }
      return XMLTag(
        kind: .empty, name: name, attributes: attributes, range: text.startIndex..<(rest.startIndex + 2))
    default:
      guard let (key, value) = takeAttribute(&rest) else { return nil }
      attributes[key] = value
    }
  }
}

private func takeName(_ text: inout ArraySlice<UInt8>) -> String {
  let name = text.prefix { !isSpace($0) && !"/>=<'\"".utf8.contains($0) }
  text = text.dropFirst(name.count)
  return name.text
}

private func takeAttribute(_ text: inout ArraySlice<UInt8>) -> (String, String)? {
  let key = takeName(&text)
  text = text.drop(while: isSpace)
  guard !key.isEmpty, text.popFirst() == UInt8(ascii: "=") else { return nil }
  text = text.drop(while: isSpace)
  guard let quote = text.popFirst(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
    return nil
  }
  guard let end = text.firstIndex(of: quote) else { return nil }
  let value = text[..<end].text
  text = text[(end + 1)...]
  return (key, value)
}
