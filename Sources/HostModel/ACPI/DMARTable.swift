/// What reading sys/firmware/acpi/tables/DMAR gave.
package enum DMARReading: Sendable, Equatable {
  case damaged(reason: String)
}
