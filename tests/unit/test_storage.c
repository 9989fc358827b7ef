/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sys/read_storage: what a host mounts from the disks below its functions and swaps to, on recorded trees. */
#include "disks.h"

#include <stdio.h>
#include <string.h>

/* ---- mounts ---- */

static void root_and_esp_make_a_system_disk(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	begin(&t);
	two_nvme(&t);
	mount_lines(&t,
	    "22 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw\n"
	    "23 22 259:1 / /boot/efi rw shared:2 master:3 - vfat /dev/nvme0n1p1 rw\n"
	    "24 22 259:5 / /home rw - ext4 /dev/nvme1n1p1 rw\n"
	    "25 22 259:5 / /var/log rw - ext4 /dev/nvme1n1p1 rw\n");
	h = host_in(&t);
	HAS(&h, USE_SYSTEM_DISK, NVME0, "/ on nvme0n1p2");
	HAS(&h, USE_SYSTEM_DISK, NVME0, "/boot/efi on nvme0n1p1");
	HAS(&h, USE_MOUNT, NVME1, "/home on nvme1n1p1");
	HAS(&h, USE_MOUNT, NVME1, "/var/log on nvme1n1p1");
	HAS_NONE(&h, USE_SYSTEM_DISK, NVME1);
	assert_int_equal(all_uses(&h, SATA) + all_uses(&h, GPU), 0);
	assert_int_equal(h.n_blind, 0);
	for (size_t i = 0; i < h.n_uses; i++)
		if (h.uses[i].kind == USE_SYSTEM_DISK)
			assert_string_equal(h.uses[i].evidence, "/proc/self/mountinfo");
	tree_done(&t);
}

static void each_system_folder_counts_and_its_neighbours_do_not(void **state)
{
	static const char *const system[] = {"/", "/boot", "/boot/firmware", "/efi", "/usr", "/var", "/etc"};
	static const char *const other[] = {"/home", "/bootlegs", "/usr/local", "/srv", "/mnt"};
	cleanup_arena struct arena mem = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(system) + ARRAY_LEN(other); i++) {
		bool is_system = i < ARRAY_LEN(system);
		const char *point = is_system ? system[i] : other[i - ARRAY_LEN(system)];
		struct tree t;
		struct host h;

		begin(&t);
		two_nvme(&t);
		mount_lines(&t, arena_printf(&mem, "22 1 259:2 / %s rw - ext4 /dev/nvme0n1p2 rw\n", point));
		h = host_in(&t);
		HAS(&h, is_system ? USE_SYSTEM_DISK : USE_MOUNT, NVME0, arena_printf(&mem, "%s on nvme0n1p2", point));
		HAS_NONE(&h, is_system ? USE_MOUNT : USE_SYSTEM_DISK, NVME0);
		tree_done(&t);
	}
}

static void one_of_two_disks_of_a_sata_controller_is_enough(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	begin(&t);
	block(&t, SDA, "8:0");
	block(&t, SDB, "8:16");
	udev(&t, "8:0", "E:DEVTYPE=disk\n");
	udev(&t, "8:16", "E:ID_FS_TYPE=xfs\n");
	mount_lines(&t, OVERLAY_ROOT "30 22 8:16 / /srv/my\\040data rw - xfs /dev/sdb rw\n");
	h = host_in(&t);
	HAS(&h, USE_MOUNT, SATA, "/srv/my data on sdb");
	assert_int_equal(all_uses(&h, SATA), 1);
	tree_done(&t);
}

static void a_usb_stick_is_a_use_of_its_controller(void **state)
{
	static const char stick[] = PCI USB "/usb1/1-2/1-2:1.0/host6/target6:0:0/6:0:0:0/block/sdc";
	struct tree t;
	struct host h;

	(void)state;
	begin(&t);
	block(&t, stick, "8:32");
	block(&t, joined(&t, stick, "/sdc1"), "8:33");
	udev(&t, "8:33", "E:ID_FS_TYPE=vfat\n");
	mount_lines(&t, OVERLAY_ROOT "30 22 8:33 / /mnt rw - vfat /dev/sdc1 rw\n");
	h = host_in(&t);
	HAS(&h, USE_MOUNT, USB, "/mnt on sdc1");
	assert_int_equal(all_uses(&h, USB), 1);
	tree_done(&t);
}

static void mounts_of_process_1_count_as_well(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	begin(&t);
	two_nvme(&t);
	tree_file(&t, "proc/1/mountinfo", "22 1 259:2 / / rw - ext4 /dev/nvme0n1p2 rw\n");
	h = host_in(&t);
	HAS(&h, USE_SYSTEM_DISK, NVME0, "/ on nvme0n1p2");
	tree_done(&t);

	/* In the same namespace they are the same, and not read again. */
	begin(&t);
	two_nvme(&t);
	tree_file(&t, "proc/1/mountinfo", "22 1 259:2 / / rw - ext4 /dev/nvme0n1p2 rw\n");
	tree_link(&t, "proc/self/ns/mnt", "mnt:[4026531841]");
	tree_link(&t, "proc/1/ns/mnt", "mnt:[4026531841]");
	h = host_in(&t);
	HAS_NONE(&h, USE_SYSTEM_DISK, NVME0);
	tree_done(&t);
}

static void torn_lines_hide_no_others(void **state)
{
	char longest[6000];
	struct tree t;
	struct host h;

	(void)state;
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	begin(&t);
	two_nvme(&t);
	mount_lines(&t, arena_printf(&t.mem,
		"22\n23 22\n24 22 259:\n25 22 259:2 /\n\n- - - - -\n26 22 0:44 / /%s rw - tmpfs tmpfs rw\n"
		"27 22 259:5 / /cut\n28 22 259:2 / / rw - ext4", longest));
	h = host_in(&t);
	HAS(&h, USE_SYSTEM_DISK, NVME0, "/ on nvme0n1p2");
	HAS(&h, USE_MOUNT, NVME1, "/cut on nvme1n1p1");
	tree_done(&t);
}

static void a_thousand_mounts_of_a_disk_make_few_rows(void **state)
{
	cleanup_arena struct arena mem = {0};
	char *lines = arena_strdup(&mem, "");
	struct tree t;
	struct host h;

	(void)state;
	for (int i = 0; i < 1000; i++)
		lines = arena_printf(&mem, "%s%d 22 259:5 / /containers/%d rw - ext4 /dev/nvme1n1p1 rw\n", lines, i, i);
	begin(&t);
	two_nvme(&t);
	mount_lines(&t, arena_printf(&mem, "%s5000 22 259:5 / /var rw - ext4 /dev/nvme1n1p1 rw\n", lines));
	h = host_in(&t);
	assert_in_range(tree_uses(&h, USE_MOUNT, NVME1, NULL), 1, 16);
	HAS(&h, USE_SYSTEM_DISK, NVME1, "/var on nvme1n1p1");
	tree_done(&t);
}

static void what_is_mounted_from_a_disk_that_is_not_there_is_unknown(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	begin(&t);
	two_nvme(&t);
	mount_lines(&t, "22 1 0:30 / / rw - btrfs /dev/sdz1 rw\n");
	h = host_in(&t);
	assert_true(is_blind(&h, "mounted from cannot be told"));
	tree_done(&t);

	begin(&t);
	two_nvme(&t);
	h = host_in(&t);
	assert_int_equal(h.n_blind, 0); /* an overlay names no disk */
	assert_int_equal(remove(joined(&t, t.root, "/proc/self/mountinfo")), 0);
	h = host_in(&t);
	assert_true(is_blind(&h, "what is mounted"));
	tree_done(&t);
}

/* ---- made of others ---- */

static void root_on_lvm_on_luks_on_md_holds_both_controllers(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	begin(&t);
	two_nvme(&t);
	block(&t, VIRTUAL "md0", "9:0");
	mapper(&t, "dm-0", "253:0", "luks-1");
	mapper(&t, "dm-1", "253:1", "vg0-root");
	mapper(&t, "dm-2", "253:2", "vg0-swap");
	stack(&t, VIRTUAL "md0", DISK0 "/nvme0n1p2");
	stack(&t, VIRTUAL "md0", DISK1 "/nvme1n1p1");
	stack(&t, VIRTUAL "dm-0", VIRTUAL "md0");
	stack(&t, VIRTUAL "dm-1", VIRTUAL "dm-0");
	stack(&t, VIRTUAL "dm-2", VIRTUAL "dm-0");
	mount_lines(&t, "22 1 253:1 / / rw - ext4 /dev/mapper/vg0-root rw\n");
	tree_file(&t, "proc/swaps", NO_SWAP "/dev/dm-2                               partition\t8388604\t0\t-2\n");
	h = host_in(&t);
	HAS(&h, USE_SYSTEM_DISK, NVME0, "/ on dm-1");
	HAS(&h, USE_SYSTEM_DISK, NVME1, "/ on dm-1");
	HAS(&h, USE_SYSTEM_DISK, NVME0, "swap on dm-2");
	HAS(&h, USE_SYSTEM_DISK, NVME1, "swap on dm-2");
	HAS_NONE(&h, USE_DISK_CLAIM, NVME0);
	HAS_NONE(&h, USE_DISK_CLAIM, NVME1);
	tree_done(&t);
}

static void an_active_volume_that_is_not_mounted_is_a_claim(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	begin(&t);
	two_nvme(&t);
	mapper(&t, "dm-0", "253:0", "vg1-vm");
	stack(&t, VIRTUAL "dm-0", DISK1 "/nvme1n1p1");
	h = host_in(&t);
	HAS(&h, USE_DISK_CLAIM, NVME1, "dm-0 (vg1-vm) on nvme1n1p1");
	HAS_NONE(&h, USE_SIGNATURE, NVME1);
	HAS_NONE(&h, USE_DISK_CLAIM, NVME0);
	tree_done(&t);
}

static void either_link_of_a_pair_is_enough(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	begin(&t);
	two_nvme(&t);
	mapper(&t, "dm-0", "253:0", "a");
	mapper(&t, "dm-1", "253:1", "b");
	tree_folder(&t, "sys/devices/" VIRTUAL "dm-0/slaves/nvme0n1p1");
	tree_folder(&t, "sys/devices/" DISK1 "/nvme1n1p1/holders/dm-1");
	tree_folder(&t, "sys/devices/" DISK0 "/nvme0n1p2/holders/drbd9");
	h = host_in(&t);
	HAS(&h, USE_DISK_CLAIM, NVME0, "dm-0 (a) on nvme0n1p1");
	HAS(&h, USE_DISK_CLAIM, NVME0, "another device on nvme0n1p2");
	HAS(&h, USE_DISK_CLAIM, NVME1, "dm-1 (b) on nvme1n1p1");
	tree_done(&t);
}

static void a_ring_of_slaves_ends(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	begin(&t);
	two_nvme(&t);
	mapper(&t, "dm-0", "253:0", "a");
	mapper(&t, "dm-1", "253:1", "b");
	stack(&t, VIRTUAL "dm-0", VIRTUAL "dm-1");
	stack(&t, VIRTUAL "dm-1", VIRTUAL "dm-0");
	stack(&t, VIRTUAL "dm-1", VIRTUAL "dm-1");
	stack(&t, VIRTUAL "dm-1", DISK1 "/nvme1n1p1");
	h = host_in(&t);
	assert_true(tree_uses(&h, USE_DISK_CLAIM, NVME1, NULL) >= 1);
	tree_file(&t, "proc/self/mountinfo", "22 1 253:0 / / rw - ext4 /dev/dm-0 rw\n");
	h = host_in(&t);
	HAS(&h, USE_SYSTEM_DISK, NVME1, "/ on dm-0");
	tree_done(&t);
}

static void a_multipath_disk_belongs_to_every_controller(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	begin(&t);
	block(&t, "virtual/nvme-subsystem/nvme-subsys0/nvme0n1", "259:0");
	block(&t, "virtual/nvme-subsystem/nvme-subsys0/nvme0n1/nvme0n1p1", "259:1");
	tree_link(&t, "sys/class/nvme-subsystem/nvme-subsys0", "../../devices/virtual/nvme-subsystem/nvme-subsys0");
	tree_link(&t, "sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0", "../../../" PCI NVME0 "/nvme/nvme0");
	tree_link(&t, "sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme1", "../../../" PCI NVME1 "/nvme/nvme1");
	/* The paths below it are hidden: no number. */
	tree_folder(&t, "sys/devices/" PCI NVME0 "/nvme/nvme0/nvme0c0n1");
	tree_link(&t, "sys/class/block/nvme0c0n1", "../../devices/" PCI NVME0 "/nvme/nvme0/nvme0c0n1");
	mount_lines(&t, "22 1 259:1 / / rw - ext4 /dev/nvme0n1p1 rw\n");
	h = host_in(&t);
	HAS(&h, USE_SYSTEM_DISK, NVME0, "/ on nvme0n1p1");
	HAS(&h, USE_SYSTEM_DISK, NVME1, "/ on nvme0n1p1");
	assert_int_equal(all_uses(&h, NVME0), 1);
	assert_int_equal(h.n_blind, 0);
	tree_done(&t);
}

static void a_disk_behind_a_vmd_is_a_use_of_both(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	begin(&t);
	tree_function(&t, "0000:00:0e.0", 0x010400, "8086:467F", "vmd");
	tree_function(&t, "0000:00:0e.0/pci10000:e0/10000:e0:06.0", 0x060400, "8086:464D", "pcieport");
	tree_function(&t, "0000:00:0e.0/pci10000:e0/10000:e0:06.0/10000:e1:00.0", 0x010802, "144D:A80A", "nvme");
	block(&t, PCI "0000:00:0e.0/pci10000:e0/10000:e0:06.0/10000:e1:00.0/nvme/nvme5/nvme5n1", "259:9");
	mount_lines(&t, "22 1 259:9 / / rw - ext4 /dev/nvme5n1 rw\n");
	h = host_in(&t);
	HAS(&h, USE_SYSTEM_DISK, "10000:e1:00.0", "/ on nvme5n1");
	HAS(&h, USE_SYSTEM_DISK, "0000:00:0e.0", "/ on nvme5n1");
	assert_int_equal(all_uses(&h, "10000:e0:06.0"), 0);
	tree_done(&t);
}

static void a_loop_device_leads_to_the_disk_of_its_file(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	begin(&t);
	two_nvme(&t);
	block(&t, VIRTUAL "loop0", "7:0");
	block(&t, VIRTUAL "loop1", "7:1");
	block(&t, VIRTUAL "loop2", "7:2");
	tree_file(&t, "sys/devices/" VIRTUAL "loop0/loop/backing_file", "/run/live/root.squashfs\n");
	tree_file(&t, "sys/devices/" VIRTUAL "loop1/loop/backing_file", "/run/live/snap\n");
	tree_file(&t, "sys/devices/" VIRTUAL "loop2/loop/backing_file", "/dev/nvme1n1p1\n");
	mount_lines(&t,
	    "22 1 7:0 / / ro - squashfs /dev/loop0 ro\n"
	    "23 22 259:2 / /run/live rw - ext4 /dev/nvme0n1p2 rw\n"
	    "24 22 7:1 / /snap rw - squashfs /dev/loop1 ro\n"
	    "25 22 7:2 / /data rw - ext4 /dev/loop2 rw\n");
	h = host_in(&t);
	HAS(&h, USE_SYSTEM_DISK, NVME0, "/ on loop0");
	HAS(&h, USE_MOUNT, NVME0, "/run/live on nvme0n1p2");
	assert_int_equal(tree_uses(&h, USE_MOUNT, NVME0, NULL), 1); /* the file's file system has its row */
	HAS(&h, USE_MOUNT, NVME1, "/data on loop2");
	tree_done(&t);
}

/* ---- btrfs, ZFS ---- */

static void a_btrfs_is_on_all_its_disks(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	begin(&t);
	two_nvme(&t);
	mapper(&t, "dm-0", "253:0", "crypt");
	stack(&t, VIRTUAL "dm-0", DISK0 "/nvme0n1p2");
	block(&t, SDA, "8:0");
	block(&t, SDB, "8:16");
	tree_folder(&t, "sys/fs/btrfs/features");
	tree_folder(&t, "sys/fs/btrfs/aaaa-1/devices/dm-0");
	tree_folder(&t, "sys/fs/btrfs/aaaa-1/devices/nvme1n1p1");
	tree_folder(&t, "sys/fs/btrfs/bbbb-2/devices/sda");
	tree_folder(&t, "sys/fs/btrfs/bbbb-2/devices/sdb");
	mount_lines(&t, "22 1 0:31 /@ / rw shared:1 - btrfs /dev/mapper/crypt rw,subvol=/@\n");
	h = host_in(&t);
	HAS(&h, USE_SYSTEM_DISK, NVME0, "/ on dm-0");
	HAS(&h, USE_SYSTEM_DISK, NVME1, "/ on nvme1n1p1");
	/* Mounted somewhere, for the kernel has it. */
	HAS(&h, USE_DISK_CLAIM, SATA, "btrfs on sda");
	HAS(&h, USE_DISK_CLAIM, SATA, "btrfs on sdb");
	assert_int_equal(all_uses(&h, SATA), 2);
	tree_done(&t);
}

static void a_source_is_followed_through_links(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	begin(&t);
	two_nvme(&t);
	tree_link(&t, "dev/disk/by-uuid/1234-abcd", "../../nvme1n1p1");
	mount_lines(&t, "22 1 0:31 / / rw - btrfs /dev/disk/by-uuid/1234-abcd rw\n");
	h = host_in(&t);
	HAS(&h, USE_SYSTEM_DISK, NVME1, "/ on nvme1n1p1");
	tree_done(&t);
}

static void zfs_is_found_by_the_label_of_its_members(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	begin(&t);
	two_nvme(&t);
	udev(&t, "259:3", "E:ID_FS_TYPE=zfs_member\nE:ID_FS_LABEL=rpool\nE:ID_FS_USAGE=raid\n");
	udev(&t, "259:5", "E:ID_FS_TYPE=zfs_member\nE:ID_FS_LABEL=rpool\n");
	block(&t, SDA, "8:0");
	block(&t, SDB, "8:16");
	udev(&t, "8:0", "E:ID_FS_TYPE=zfs_member\nE:ID_FS_LABEL=my_tank\n");
	udev(&t, "8:16", "E:ID_FS_TYPE=zfs_member\nE:ID_FS_LABEL=exported\n");
	tree_file(&t, "proc/spl/kstat/zfs/arcstats", "");
	tree_folder(&t, "proc/spl/kstat/zfs/rpool");
	tree_folder(&t, "proc/spl/kstat/zfs/my tank");
	mount_lines(&t, "22 1 0:27 / / rw - zfs rpool/ROOT/debian rw,xattr\n23 22 0:28 / /srv rw - zfs my\\040tank rw\n");
	h = host_in(&t);
	HAS(&h, USE_SYSTEM_DISK, NVME0, "/ (ZFS pool rpool) on nvme0n1p3");
	HAS(&h, USE_SYSTEM_DISK, NVME1, "/ (ZFS pool rpool) on nvme1n1p1");
	HAS_NONE(&h, USE_DISK_CLAIM, NVME0);
	HAS(&h, USE_DISK_CLAIM, SATA, "ZFS pool my tank on sda");
	HAS(&h, USE_SIGNATURE, SATA, "zfs_member on sdb");
	assert_int_equal(all_uses(&h, SATA), 2);
	assert_int_equal(h.n_blind, 0);
	tree_done(&t);
}

static void a_pool_without_members_is_unknown(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	begin(&t);
	two_nvme(&t);
	mount_lines(&t, "22 1 0:27 / / rw - zfs rpool/ROOT/debian rw\n");
	h = host_in(&t);
	assert_true(is_blind(&h, "pool rpool cannot be told"));
	tree_done(&t);
}

static void swap_on_a_zfs_volume_holds_the_pool(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	begin(&t);
	two_nvme(&t);
	udev(&t, "259:5", "E:ID_FS_TYPE=zfs_member\nE:ID_FS_LABEL=tank\n");
	block(&t, VIRTUAL "zd0", "230:0");
	udev(&t, "230:0", "S:zvol/tank/swap\nE:ID_FS_TYPE=swap\n");
	tree_file(&t, "proc/swaps", NO_SWAP "/dev/zd0 partition 1 0 -2\n");
	h = host_in(&t);
	HAS(&h, USE_SYSTEM_DISK, NVME1, "swap on zd0");
	tree_done(&t);
}

/* ---- swap, hibernation ---- */

static void swap_partitions_and_files_make_a_system_disk(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	begin(&t);
	two_nvme(&t);
	mount_lines(&t,
	    "31 22 259:5 / /data/swap rw - ext4 /dev/nvme1n1p1 rw\n"
	    "30 22 259:2 / /data rw - ext4 /dev/nvme0n1p2 rw\n" OVERLAY_ROOT);
	tree_file(&t, "proc/swaps", NO_SWAP
	    "/dev/nvme0n1p3                          partition\t8388604\t0\t-2\n"
	    "/data/swap/file\\0401                    file\t\t8388604\t0\t-3\n");
	h = host_in(&t);
	HAS(&h, USE_SYSTEM_DISK, NVME0, "swap on nvme0n1p3");
	HAS(&h, USE_SYSTEM_DISK, NVME1, "swap file /data/swap/file 1 on nvme1n1p1");
	assert_int_equal(tree_uses(&h, USE_SYSTEM_DISK, NULL, NULL), 0);
	assert_int_equal(tree_uses(&h, USE_SYSTEM_DISK, NVME0, NULL), 1);
	tree_done(&t);
}

static void swap_that_leads_nowhere_is_unknown(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	begin(&t);
	two_nvme(&t);
	tree_file(&t, "proc/swaps", NO_SWAP "/dev/sdq1 partition 1 0 -2\n");
	h = host_in(&t);
	assert_true(is_blind(&h, "/dev/sdq1 cannot be told"));
	assert_int_equal(remove(joined(&t, t.root, "/proc/swaps")), 0);
	h = host_in(&t);
	assert_true(is_blind(&h, "what is swapped to"));
	tree_done(&t);
}

static void the_resume_device_makes_a_system_disk(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	begin(&t);
	two_nvme(&t);
	tree_file(&t, "sys/power/resume", "259:3\n");
	h = host_in(&t);
	HAS(&h, USE_SYSTEM_DISK, NVME0, "hibernation on nvme0n1p3");
	tree_file(&t, "sys/power/resume", "0:0\n");
	h = host_in(&t);
	HAS_NONE(&h, USE_SYSTEM_DISK, NVME0);
	tree_done(&t);
}

static void resume_on_the_command_line_makes_a_system_disk(void **state)
{
	static const char *const words[] = {
	    "/dev/nvme1n1p1", "UUID=12-34", "259:5", "PARTUUID=aa", "LABEL=hib", "/dev/mapper/vg-hib"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		struct tree t;
		struct host h;

		begin(&t);
		two_nvme(&t);
		mapper(&t, "dm-0", "253:0", "vg-hib");
		stack(&t, VIRTUAL "dm-0", DISK1 "/nvme1n1p1");
		tree_link(&t, "dev/disk/by-uuid/12-34", "../../nvme1n1p1");
		tree_link(&t, "dev/disk/by-partuuid/aa", "../../nvme1n1p1");
		tree_link(&t, "dev/disk/by-label/hib", "../../nvme1n1p1");
		tree_file(&t, "proc/cmdline", arena_printf(&t.mem, "noresume=x quiet resume=%s splash\n", words[i]));
		h = host_in(&t);
		assert_int_equal(tree_uses(&h, USE_SYSTEM_DISK, NVME1, NULL), 1);
		HAS_NONE(&h, USE_SYSTEM_DISK, NVME0);
		tree_done(&t);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    T(root_and_esp_make_a_system_disk),
	    T(each_system_folder_counts_and_its_neighbours_do_not),
	    T(one_of_two_disks_of_a_sata_controller_is_enough),
	    T(a_usb_stick_is_a_use_of_its_controller),
	    T(mounts_of_process_1_count_as_well),
	    T(torn_lines_hide_no_others),
	    T(a_thousand_mounts_of_a_disk_make_few_rows),
	    T(what_is_mounted_from_a_disk_that_is_not_there_is_unknown),
	    T(root_on_lvm_on_luks_on_md_holds_both_controllers),
	    T(an_active_volume_that_is_not_mounted_is_a_claim),
	    T(either_link_of_a_pair_is_enough),
	    T(a_ring_of_slaves_ends),
	    T(a_multipath_disk_belongs_to_every_controller),
	    T(a_disk_behind_a_vmd_is_a_use_of_both),
	    T(a_loop_device_leads_to_the_disk_of_its_file),
	    T(a_btrfs_is_on_all_its_disks),
	    T(a_source_is_followed_through_links),
	    T(zfs_is_found_by_the_label_of_its_members),
	    T(a_pool_without_members_is_unknown),
	    T(swap_on_a_zfs_volume_holds_the_pool),
	    T(swap_partitions_and_files_make_a_system_disk),
	    T(swap_that_leads_nowhere_is_unknown),
	    T(the_resume_device_makes_a_system_disk),
	    T(resume_on_the_command_line_makes_a_system_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
