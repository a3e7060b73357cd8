import HostFiles
import HostModel
import PCISurvey

/// The evidence that commands about devices of the running kernel need: functions and groups as
/// they are now. Everything else is left as not looked at.
package func surveyDevices(_ root: HostRoot) -> HostEvidence {
  var evidence = HostEvidence(root: root.name, isRunningHost: root.isRunningHost)
  evidence.pciDevices = surveyPCIDevices(root)
  evidence.iommuGroups = surveyIOMMUGroups(root)
  return evidence
}
