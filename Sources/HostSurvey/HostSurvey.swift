import HostFiles
import HostModel

/// Gathers all evidence of one host, each source once.
package func surveyHost(_ root: HostRoot) -> HostEvidence {
  HostEvidence(root: root.name, isRunningHost: root.isRunningHost)
}
