// The entry point of a program that wants its helper started before anything else. The kernel jumps here in the place
// of the C library's _start, which takes ten times as long to get a program ready as a helper takes to be started:
// both happen side by side then. Package.swift names it to the linker.
//
// Nothing is ready yet: no thread-local storage (so no errno and no stack protector), and in a static program none of
// the C library's functions that are chosen by processor. There are system calls, and nothing else.
#define _GNU_SOURCE
#include "CLinux.h"

#include <fcntl.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/syscall.h>

static int helper = -1;

int linux_helper_of_entry(void) { return helper; }

// Elsewhere a helper is started when the program asks for one.
#ifdef __x86_64__

__attribute__((always_inline)) static inline long call(long number, long one, long two, long three, long four) {
  long result;
  register long fourth __asm__("r10") = four;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(one), "S"(two), "d"(three), "r"(fourth)
                   : "rcx", "r11", "memory");
  return result;
}

// From the stack as the kernel leaves it: the number of arguments first, with the program's name. What was started
// with arguments was started by somebody who wants to see something, and needs no helper.
__attribute__((used, visibility("hidden"), no_stack_protector)) void linux_start_helper_at_entry(const long *stack) {
  static char path[] = LINUX_ENTRY_HELPER;
  static char *arguments[] = {path, NULL};
  static char *environment[] = {NULL};
  int ends[2];
  if (*stack != 1 || call(SYS_socketpair, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, (long)ends) != 0) return;
  // The child runs on this very stack and this very memory until it is the helper: it calls nothing, and changes
  // nothing that is read below.
  long child = call(SYS_vfork, 0, 0, 0, 0);
  if (child == 0) {
    // Above 2, for ends may lie at 0 and 1.
    long end = call(SYS_fcntl, ends[1], F_DUPFD, 3, 0);
    call(SYS_dup2, end, 0, 0, 0);
    call(SYS_dup2, end, 1, 0, 0);
    call(SYS_close, end, 0, 0, 0);
    call(SYS_execve, (long)path, (long)arguments, (long)environment, 0);
    while (1) call(SYS_exit_group, 127, 0, 0, 0);
  }
  call(SYS_close, ends[1], 0, 0, 0);
  if (child > 0) {
    helper = ends[0];
  } else {
    call(SYS_close, ends[0], 0, 0, 0);
  }
}

// rdx is what the dynamic loader, if there is one, wants called at the end.
__attribute__((naked, used)) void linux_entry_with_helper(void) {
  __asm__("push %rdx\n\t"
          "lea 8(%rsp), %rdi\n\t"
          "sub $8, %rsp\n\t"
          "call linux_start_helper_at_entry\n\t"
          "add $8, %rsp\n\t"
          "pop %rdx\n\t"
          "xor %ebp, %ebp\n\t"
          "jmp _start");
}

#endif
