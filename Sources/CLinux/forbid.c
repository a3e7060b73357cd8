#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// Landlock, by number: older headers lack it.
enum { CREATE_RULESET = 444, ADD_RULE = 445, RESTRICT_SELF = 446, RULE_PATH_BENEATH = 1, ASK_VERSION = 1 };
enum { WRITE_FILE = 1 << 1, REMOVE_AND_MAKE = 0x1ff << 4, REFER = 1 << 13, TRUNCATE = 1 << 14 };
struct __attribute__((packed)) path_rule { uint64_t allowed; int32_t parent; };

static int landlock_version(void) { return (int)syscall(CREATE_RULESET, NULL, (size_t)0, ASK_VERSION); }

int linux_can_forbid_writing(void) { return landlock_version() > 0; }

int linux_forbid_writing(void) {
  static const char *const harmless[] = {"/dev/null", "/dev/zero", "/dev/full"};
  int version = landlock_version();
  uint64_t handled = WRITE_FILE | REMOVE_AND_MAKE;
  uint64_t allowed = WRITE_FILE;
  if (version >= 2) handled |= REFER;
  if (version >= 3) {
    handled |= TRUNCATE;
    allowed |= TRUNCATE;
  }
  int rules = (int)syscall(CREATE_RULESET, &handled, sizeof handled, 0);
  if (rules < 0) return -1;
  for (size_t index = 0; index < sizeof harmless / sizeof *harmless; index++) {
    int device = open(harmless[index], O_PATH | O_CLOEXEC);
    if (device < 0) continue;
    struct path_rule rule = {.allowed = allowed, .parent = device};
    syscall(ADD_RULE, rules, RULE_PATH_BENEATH, &rule, 0);
    close(device);
  }
  int result = (int)syscall(RESTRICT_SELF, rules, 0);
  close(rules);
  return result;
}

#if defined(__x86_64__)
#define THIS_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define THIS_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, (value))
#define REFUSE(error) RETURN(SECCOMP_RET_ERRNO | (error))
#define UNLESS(number, skipped) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, (skipped))
#define DENY(number) UNLESS(number, 1), REFUSE(EPERM)

int linux_forbid_reaching_out(void) {
#ifdef THIS_ARCHITECTURE
  struct sock_filter filter[] = {
    LOAD(arch),
    UNLESS(THIS_ARCHITECTURE, 1), BPF_STMT(BPF_JMP | BPF_JA, 1), RETURN(SECCOMP_RET_KILL_PROCESS),
    LOAD(nr),
    // The x32 calls of x86-64 have numbers of their own.
    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1), REFUSE(ENOSYS),
    DENY(SYS_socket), DENY(SYS_ptrace), DENY(SYS_process_vm_readv), DENY(SYS_process_vm_writev),
    DENY(SYS_mount), DENY(SYS_umount2), DENY(SYS_pivot_root), DENY(SYS_unshare), DENY(SYS_setns),
    DENY(SYS_bpf), DENY(SYS_perf_event_open), DENY(SYS_userfaultfd), DENY(SYS_keyctl), DENY(SYS_add_key),
    DENY(SYS_request_key), DENY(SYS_reboot), DENY(SYS_kexec_load), DENY(SYS_kexec_file_load),
    DENY(SYS_init_module), DENY(SYS_finit_module), DENY(SYS_delete_module), DENY(SYS_open_by_handle_at),
    DENY(425 /* io_uring_setup: it has calls of its own */), DENY(428 /* open_tree */),
    DENY(429 /* move_mount */), DENY(430 /* fsopen */), DENY(438 /* pidfd_getfd */),
    DENY(442 /* mount_setattr */),
    // Its flags cannot be seen; glibc then uses clone.
    UNLESS(435 /* clone3 */, 1), REFUSE(ENOSYS),
    UNLESS(SYS_clone, 3), LOAD(args[0]),
    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID, 0, 1),
    REFUSE(EPERM),
    // A parent that dies takes all with it, and that stays so.
    LOAD(nr),
    UNLESS(SYS_prctl, 3), LOAD(args[0]), UNLESS(PR_SET_PDEATHSIG, 1), REFUSE(EPERM),
    LOAD(nr),
    UNLESS(SYS_ioctl, 5), LOAD(args[1]), UNLESS(TIOCSTI, 1), REFUSE(EPERM),
    UNLESS(0x541c /* TIOCLINUX */, 1), REFUSE(EPERM),
    RETURN(SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {.len = sizeof filter / sizeof *filter, .filter = filter};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
#else
  return 0;
#endif
}
