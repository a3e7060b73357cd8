import HostFiles
import HostModel

/// proc/cpuinfo: what the processors can do.
func surveyProcessors(_ root: HostRoot) -> Observed<ProcessorInfo> {
  root.observeProc("proc/cpuinfo") { ProcessorInfo(parsing: $0) }
}
