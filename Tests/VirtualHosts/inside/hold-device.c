// Holds a device of VFIO the way a guest's monitor does after start: only the device stays open, so
// that no path of /dev/vfio shows in /proc/PID/fd. hold-device GROUP ADDRESS SECONDS
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

int main(int count, char **words) {
  if (count != 4) return 2;
  char path[64];
  snprintf(path, sizeof path, "/dev/vfio/%s", words[1]);
  int container = open("/dev/vfio/vfio", O_RDWR), group = open(path, O_RDWR);
  if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container) != 0) return 3;
  if (ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) != 0) return 4;
  int device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, words[2]);
  if (device < 0) return 5;
  close(group);
  close(container);
  sleep(atoi(words[3]));
  return 0;
}
