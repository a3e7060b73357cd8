/// Why no initramfs of this host can be made to bind devices, in words that report and refusal share.
package enum HookObstacle: Equatable, Sendable {
  case noBuilder
  /// Several builders, and nothing says which of them makes the images.
  case severalBuilders([InitramfsBuilder])
  /// A builder for which this program has no hook.
  case otherBuilder(InitramfsBuilder)
  /// Unified kernel images, which carry an initramfs of their own.
  case unifiedImages([String])
  /// A file of this program that should be there.
  case notInstalled(String)

  /// The fact, a full sentence.
  package var sentence: String {
    switch self {
    case .noBuilder: "No tool that makes an initramfs is installed."
    case .severalBuilders(let builders):
      "Several tools that make an initramfs are installed, and nothing says which of them makes this host's: "
        + builders.map(\.rawValue).joined(separator: ", ") + "."
    case .otherBuilder(let builder):
      "\(builder.rawValue) makes the initramfs here, and there is no hook of this program for it."
    case .unifiedImages(let paths):
      "This host starts from unified kernel images, which carry an initramfs of their own: /\(paths[0])"
        + (paths.count > 1 ? " and \(paths.count - 1) more." : ".")
    case .notInstalled(let path): "/\(path) is not installed."
    }
  }

  /// What to do, a full sentence.
  package var way: String {
    switch self {
    case .noBuilder: "Install dracut or initramfs-tools, whichever the distribution uses."
    case .severalBuilders:
      "Remove all but the one that is to make the images, and have that one make them anew."
    case .otherBuilder(let builder):
      "Install dracut and remove \(builder.rawValue), so that dracut makes the images; or bind after each boot "
        + "with passthru-doctor detach, when a driver of the host may have touched the device."
    case .unifiedImages:
      "Have the kernels installed apart from their initramfs (layout=bls in /etc/kernel/install.conf, then "
        + "kernel-install add-all); or bind after each boot with passthru-doctor detach."
    case .notInstalled:
      "Install the package of passthru-doctor anew; it brings the boot program and the hooks."
    }
  }
}

extension InitramfsEvidence {
  /// What stands in the way of early binding; nil when the next initramfs will carry it.
  package var hookObstacle: HookObstacle? {
    guard !builders.isEmpty else { return .noBuilder }
    guard let builder = builderInCharge else { return .severalBuilders(builders) }
    guard !builder.hookFiles.isEmpty else { return .otherBuilder(builder) }
    if !unifiedImages.isEmpty { return .unifiedImages(unifiedImages) }
    if let missingProgram { return .notInstalled(missingProgram) }
    guard hooks.contains(builder) else { return .notInstalled(builder.hookFiles[0]) }
    return nil
  }
}
