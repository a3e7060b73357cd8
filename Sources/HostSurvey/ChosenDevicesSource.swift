import HostModel

/// Where the devices are now that are chosen to go to guests at every boot; where one was chosen, when
/// it is not to be found for certain.
func surveyChosenDevices(
  _ bindings: Observed<BindingConfiguration>, among devices: [PCIDevice]
) -> Observed<[PCIAddress]> {
  bindings.map { configuration in
    configuration.groups.flatMap(\.devices).map { chosen in
      if case .found(let address) = chosen.identity.search(devices) {
        address
      } else {
        chosen.identity.address
      }
    }
  }
}
