// What the boot program calls of the C library, where Swift's own module of it, a part of the Swift runtime, is not
// there: see Sources/Glibc.
#pragma once

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// errno is a macro.
static inline int linux_error(void) { return errno; }
static inline void linux_set_error(int code) { errno = code; }

// Variadic in C.
static inline int linux_open(const char *path, int flags, mode_t mode) { return open(path, flags, mode); }
static inline int linux_openat(int directory, const char *path, int flags, mode_t mode) {
  return openat(directory, path, flags, mode);
}
