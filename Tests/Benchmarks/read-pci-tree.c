// Opens and reads what `passthru-doctor devices --json` opens and reads below a sysfs tree, and does
// nothing with it: what the kernel alone costs.
//
// usage: read-pci-tree DIR
// build: cc -O2 -o read-pci-tree read-pci-tree.c
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const attributes[] = {"uevent", "driver_override", "numa_node", "reset_method"};
static const char *const links[] = {"iommu_group", "physfn"};

// Bytes read, so that no compiler leaves the reads out.
static unsigned long total;

static void read_file(int directory, const char *name) {
  char buffer[4096];
  int file = openat(directory, name, O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  ssize_t got = read(file, buffer, sizeof buffer);
  if (got > 0) total += (unsigned long)got;
  close(file);
}

static void read_link(int directory, const char *name) {
  char buffer[4096];
  ssize_t got = readlinkat(directory, name, buffer, sizeof buffer);
  if (got > 0) total += (unsigned long)got;
}

static void read_function(int devices, const char *name) {
  read_link(devices, name);
  int function = openat(devices, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (function < 0) return;
  for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++) read_file(function, attributes[i]);
  for (size_t i = 0; i < sizeof links / sizeof *links; i++) read_link(function, links[i]);
  close(function);
}

static void read_regions(int groups, const char *name) {
  char path[300];
  snprintf(path, sizeof path, "%s/reserved_regions", name);
  read_file(groups, path);
}

static int for_each_name(const char *root, const char *below, void (*look)(int, const char *)) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", root, below);
  DIR *list = opendir(path);
  if (!list) return perror(path), 1;
  for (struct dirent *entry; (entry = readdir(list));)
    if (entry->d_name[0] != '.') look(dirfd(list), entry->d_name);
  closedir(list);
  return 0;
}

int main(int count, char **arguments) {
  if (count != 2) return fprintf(stderr, "usage: read-pci-tree DIR\n"), 2;
  int failed = for_each_name(arguments[1], "sys/bus/pci/devices", read_function)
    | for_each_name(arguments[1], "sys/kernel/iommu_groups", read_regions);
  printf("%lu\n", total);
  return failed;
}
