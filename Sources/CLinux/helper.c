#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

int linux_start_helper(const char *path) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return -1;
  // The parent sleeps until the helper runs: nothing of it is copied.
  pid_t child = vfork();
  if (child == 0) {
    // Above 2, for ends may lie at 0 and 1, and are closed with the program that is left.
    int end = fcntl(ends[1], F_DUPFD, 3);
    dup2(end, 0);
    dup2(end, 1);
    close(end);
    execl(path, path, (char *)NULL);
    _exit(127);
  }
  int code = errno;
  close(ends[1]);
  if (child > 0) return ends[0];
  close(ends[0]);
  errno = code;
  return -1;
}

int linux_tell(int helper, const char *line) {
  size_t size = strlen(line);
  return send(helper, line, size, MSG_NOSIGNAL) == (ssize_t)size && send(helper, "\n", 1, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

const char *linux_next_line(int file) {
  static char line[1024];
  size_t length = 0;
  while (1) {
    char byte;
    ssize_t count = read(file, &byte, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count != 1) return NULL;
    if (byte == '\n') break;
    // What is too long is cut off.
    if (length < sizeof line - 1) line[length++] = byte;
  }
  line[length] = 0;
  return line;
}
