#include "CLinux.h"

#include <sys/xattr.h>

ssize_t linux_list_attributes(int file, char *names, size_t size) { return flistxattr(file, names, size); }

ssize_t linux_get_attribute(int file, const char *name, void *value, size_t size) {
  return fgetxattr(file, name, value, size);
}

int linux_set_attribute(int file, const char *name, const void *value, size_t size) {
  return fsetxattr(file, name, value, size, 0);
}

int linux_remove_attribute(int file, const char *name) { return fremovexattr(file, name); }
