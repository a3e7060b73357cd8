#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

// Every fork of a confined program is asked for, and every exit told: seccomp(2)'s user notification, Linux 5.5.
// Neither RLIMIT_NPROC, which root is exempt from, nor a control group, which not everyone may make, is needed.

#define WHEN(number) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1), \
                     BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF)

int linux_ask_for_forks(void) {
#if defined(__x86_64__) || defined(__aarch64__)
  // clone3 is refused by the other filter, and so is every other architecture.
  struct sock_filter filter[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    WHEN(SYS_clone),
#ifdef SYS_fork
    WHEN(SYS_fork), WHEN(SYS_vfork),
#endif
    WHEN(SYS_exit), WHEN(SYS_exit_group),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {.len = sizeof filter / sizeof *filter, .filter = filter};
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
#else
  errno = ENOSYS;
  return -1;
#endif
}

// A kernel's structures may grow beyond those that this was compiled with.
enum { ROOM = 512 };

static int grant_until(int end, int listener, int limit) {
  union { struct seccomp_notif request; char room[ROOM]; } question;
  union { struct seccomp_notif_resp response; char room[ROOM]; } answer;
  uint16_t before = (uint16_t)linux_process_count();
  for (long living = 1;;) {
    struct pollfd waiting[] = {{.fd = listener, .events = POLLIN}, {.fd = end, .events = POLLIN}};
    if (poll(waiting, 2, -1) < 0) {
      if (errno == EINTR) continue;
      return -1;
    }
    // The first has ended, and all others with it; or nobody is left who could ask.
    if (!(waiting[0].revents & POLLIN)) return 0;
    memset(&question, 0, sizeof question);
    // ENOENT: the one who asked is gone.
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &question) != 0) {
      if (errno == EINTR || errno == ENOENT) continue;
      return -1;
    }
    int ends = question.request.data.nr == SYS_exit || question.request.data.nr == SYS_exit_group;
    living += ends ? -1 : 1;
    // Whom a signal ended told nothing: the system must have more of them, too, which alone is no sign of a swarm.
    int16_t more = (int16_t)((uint16_t)linux_process_count() - before);
    if (living > limit && more > limit / 2) return 1;
    memset(&answer, 0, sizeof answer);
    answer.response.id = question.request.id;
    answer.response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer) != 0 && errno != ENOENT && errno != EINTR) return -1;
  }
}

int linux_grant_forks(int listener, pid_t first, int limit) {
  struct seccomp_notif_sizes sizes;
  if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) != 0) return -1;
  if (sizes.seccomp_notif > ROOM || sizes.seccomp_notif_resp > ROOM) return -1;
  // Before Linux 6.11 the listener does not hear of the end of a process that nobody has waited for.
  int end = (int)syscall(SYS_pidfd_open, first, 0);
  if (end < 0) return -1;
  int verdict = grant_until(end, listener, limit);
  close(end);
  return verdict;
}

int linux_send_file(int socket, int file) {
  char byte = 0;
  struct iovec content = {.iov_base = &byte, .iov_len = 1};
  union { struct cmsghdr header; char room[CMSG_SPACE(sizeof(int))]; } control = {0};
  struct msghdr message = {.msg_iov = &content, .msg_iovlen = 1};
  if (file >= 0) {
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &file, sizeof file);
  }
  return sendmsg(socket, &message, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

int linux_receive_file(int socket, int *file) {
  char byte;
  struct iovec content = {.iov_base = &byte, .iov_len = 1};
  union { struct cmsghdr header; char room[CMSG_SPACE(sizeof(int))]; } control = {0};
  struct msghdr message = {
    .msg_iov = &content, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  ssize_t count;
  do { count = recvmsg(socket, &message, MSG_CMSG_CLOEXEC); } while (count < 0 && errno == EINTR);
  if (count != 1) return -1;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  *file = -1;
  if (header != NULL && header->cmsg_type == SCM_RIGHTS && header->cmsg_len == CMSG_LEN(sizeof(int)))
    memcpy(file, CMSG_DATA(header), sizeof *file);
  return 0;
}
