#define _GNU_SOURCE
#include "CLinux.h"

#include <dirent.h>
#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

// As a shell says it.
enum { NOT_EXECUTABLE = 126, NOT_FOUND = 127 };

struct mount_attribute { uint64_t set, clear, propagation, userns; };

static int write_all(const char *path, const void *bytes, size_t size) {
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (file < 0) return -1;
  const char *next = bytes;
  while (size > 0) {
    ssize_t count = write(file, next, size);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) { close(file); return -1; }
    next += count;
    size -= (size_t)count;
  }
  return close(file);
}

// An ordinary user gets root's place in namespaces of their own.
static int enter_namespaces(int flags) {
  uid_t user = geteuid();
  gid_t group = getegid();
  if (unshare(flags) == 0) return 0;
  if (errno != EPERM || unshare(flags | CLONE_NEWUSER) != 0) return -1;
  char map[64];
  write_all("/proc/self/setgroups", "deny", 4);
  int length = snprintf(map, sizeof map, "0 %u 1", user);
  if (write_all("/proc/self/uid_map", map, (size_t)length) != 0) return -1;
  length = snprintf(map, sizeof map, "0 %u 1", group);
  return write_all("/proc/self/gid_map", map, (size_t)length);
}

// Every mount below the root, one by one: what kernels before 5.12 need. A mount that is gone, or hidden
// below another, is none.
static int make_each_mount_read_only(void) {
  FILE *mounts = fopen("/proc/self/mountinfo", "re");
  if (mounts == NULL) return -1;
  char line[8192], path[4096];
  int result = 0;
  while (fgets(line, sizeof line, mounts) != NULL) {
    if (sscanf(line, "%*d %*d %*s %*s %4095s", path) != 1) continue;
    char *to = path;
    for (const char *from = path; *from != '\0'; to++) {
      unsigned code;
      // Blanks and the like stand there as octal numbers.
      if (*from == '\\' && sscanf(from + 1, "%3o", &code) == 1) {
        *to = (char)code;
        from += 4;
      } else {
        *to = *from++;
      }
    }
    *to = '\0';
    struct statvfs status;
    if (statvfs(path, &status) != 0) continue;
    unsigned long flags = MS_REMOUNT | MS_BIND | MS_RDONLY;
    // An unprivileged user may not take these away.
    if (status.f_flag & ST_NOSUID) flags |= MS_NOSUID;
    if (status.f_flag & ST_NODEV) flags |= MS_NODEV;
    if (status.f_flag & ST_NOEXEC) flags |= MS_NOEXEC;
    if (status.f_flag & ST_NOATIME) flags |= MS_NOATIME;
    if (status.f_flag & ST_NODIRATIME) flags |= MS_NODIRATIME;
    if (status.f_flag & ST_RELATIME) flags |= MS_RELATIME;
    if (mount(NULL, path, NULL, flags, NULL) != 0 && errno != EINVAL && errno != ENOENT) result = -1;
  }
  fclose(mounts);
  return result;
}

// Devices that every script expects, where the root has none (a tree that is unpacked, not booted), or
// where those of the host could be written to.
static int provide_devices(const char *root, int always) {
  static const char *const names[] = {"null", "zero", "full", "random", "urandom"};
  char path[4096], host[64];
  struct stat status;
  snprintf(path, sizeof path, "%s/dev/null", root);
  if (!always && stat(path, &status) == 0 && S_ISCHR(status.st_mode)) return 0;
  snprintf(path, sizeof path, "%s/dev", root);
  if (mount("dev", path, "tmpfs", MS_NOSUID | MS_NOEXEC, "size=64k,mode=755") != 0) return 0;
  for (size_t index = 0; index < sizeof names / sizeof *names; index++) {
    snprintf(path, sizeof path, "%s/dev/%s", root, names[index]);
    snprintf(host, sizeof host, "/dev/%s", names[index]);
    int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0) return -1;
    close(file);
    if (mount(host, path, NULL, MS_BIND, NULL) != 0) return -1;
  }
  return 0;
}

static int copy_file(int from, int to) {
  char buffer[16384];
  struct stat status;
  if (fstat(from, &status) != 0 || fchmod(to, status.st_mode & 07777) != 0) return -1;
  if (fchown(to, status.st_uid, status.st_gid) != 0 && errno != EPERM) return -1;
  for (;;) {
    ssize_t count = read(from, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    for (ssize_t done = 0; done < count;) {
      ssize_t more = write(to, buffer + done, (size_t)(count - done));
      if (more < 0 && errno != EINTR) return -1;
      if (more > 0) done += more;
    }
  }
  // Scripts compare time stamps.
  struct timespec times[2] = {status.st_atim, status.st_mtim};
  return futimens(to, times);
}

static int copy_into(int from_folder, const char *name, const char *folder) {
  char path[4096];
  int result = -1;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  int from = openat(from_folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (from < 0) return -1;
  int to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (to >= 0) {
    result = copy_file(from, to);
    close(to);
  }
  close(from);
  return result;
}

static int mount_memory(const char *path) {
  return mount("copy", path, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=16m,mode=755");
}

// The folder's files, in memory, in the folder's place.
static int shield_folder(const char *path) {
  int old = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (old < 0 || mount_memory(path) != 0) return -1;
  DIR *names = fdopendir(old);
  if (names == NULL) return -1;
  struct dirent *entry;
  struct stat status;
  while ((entry = readdir(names)) != NULL) {
    if (fstatat(old, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode)) continue;
    if (copy_into(old, entry->d_name, path) != 0) return -1;
  }
  return closedir(names);
}

// A file's copy is made in a folder that is covered with memory for a moment.
static int shield_file(const char *path) {
  static const char *const folders[] = {"/tmp", "/run", "/mnt", "/media"};
  char copy[64];
  struct stat status;
  int from = open(path, O_RDONLY | O_CLOEXEC), to = -1, result = -1;
  if (from < 0) return -1;
  for (size_t index = 0; index < sizeof folders / sizeof *folders; index++) {
    const char *folder = folders[index];
    if (lstat(folder, &status) != 0 || !S_ISDIR(status.st_mode)) continue;
    if (mount_memory(folder) != 0) break;
    snprintf(copy, sizeof copy, "%s/file", folder);
    to = open(copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (to >= 0 && copy_file(from, to) == 0 && mount(copy, path, NULL, MS_BIND, NULL) == 0)
      result = umount2(folder, MNT_DETACH);
    break;
  }
  close(from);
  if (to >= 0) close(to);
  return result;
}

static int shield(const struct linux_confinement *confinement) {
  for (size_t index = 0; index < confinement->shielded_count; index++) {
    const char *path = confinement->shielded[index];
    struct stat status;
    if (stat(path, &status) != 0) {
      if (errno == ENOENT || errno == ENOTDIR) continue;
      return -1;
    }
    if ((S_ISDIR(status.st_mode) ? shield_folder(path) : shield_file(path)) != 0) return -1;
  }
  return 0;
}

// No mount of ours must reach the host, nor one of the host's us: what is mounted at the root, and all below it,
// is made private. In a chroot, where nothing is mounted at the root, that is done from the root of the mount
// namespace, to which setns(2) leads; then the chroot's directory is mounted over itself (open_tree(2),
// move_mount(2), Linux 5.2) and entered again.
static int keep_mounts_private(void) {
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0) return 0;
  if (errno != EINVAL) return -1;
  int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  int space = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
  if (root < 0 || space < 0 || setns(space, CLONE_NEWNS) != 0) return -1;
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) return -1;
  int tree = (int)syscall(428 /* open_tree */, root, "",
                          1 /* OPEN_TREE_CLONE */ | O_CLOEXEC | AT_EMPTY_PATH | 0x8000 /* AT_RECURSIVE */);
  if (tree < 0) return -1;
  // MOVE_MOUNT_F_EMPTY_PATH, MOVE_MOUNT_T_EMPTY_PATH
  if (syscall(429 /* move_mount */, tree, "", root, "", 0x4 | 0x40) != 0) return -1;
  if (fchdir(tree) != 0 || chroot(".") != 0) return -1;
  close(tree);
  close(space);
  return close(root);
}

static int enter_root(const struct linux_confinement *confinement) {
  char path[4096];
  if (keep_mounts_private() != 0) return -1;
  if (confinement->read_only) {
    struct mount_attribute attribute = {.set = 1 /* MOUNT_ATTR_RDONLY */};
    // mount_setattr(2), Linux 5.12.
    if (syscall(442, -1, "/", 0x8000 /* AT_RECURSIVE */, &attribute, sizeof attribute) != 0 &&
        make_each_mount_read_only() != 0)
      return -1;
  }
  int is_host = strcmp(confinement->root, "/") == 0;
  // Other processes' /proc/PID/root would lead out of the namespace. An unprivileged user who may not
  // mount one has no right to those, either.
  if (is_host && confinement->read_only)
    (void)mount("proc", "/proc", "proc", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
  // A file system that is read-only keeps no one from writing to a disk through its device.
  int hides_devices = confinement->read_only && !linux_can_forbid_writing();
  if ((!is_host || hides_devices) && provide_devices(confinement->root, hides_devices) != 0) return -1;
  if (confinement->file_count > 0) {
    snprintf(path, sizeof path, "%s/%s", confinement->root, confinement->scratch);
    if (mount("scratch", path, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=64m,mode=755") != 0) return -1;
    for (size_t index = 0; index < confinement->file_count; index++) {
      snprintf(path, sizeof path, "%s/%s/%zu", confinement->root, confinement->scratch, index);
      if (write_all(path, confinement->contents[index], confinement->sizes[index]) != 0) return -1;
    }
    snprintf(path, sizeof path, "%s/%s", confinement->root, confinement->scratch);
    if (mount(NULL, path, NULL, MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0) return -1;
  }
  if (chdir(confinement->root) != 0) return -1;
  return strcmp(confinement->root, "/") == 0 ? 0 : chroot(".");
}

static void give_up_power(void) {
  struct rlimit none = {0, 0}, memory = {1UL << 30, 1UL << 30}, seconds = {10, 10};
  setrlimit(RLIMIT_CORE, &none);
  setrlimit(RLIMIT_AS, &memory);
  setrlimit(RLIMIT_CPU, &seconds);
  for (int capability = 0; capability < 64; capability++) prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
  if (prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN, 0, 0, 0) != 0) _exit(NOT_EXECUTABLE);
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {{0}};
  if (syscall(SYS_capset, &header, data) != 0) _exit(NOT_EXECUTABLE);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) _exit(NOT_EXECUTABLE);
  if (linux_can_forbid_writing() && linux_forbid_writing() != 0) _exit(NOT_EXECUTABLE);
  if (linux_forbid_reaching_out() != 0) _exit(NOT_EXECUTABLE);
}

// The guard, at the other end of the socket, hears that all is in place, and may have forks to grant.
static void report_to_guard(int guard, int asks_for_forks) {
  int listener = asks_for_forks ? linux_ask_for_forks() : -1;
  if (linux_send_file(guard, listener) != 0) _exit(NOT_EXECUTABLE);
  if (listener >= 0) close(listener);
  close(guard);
}

static void become(const struct linux_confinement *confinement, int output, int errors, int guard) {
  int null = open("/dev/null", O_RDWR);
  if (null < 0 || dup2(null, 0) < 0 || dup2(output, 1) < 0 || dup2(errors, 2) < 0) _exit(NOT_EXECUTABLE);
  for (int descriptor = 3; descriptor < 256; descriptor++) {
    if (descriptor != guard) close(descriptor);
  }
  if (enter_root(confinement) != 0 || shield(confinement) != 0) _exit(NOT_EXECUTABLE);
  if (confinement->read_only) give_up_power();
  report_to_guard(guard, confinement->read_only);
  execve(confinement->arguments[0], confinement->arguments, confinement->environment);
  _exit(errno == ENOENT ? NOT_FOUND : NOT_EXECUTABLE);
}

int linux_process_count(void) {
  struct sysinfo status;
  return sysinfo(&status) == 0 ? status.procs : 0;
}

// No exit status, which the program could have, too.
static void fail_to_confine(void) {
  raise(SIGUSR2);
  _exit(NOT_EXECUTABLE);
}

pid_t linux_start_confined(const struct linux_confinement *confinement, int output, int errors) {
  pid_t outer = fork();
  if (outer != 0) return outer;
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  for (int number = 1; number < 32; number++) signal(number, SIG_DFL);
  // No terminal, into which input could be put.
  setsid();
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  int flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | (confinement->read_only ? CLONE_NEWNET : 0);
  if (enter_namespaces(flags) != 0) fail_to_confine();
  int guard[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, guard) != 0) fail_to_confine();
  // The first process of the new namespace: when it ends, all that it started ends.
  pid_t inner = fork();
  if (inner < 0) fail_to_confine();
  if (inner == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    become(confinement, output, errors, guard[1]);
  }
  close(guard[1]);
  int listener = -1, status = 0;
  if (linux_receive_file(guard[0], &listener) != 0) {
    kill(inner, SIGKILL);
    fail_to_confine();
  }
  close(guard[0]);
  int swarm = listener < 0 ? 0 : linux_grant_forks(listener, inner, confinement->process_limit);
  if (swarm != 0) {
    // All of them end with the first.
    kill(inner, SIGKILL);
    while (waitpid(inner, &status, 0) < 0 && errno == EINTR) {}
    if (swarm > 0) raise(SIGUSR1);
    fail_to_confine();
  }
  while (waitpid(inner, &status, 0) < 0 && errno == EINTR) {}
  _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}
