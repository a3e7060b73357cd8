// System calls and macros that Swift's Glibc module does not import.
#pragma once

#include "CLibrary.h"
#include "LinuxVFIO.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/types.h>
#include <unistd.h>

// openat2(2), Linux 5.6: `syscall` is variadic and therefore not importable.
// Returns the descriptor, or -1 with errno set (ENOSYS before 5.6).
int linux_openat2(int directory, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve);

// unshare(CLONE_FILES): gives the calling thread its own copy of the descriptor table. Declared only
// with _GNU_SOURCE. Returns 0, or -1 with errno set.
int linux_unshare_files(void);

// A program in namespaces of its own: it sees `root` as its root, and what it starts ends with it.
struct linux_confinement {
  const char *root;
  // Nothing can be written, there is no network, and root's powers are gone.
  int read_only;
  // Files to put at /scratch/0, /scratch/1, … below the root, in memory.
  const char *scratch;
  const void *const *contents;
  const size_t *sizes;
  size_t file_count;
  // Files and folders below the root, with a leading slash, of which the program gets a copy in memory:
  // what it writes there is gone with it. A folder's copy holds its regular files only.
  const char *const *shielded;
  size_t shielded_count;
  char *const *arguments;
  char *const *environment;
  // How many processes may live at once where it is read-only; kept from Linux 5.5 on.
  int process_limit;
};

// fork(2), which Swift forbids, then namespaces, chroot and execve. Returns the process, or -1 with
// errno set. Exit status 126, 127: the program could not be run. Ended by SIGUSR1: the program started more than
// `process_limit` processes at once, and was ended; by SIGUSR2: it could not be confined, and was not run.
pid_t linux_start_confined(const struct linux_confinement *confinement, int output, int errors);

// How many processes and threads the system has, modulo 65536.
int linux_process_count(void);

// From here on, this process and all it starts ask before each fork; whoever has the descriptor that is
// returned grants it. -1 with errno set where this kernel cannot do that (Linux 5.5).
int linux_ask_for_forks(void);
// Grants forks until the first process has ended, and all others with it, or nobody is left to ask (0); until more than
// `limit` processes live at once (1); or until it cannot be done any more (-1).
int linux_grant_forks(int listener, pid_t first, int limit);
// Sends one byte over a socket, and with it an open file, or none (-1); receives them. 0, or -1 with errno set.
int linux_send_file(int socket, int file);
int linux_receive_file(int socket, int *file);

// Whether this kernel can forbid a process to write to files and devices (Landlock, Linux 5.13).
int linux_can_forbid_writing(void);
// Forbids this process and all it starts, for good, to write to anything but /dev/null and its like, what
// is open already, and pipes. 0, or -1 with errno set.
int linux_forbid_writing(void);
// Forbids this process and all it starts, for good, to open sockets, to enter or make namespaces, to trace
// others, to put input into terminals. 0, or -1 with errno set.
int linux_forbid_reaching_out(void);

// Extended attributes (ACLs, SELinux labels) are not in Swift's Glibc module.
ssize_t linux_list_attributes(int file, char *names, size_t size);
ssize_t linux_get_attribute(int file, const char *name, void *value, size_t size);
int linux_set_attribute(int file, const char *name, const void *value, size_t size);

int linux_remove_attribute(int file, const char *name);

// renameat2(2) with RENAME_EXCHANGE: each name gets the other's file, at once. Returns 0, or -1 with
// errno set: EINVAL where the file system cannot do it, ENOENT where one of both is missing.
int linux_exchange_names(int folder, const char *one, const char *other);

// Has what was renamed or removed in a directory on the disk, in the way that its file system needs: FAT keeps size and
// place of a file in the directory, and writes them with the file, not with the directory; so the whole file system is
// synchronized there (syncfs(2)). Elsewhere fsync(2), where the file system has it for directories. Returns 0, or -1
// with errno set.
int linux_synchronize_names(int folder);

// statx(2)'s stx_attributes as far as the file system knows them; 0 where it cannot be asked.
uint64_t linux_file_attributes(int file);
static const uint64_t LINUX_ATTRIBUTE_IMMUTABLE = 0x10;     // STATX_ATTR_IMMUTABLE
static const uint64_t LINUX_ATTRIBUTE_APPEND = 0x20;        // STATX_ATTR_APPEND
static const uint64_t LINUX_ATTRIBUTE_MOUNT_ROOT = 0x2000;  // STATX_ATTR_MOUNT_ROOT

// From here on, signals that ask to end (SIGINT, SIGTERM, SIGHUP), and SIGPIPE, only make the descriptor
// readable that is returned (signalfd(2)); -1 with errno set where that cannot be had.
int linux_hold_signals(void);
// The next one that came, 0 for none; SIGPIPE is passed over.
int linux_held_signal(int file);
// Forgets those that came, and lets them end the program again.
void linux_release_signals(int file);

// O_PATH is hidden behind _GNU_SOURCE.
static const int32_t LINUX_O_PATH = 010000000;

// struct open_how's resolve flags are unsigned long long macros with casts.
static const uint64_t LINUX_RESOLVE_NO_MAGICLINKS = RESOLVE_NO_MAGICLINKS;
static const uint64_t LINUX_RESOLVE_NO_SYMLINKS = RESOLVE_NO_SYMLINKS;
static const uint64_t LINUX_RESOLVE_BENEATH = RESOLVE_BENEATH;
static const uint64_t LINUX_RESOLVE_IN_ROOT = RESOLVE_IN_ROOT;

static inline uint32_t linux_major(dev_t device) { return major(device); }
static inline uint32_t linux_minor(dev_t device) { return minor(device); }

// Writes `size` bytes to an open file in a child process, so that a write that the kernel never ends
// does not take this process along. `milliseconds` is how long it is waited for.
//
// Returns 0 when all was written, errno (positive) when not, -1 when the time was up: then the child
// still hangs, and is to be given to linux_abandon.
int linux_write_within(int file, const void *data, size_t size, int milliseconds, pid_t *child);

// Kills the child and waits so long for its end. Returns whether it ended: one that sleeps in the
// kernel without heeding signals does not, and is left to init.
int linux_abandon(pid_t child, int milliseconds);

// Starts a program that is talked to by its standard input and output. Returns the descriptor for both, closed on
// exec, or -1 with errno set. A program that cannot be run ends the conversation.
int linux_start_helper(const char *path);
// What a program whose entry point is linux_entry_with_helper (entry.c) starts before all else, unless it was given
// arguments: the descriptor as above, or -1.
#define LINUX_ENTRY_HELPER "/usr/lib/passthru-doctor/passthru-early-load"
int linux_helper_of_entry(void);
// Sends a line, without its line feed. Returns 0, or -1 when nobody listens any more.
int linux_tell(int helper, const char *line);
// The next line without its line feed, good until the next call, at most 1023 bytes of it; NULL at the end. For one
// thread.
const char *linux_next_line(int file);

// fork(2) of a child that sends no signal at its end (clone(2), an exit signal of 0): who waits for any child, without
// __WCLONE, does not see it, and is not woken over and over by one that nobody reaps. Only for a program with one
// thread, and a child that calls neither raise nor what asks for its own thread.
static inline pid_t linux_fork_unseen(void) { return (pid_t)syscall(SYS_clone, 0L, 0L, 0L, 0L, 0L); }

/// The program's arguments as it was started with, without /proc: how many, its own name among them.
int linux_argument_count(void);
/// One of them; null past the last.
const char *linux_argument(int index);
