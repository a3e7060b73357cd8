/// proc/cpuinfo.
package struct ProcessorInfo: Sendable, Equatable {
  package init() {}
}
