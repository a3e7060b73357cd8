@_exported import CLinux

// The C library for the boot programs. Swift's own module of this name is made for the Swift runtime; this one has
// what the modules that they are made of use of it. No other build has it.

/// As C's, of this thread.
package var errno: Int32 {
  get { linux_error() }
  set { linux_set_error(newValue) }
}

/// open(2).
package func open(_ path: UnsafePointer<CChar>, _ flags: Int32, _ mode: mode_t = 0) -> Int32 {
  linux_open(path, flags, mode)
}

/// openat(2).
package func openat(
  _ directory: Int32, _ path: UnsafePointer<CChar>, _ flags: Int32, _ mode: mode_t = 0
) -> Int32 {
  linux_openat(directory, path, flags, mode)
}

// inode(7), as numbers of the type that st_mode has.

package var S_IFMT: mode_t { 0o170000 }
package var S_IFREG: mode_t { 0o100000 }
package var S_IFDIR: mode_t { 0o040000 }
package var S_IFCHR: mode_t { 0o020000 }
package var S_IFBLK: mode_t { 0o060000 }
package var S_IFLNK: mode_t { 0o120000 }
package var S_IWGRP: mode_t { 0o020 }
package var S_IWOTH: mode_t { 0o002 }
