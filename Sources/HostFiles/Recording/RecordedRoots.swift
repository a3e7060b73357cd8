extension HostRoot {
  /// A directory as root, where everything that is looked at is kept in `recorder`.
  package convenience init(recordingInto recorder: RecordingFiles) {
    self.init(of: recorder, name: recorder.directoryPath ?? "/")
  }

  /// A recorded host as root.
  package convenience init(recording: RecordedFiles, name: String) {
    self.init(of: RecordedReading(recording), name: name)
  }
}
