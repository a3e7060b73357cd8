import HostModel

/// Making the initramfs of kernels anew, and what must come of it.
package struct ImageRebuild: Sendable, Equatable {
  package struct Image: Sendable, Equatable {
    package var kernel: String
    /// Below the root: boot/initrd.img-6.1.0-18-amd64.
    package var path: String

    package init(kernel: String, path: String) {
      self.kernel = kernel
      self.path = path
    }
  }

  package var builder: InitramfsBuilder
  package var images: [Image]
  /// What the images must hold.
  package var configuration: BindingConfiguration

  package init(builder: InitramfsBuilder, images: [Image], configuration: BindingConfiguration) {
    self.builder = builder
    self.images = images
    self.configuration = configuration
  }

  /// Why an image that was made must not take the old one's place, a clause; nil when it may.
  package func fault(in contents: InitramfsContents) -> String? {
    let copy = contents.configuration.flatMap { try? BindingConfiguration(parsing: $0) }
    // Without a chosen device, an image without any of it is as good.
    if configuration.groups.isEmpty {
      let isFree = contents.configuration == nil || copy?.groups.isEmpty == true
      return isFree ? nil : "it still holds a choice"
    }
    if let part = contents.missingPart { return part }
    if let driver = contents.missingDriver(of: configuration) {
      return "the driver \(driver) is neither in it nor in its kernel"
    }
    guard contents.configuration != nil else { return "the choice is not in it" }
    return copy == configuration ? nil : "the choice in it is another one"
  }
}
