#define _GNU_SOURCE
#include "CLinux.h"

#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>

int linux_exchange_names(int folder, const char *one, const char *other) {
  return renameat2(folder, one, folder, other, RENAME_EXCHANGE);
}

uint64_t linux_file_attributes(int file) {
  struct statx status;
  if (statx(file, "", AT_EMPTY_PATH, STATX_TYPE, &status) != 0) return 0;
  return status.stx_attributes & status.stx_attributes_mask;
}
