#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

int linux_exchange_names(int folder, const char *one, const char *other) {
  return renameat2(folder, one, folder, other, RENAME_EXCHANGE);
}

int linux_synchronize_names(int folder) {
  struct statfs facts;
  if (fstatfs(folder, &facts) == 0 &&
      (facts.f_type == MSDOS_SUPER_MAGIC || facts.f_type == EXFAT_SUPER_MAGIC)) {
    return syncfs(folder);
  }
  return fsync(folder) == 0 || errno == EINVAL ? 0 : -1;
}

uint64_t linux_file_attributes(int file) {
  struct statx status;
  if (statx(file, "", AT_EMPTY_PATH, STATX_TYPE, &status) != 0) return 0;
  return status.stx_attributes & status.stx_attributes_mask;
}
