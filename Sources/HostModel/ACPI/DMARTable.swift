/// What reading sys/firmware/acpi/tables/DMAR gave.
package enum DMARReading: Sendable, Equatable {
  case damaged(reason: String)

  package init(parsing bytes: [UInt8]) { self = .damaged(reason: "it is not read yet") }
}
