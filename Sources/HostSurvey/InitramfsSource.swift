import HostFiles
import HostModel
import InitramfsImages

/// etc/passthru-doctor/bindings.conf, as the boot program would read it: an untrusted or broken one
/// is unreadable, with the reason.
package func surveyBindings(_ root: HostRoot) -> Observed<BindingConfiguration> {
  let path = BindingConfiguration.path
  do throws(HostFileError) {
    switch try root.trustedFile(at: path) {
    case .absent: return .absent(source: path)
    case .untrusted(let reason): return .unreadable(source: path, reason: reason)
    case .found(let bytes):
      do throws(RecordError) {
        return .found(try BindingConfiguration(parsing: bytes), source: path)
      } catch {
        return .unreadable(source: path, reason: error.description)
      }
    }
  } catch {
    return .unreadable(source: path, reason: error.reason)
  }
}

/// run/passthru-doctor/boot.log.
func surveyBootLog(_ root: HostRoot) -> Observed<[BootEvent]> {
  root.observe(BootEvent.path) { bytes throws(HostFileError) in bytes.lines.compactMap { BootEvent($0) } }
}

/// Builders, hooks, and what is in the images; images are looked into only where devices are chosen,
/// for that takes a second.
package func surveyInitramfs(_ root: HostRoot, lookingInside: Bool) -> Observed<InitramfsEvidence> {
  let path = "lib/modules"
  let kernels: [String]
  do throws(HostFileError) {
    kernels = try root.names(in: path) ?? []
  } catch {
    return .unreadable(source: path, reason: error.reason)
  }
  let builders = InitramfsBuilder.allCases.filter { $0.programs.contains(where: root.exists) }
  let hooks = InitramfsBuilder.allCases.filter {
    !$0.hookFiles.isEmpty && $0.hookFiles.allSatisfy(root.exists)
  }
  let installed = kernels.filter { isInstalled($0, root) }
  return .found(
    InitramfsEvidence(
      builders: builders, hooks: Set(hooks),
      missingProgram: InitramfsContents.programs.first { !root.exists($0) },
      images: installed.map { image($0, root, lookingInside: lookingInside) },
      calledForKernels: calledForKernels(root), unifiedImages: unifiedImages(of: installed, root)),
    source: path)
}

private func calledForKernels(_ root: HostRoot) -> Set<InitramfsBuilder> {
  let builders = InitramfsBuilder.allCases
  let debian = builders.filter { $0.kernelHooks.debian.contains(where: root.exists) }
  return Set(debian.isEmpty ? builders.filter { $0.kernelHooks.others.contains(where: root.exists) } : debian)
}

/// The Boot Loader Specification's place for them (type 2): EFI/Linux of the ESP or of /boot.
private func unifiedImages(of kernels: [String], _ root: HostRoot) -> [String] {
  ["boot", "boot/efi", "efi"].flatMap { place in
    let folder = "\(place)/EFI/Linux"
    let names = ((try? root.names(in: folder)) ?? nil) ?? []
    return names.filter { name in name.hasSuffix(".efi") && kernels.contains(where: name.contains) }
      .map { "\(folder)/\($0)" }
  }
}

/// A folder of modules without a kernel is what a removed kernel leaves behind.
private func isInstalled(_ kernel: String, _ root: HostRoot) -> Bool {
  root.exists("boot/vmlinuz-\(kernel)") || root.exists("lib/modules/\(kernel)/vmlinuz")
    || machineID(root).map { root.exists("boot/\($0)/\(kernel)/linux") } == true
}

private func machineID(_ root: HostRoot) -> String? {
  let identifier = (try? root.line(at: "etc/machine-id")) ?? nil
  return identifier.flatMap { $0.utf8.count == 32 && $0.utf8.allSatisfy(isHexDigit) ? $0 : nil }
}

/// Where the builders put the image of a kernel: Debian's and Ubuntu's name, Fedora's, openSUSE's,
/// kernel-install's.
package func initramfsPath(ofKernel kernel: String, _ root: HostRoot) -> String? {
  var paths = ["boot/initrd.img-\(kernel)", "boot/initramfs-\(kernel).img", "boot/initrd-\(kernel)"]
  if let identifier = machineID(root) {
    paths += ["boot", "boot/efi", "efi"].map { "\($0)/\(identifier)/\(kernel)/initrd" }
  }
  return paths.first { root.exists($0) }
}

private func image(_ kernel: String, _ root: HostRoot, lookingInside: Bool) -> InitramfsImage {
  guard let path = initramfsPath(ofKernel: kernel, root) else {
    return InitramfsImage(kernel: kernel, path: nil, contents: .absent(source: "boot/initrd.img-\(kernel)"))
  }
  guard lookingInside else {
    return InitramfsImage(
      kernel: kernel, path: path, contents: .unreadable(source: path, reason: "it was not looked into"))
  }
  var failure = "it was not recorded"
  let text = root.probed("initramfs/\(kernel)") {
    switch readInitramfs(path, root) {
    case .success(let contents): return contents.text
    case .failure(let error):
      failure = error.reason
      return nil
    }
  }
  let contents: Observed<InitramfsContents> =
    text.map { .found(InitramfsContents(text: $0), source: path) }
    ?? .unreadable(source: path, reason: failure)
  return InitramfsImage(kernel: kernel, path: path, contents: contents)
}
