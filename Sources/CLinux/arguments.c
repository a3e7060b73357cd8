#include "CLinux.h"

// The dynamic loader hands every constructor what main gets. Swift's own way to the arguments leads
// through /proc/self/cmdline, and a chroot may have no /proc.
static int argument_count;
static char **argument_vector;

__attribute__((constructor)) static void keep_arguments(int count, char **vector) {
  argument_count = count;
  argument_vector = vector;
}

int linux_argument_count(void) { return argument_count; }

const char *linux_argument(int index) {
  return index >= 0 && index < argument_count ? argument_vector[index] : NULL;
}
