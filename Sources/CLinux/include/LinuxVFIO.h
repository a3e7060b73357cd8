// The request numbers of VFIO and iommufd (macros with casts, which Swift does not import), and
// those structures of theirs that older kernel headers lack.
//
// Layouts and numbers: include/uapi/linux/vfio.h and include/uapi/linux/iommufd.h of Linux 6.6,
// where the character devices of VFIO arrived; both are fixed for ever.
#pragma once

#include <linux/vfio.h>
#include <stdint.h>

static const unsigned long LINUX_VFIO_GET_API_VERSION = VFIO_GET_API_VERSION;
static const unsigned long LINUX_VFIO_CHECK_EXTENSION = VFIO_CHECK_EXTENSION;
static const unsigned long LINUX_VFIO_SET_IOMMU = VFIO_SET_IOMMU;
static const unsigned long LINUX_VFIO_GROUP_GET_STATUS = VFIO_GROUP_GET_STATUS;
static const unsigned long LINUX_VFIO_GROUP_SET_CONTAINER = VFIO_GROUP_SET_CONTAINER;
static const unsigned long LINUX_VFIO_GROUP_UNSET_CONTAINER = VFIO_GROUP_UNSET_CONTAINER;
static const unsigned long LINUX_VFIO_GROUP_GET_DEVICE_FD = VFIO_GROUP_GET_DEVICE_FD;
static const unsigned long LINUX_VFIO_IOMMU_MAP_DMA = VFIO_IOMMU_MAP_DMA;
static const unsigned long LINUX_VFIO_IOMMU_UNMAP_DMA = VFIO_IOMMU_UNMAP_DMA;
static const unsigned long LINUX_VFIO_DEVICE_GET_INFO = VFIO_DEVICE_GET_INFO;
static const unsigned long LINUX_VFIO_DEVICE_GET_REGION_INFO = VFIO_DEVICE_GET_REGION_INFO;
static const unsigned long LINUX_VFIO_DEVICE_GET_IRQ_INFO = VFIO_DEVICE_GET_IRQ_INFO;
static const unsigned long LINUX_VFIO_DEVICE_RESET = VFIO_DEVICE_RESET;

static const unsigned long LINUX_VFIO_DEVICE_BIND_IOMMUFD = _IO(VFIO_TYPE, VFIO_BASE + 18);
static const unsigned long LINUX_VFIO_DEVICE_ATTACH_IOMMUFD_PT = _IO(VFIO_TYPE, VFIO_BASE + 19);

struct linux_vfio_device_bind_iommufd {
  uint32_t argsz;
  uint32_t flags;
  int32_t iommufd;
  uint32_t out_devid;
};

struct linux_vfio_device_attach_iommufd_pt {
  uint32_t argsz;
  uint32_t flags;
  uint32_t pt_id;
};

static const unsigned long LINUX_IOMMU_IOAS_ALLOC = _IO(';', 0x81);
static const unsigned long LINUX_IOMMU_IOAS_MAP = _IO(';', 0x85);
static const unsigned long LINUX_IOMMU_IOAS_UNMAP = _IO(';', 0x86);

struct linux_iommu_ioas_alloc {
  uint32_t size;
  uint32_t flags;
  uint32_t out_ioas_id;
};

// IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_WRITEABLE | IOMMU_IOAS_MAP_READABLE
static const uint32_t LINUX_IOMMU_IOAS_MAP_HERE = 1 | 2 | 4;

struct linux_iommu_ioas_map {
  uint32_t size;
  uint32_t flags;
  uint32_t ioas_id;
  uint32_t reserved;
  uint64_t user_va;
  uint64_t length;
  uint64_t iova;
};

struct linux_iommu_ioas_unmap {
  uint32_t size;
  uint32_t ioas_id;
  uint64_t iova;
  uint64_t length;
};
