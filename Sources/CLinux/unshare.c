#define _GNU_SOURCE
#include "CLinux.h"

#include <sched.h>

int linux_unshare_files(void) { return unshare(CLONE_FILES); }
