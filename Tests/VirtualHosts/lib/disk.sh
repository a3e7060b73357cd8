# shellcheck shell=bash
# Disks with a whole Debian: systemd, GRUB, an initramfs from dracut or initramfs-tools.

DISK_PACKAGES=(systemd systemd-sysv udev kmod linux-image-amd64 dbus iproute2 pciutils
  grub-pc grub-efi-amd64-bin
  libkmod2 libblkid1 libudev1 libstdc++6 zstd)
DISK_SIZE=6G

# debian_disk SUITE TOOL FIRMWARE [PACKAGE...]: the path of a disk that boots by itself.
# TOOL is dracut or initramfs-tools, FIRMWARE bios or efi. Tests boot overlays of it only.
debian_disk() {
  local suite=$1 tool=$2 firmware=$3 tree
  shift 3
  tree=$(debian_tree "$suite" "$tool" "$@")
  cached "disks/$suite-$tool-$firmware-$(digest "$tree" "$HERE/lib/disk.sh" \
    "$HERE"/inside/disk/{usr/local/sbin,etc/systemd/system}/*).img" make_disk "$tree" "$firmware"
}

# debian_tree SUITE TOOL [PACKAGE...]: a folder with the packages installed. Both GRUBs are
# there; which one boots is decided by what grub-install writes to the disk.
debian_tree() {
  local suite=$1 packages contents
  packages=$(IFS=,; printf '%s' "${DISK_PACKAGES[*]},${*:2}")
  mapfile -t contents < <(find "$HERE/inside/initramfs" -type f | sort)
  cached "trees/$suite-$2-$(digest "$packages" "${contents[@]}")" install_packages "$suite" "$packages"
}

# What the initramfs holds is said before the packages make it: that of every machine there could be takes
# minutes to make inside an emulated one.
install_packages() {
  mmdebstrap --variant=minbase --format=directory --include="${2// /,}" \
    --essential-hook="cp -r '$HERE/inside/initramfs/.' \"\$1/\"" "$1" "$3"
}

# make_disk TREE FIRMWARE IMAGE
make_disk() {
  local firmware=$2 image=$3 tree=$3.tree
  rm -rf "$tree"
  cp -a --reflink=auto "$1" "$tree"
  ROOT_UUID=$(cat /proc/sys/kernel/random/uuid)
  ESP_SERIAL=$(od -An -N4 -tx4 /dev/urandom | tr -d ' ' | tr a-f A-F)
  configure_tree "$tree" "$firmware"
  make_partitions "$tree" "$firmware" "$image"
  install_grub "$tree" "$firmware" "$image"
  rm -rf "$tree"
}

# configure_tree TREE FIRMWARE: what an installer writes, and the unit that runs tests.
configure_tree() {
  local tree=$1 firmware=$2
  cp -r "$HERE/inside/disk/." "$tree/"
  echo machine >"$tree/etc/hostname"
  echo "UUID=$ROOT_UUID / ext4 errors=remount-ro 0 0" >"$tree/etc/fstab"
  if [ "$firmware" = efi ]; then
    mkdir -p "$tree/boot/efi"
    echo "UUID=${ESP_SERIAL:0:4}-${ESP_SERIAL:4:4} /boot/efi vfat umask=0077 0 0" >>"$tree/etc/fstab"
  fi
  # Emulated processors have no time for mitigations.
  sed -i -e "s/^GRUB_CMDLINE_LINUX=.*/GRUB_CMDLINE_LINUX=\"$HARNESS_ARGUMENTS mitigations=off\"/" \
    -e 's/^GRUB_TIMEOUT=.*/GRUB_TIMEOUT=0/' "$tree/etc/default/grub"
  echo 'GRUB_TERMINAL=serial' >>"$tree/etc/default/grub"
  chroot "$tree" systemctl --quiet enable lab.service
  chroot "$tree" systemctl --quiet mask serial-getty@ttyS0.service getty@tty1.service \
    apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer \
    e2scrub_all.timer e2scrub_reap.service systemd-networkd.service systemd-journal-flush.service \
    systemd-random-seed.service systemd-update-utmp.service systemd-update-utmp-runlevel.service \
    systemd-user-sessions.service
}

# make_partitions TREE FIRMWARE IMAGE: plain files and dd, since loop devices want root.
make_partitions() {
  local tree=$1 firmware=$2 image=$3
  truncate -s "$DISK_SIZE" "$image"
  if [ "$firmware" = efi ]; then
    sgdisk -n 1:1M:+64M -t 1:ef00 -c 1:EFI -n 2:0:0 -t 2:8300 -c 2:root "$image"
  else
    sgdisk -n 1:1M:+64M -t 1:ef02 -c 1:BIOS-boot -n 2:0:0 -t 2:8300 -c 2:root "$image"
  fi
  mke2fs -q -t ext4 -U "$ROOT_UUID" -d "$tree" -E offset=$((65 << 20)) "$image" \
    "$(partition_kilobytes "$image" 2)k"
  if [ "$firmware" = efi ]; then
    truncate -s 64M "$image.esp"
    mkfs.vfat -i "$ESP_SERIAL" "$image.esp"
    dd if="$image.esp" of="$image" bs=1M seek=1 conv=notrunc,sparse
    rm "$image.esp"
  fi
}

partition_kilobytes() {
  local sectors
  sectors=$(sgdisk -i "$2" "$1" | sed -n 's/^Partition size: \([0-9]*\) sectors.*/\1/p')
  echo $((sectors / 2))
}

# install_grub TREE FIRMWARE IMAGE: boots the disk once with its own kernel and initramfs
# handed over by QEMU; grub-install and grub-mkconfig then see the disk as it is.
install_grub() {
  local tree=$1 firmware=$2 image=$3 folder=$3.lab arguments
  local target='--target=i386-pc /dev/vda'
  if [ "$firmware" = efi ]; then
    target='--target=x86_64-efi --removable --no-nvram --efi-directory=/boot/efi'
  fi
  mkdir -p "$folder/lab/results"
  echo "record grub-install grub-install $target; record update-grub update-grub" >"$folder/lab/script"
  machine_options --iommu none --limit 600
  mapfile -t arguments < <(lab_arguments "$folder" raw "$image")
  run_qemu "$folder" "${arguments[@]}" \
    -kernel "$(echo "$tree"/boot/vmlinuz-*)" -initrd "$(echo "$tree"/boot/initrd.img-*)" \
    -append "root=UUID=$ROOT_UUID ro $HARNESS_ARGUMENTS mitigations=off"
  cat "$folder/console.log" "$folder"/lab/results/{grub-install,update-grub}.err
  grep -qx 0 "$folder/lab/results/grub-install.status"
  grep -qx 0 "$folder/lab/results/update-grub.status"
  rm -rf "$folder"
}
