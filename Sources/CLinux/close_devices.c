#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <linux/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

int linux_view_with_devices_closed(int directory) {
  struct mount_attr closed = {.attr_set = MOUNT_ATTR_NODEV};
  unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE;
  int tree = (int)syscall(SYS_open_tree, directory, "", flags);
  if (tree < 0) return -1;
  if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &closed, sizeof closed) == 0) return tree;
  int code = errno;
  close(tree);
  errno = code;
  return -1;
}
