#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// In the child only what is safe after fork in a program with threads: system calls.
static void write_and_exit(int file, const void *data, size_t size) {
  // A child that hangs for ever must keep nobody waiting for the end of a pipe, nor be ended by the
  // terminal's signals half way.
  setsid();
  if (file != 0) {
    dup2(file, 0);
    file = 0;
  }
#ifdef SYS_close_range
  syscall(SYS_close_range, 1, ~0U, 0);
#endif
  for (int other = 1; other < 256; other++) close(other);
  ssize_t count;
  do count = write(file, data, size);
  while (count < 0 && errno == EINTR);
  _exit(count < 0 ? errno : (size_t)count == size ? 0 : EIO);
}

static int exit_code(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : EINTR; }

static int wait_within(pid_t child, int milliseconds) {
  struct timespec now, end;
  clock_gettime(CLOCK_MONOTONIC, &end);
  end.tv_sec += milliseconds / 1000;
  end.tv_nsec += milliseconds % 1000 * 1000000L;
  if (end.tv_nsec >= 1000000000L) {
    end.tv_sec++;
    end.tv_nsec -= 1000000000L;
  }
  long pause = 100000;  // 0.1 ms at first: most writes are done at once
  while (1) {
    int status;
    pid_t ended = waitpid(child, &status, WNOHANG);
    if (ended == child) return exit_code(status);
    if (ended < 0 && errno != EINTR) return errno;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (now.tv_sec > end.tv_sec || (now.tv_sec == end.tv_sec && now.tv_nsec >= end.tv_nsec)) return -1;
    struct timespec rest = {0, pause};
    nanosleep(&rest, NULL);
    if (pause < 20000000) pause *= 2;
  }
}

int linux_write_within(int file, const void *data, size_t size, int milliseconds, pid_t *child) {
  *child = fork();
  if (*child < 0) return errno;
  if (*child == 0) write_and_exit(file, data, size);
  return wait_within(*child, milliseconds);
}

int linux_abandon(pid_t child, int milliseconds) {
  kill(child, SIGKILL);
  return wait_within(child, milliseconds) >= 0;
}
