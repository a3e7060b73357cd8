/// The kernel's messages of one boot.
package struct KernelLog: Sendable, Equatable {
  package var messages: [KernelMessage]

  package init(messages: [KernelMessage] = []) { self.messages = messages }
}

/// One message.
package struct KernelMessage: Sendable, Equatable {
  package var text: String
  package var seconds: Double?

  package init(text: String, seconds: Double? = nil) {
    self.text = text
    self.seconds = seconds
  }
}
