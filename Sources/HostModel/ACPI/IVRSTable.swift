/// What reading sys/firmware/acpi/tables/IVRS gave.
package enum IVRSReading: Sendable, Equatable {
  case damaged(reason: String)
}
