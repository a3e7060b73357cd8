#define _GNU_SOURCE
#include "CLinux.h"

#include <signal.h>
#include <sys/signalfd.h>

// Those that would end the program: what is ignored (nohup) stays ignored.
static void ending(sigset_t *set) {
  static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
  sigemptyset(set);
  for (size_t index = 0; index < sizeof numbers / sizeof *numbers; index++) {
    struct sigaction action;
    if (sigaction(numbers[index], NULL, &action) == 0 && action.sa_handler != SIG_IGN) sigaddset(set, numbers[index]);
  }
}

int linux_hold_signals(void) {
  sigset_t set;
  ending(&set);
  if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) return -1;
  return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int linux_held_signal(int file) {
  struct signalfd_siginfo signal;
  while (read(file, &signal, sizeof signal) == sizeof signal)
    if (signal.ssi_signo != SIGPIPE) return (int)signal.ssi_signo;
  return 0;
}

void linux_release_signals(int file) {
  while (linux_held_signal(file) != 0) {}
  sigset_t set;
  ending(&set);
  sigprocmask(SIG_UNBLOCK, &set, NULL);
  close(file);
}
