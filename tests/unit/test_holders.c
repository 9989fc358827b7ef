/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "apply/kinds.h"
#include "base/str.h"
#include "sys/read_holders.h"
#include "tree.h"

#define GPU "0000:01:00.0"
#define BELOW "0000:00:01.0/" GPU
#define SYSFS "sys/devices/pci0000:00/"

/* A device with a number below a function (or anywhere in /sys/devices): its folder and the link in /sys/dev. */
static void add_device(struct tree *t, const char *folder, const char *type, const char *number, const char *name)
{
	tree_file(t, arena_printf(&t->mem, "sys/devices/%s/uevent", folder),
	    name ? arena_printf(&t->mem, "MAJOR=1\nMINOR=1\nDEVNAME=%s\n", name) : "MAJOR=1\n");
	tree_link(t, arena_printf(&t->mem, "sys/dev/%s/%s", type, number), arena_printf(&t->mem, "../../devices/%s", folder));
}

static void add_process(struct tree *t, int pid, const char *command, unsigned uid, const char *cgroup)
{
	tree_file(t, arena_printf(&t->mem, "proc/%d/comm", pid), arena_printf(&t->mem, "%s\n", command));
	tree_file(t, arena_printf(&t->mem, "proc/%d/status", pid),
	    arena_printf(&t->mem, "Name:\t%s\nUid:\t7\t%u\t8\t9\nGid:\t0\t0\t0\t0\n", command, uid));
	tree_file(t, arena_printf(&t->mem, "proc/%d/cgroup", pid), arena_printf(&t->mem, "0::%s\n", cgroup));
	tree_file(t, arena_printf(&t->mem, "proc/%d/maps", pid), "00400000-00401000 r-xp 00000000 08:01 5 /usr/bin/x\n");
	tree_link(t, arena_printf(&t->mem, "proc/%d/fd/0", pid), "/dev/null");
}

static void add_descriptor(struct tree *t, int pid, int fd, const char *file)
{
	tree_link(t, arena_printf(&t->mem, "proc/%d/fd/%d", pid, fd), file);
}

/* A graphics card with a DRM card, on a host with its first process and Xorg. */
static void make(struct tree *t)
{
	tree_open(t);
	tree_function(t, "0000:00:01.0", 0x060400, "8086:0001", "pcieport");
	tree_function(t, BELOW, 0x030000, "10de:2204", "nouveau");
	add_device(t, "pci0000:00/" BELOW "/drm/card0", "char", "226:0", "dri/card0");
	tree_folder(t, "sys/dev/block");
	tree_file(t, "etc/passwd", "root:x:0:0::/root:/bin/sh\nnobody-1000\nada:x:1000:1000::/home/ada:/bin/sh\n");
	tree_link(t, "proc/self/ns/pid", "pid:[4026531836]");
	add_process(t, 1, "systemd", 0, "/init.scope");
	add_process(t, 812, "Xorg", 1000, "/system.slice/gdm.service");
}

static int try_look(struct tree *t, const char *const *functions, size_t n, struct holders *ret)
{
	struct pci_addr addrs[4];
	struct err e = {0};

	for (size_t i = 0; i < n; i++)
		addrs[i] = addr_of(functions[i]);
	return read_holders(&t->real.sys, &t->mem, addrs, n, ret, &e);
}

static struct holders look(struct tree *t, const char *function)
{
	struct holders h;

	assert_int_equal(try_look(t, &function, 1, &h), 0);
	return h;
}

/* Does a process use the function by this file? */
static bool has(const struct holders *h, int pid, const char *file)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->items[i].kind == HOLDER_PROCESS && h->items[i].pid == pid && str_eq(h->items[i].file, file))
			return true;
	return false;
}

/* ---- who ---- */

static void a_process_is_named_with_command_user_unit_and_file(void **state)
{
	struct tree t;
	struct holders h;

	(void)state;
	make(&t);
	h = look(&t, GPU);
	assert_int_equal(h.n, 0);
	assert_true(h.is_complete);

	add_descriptor(&t, 812, 14, "/dev/dri/card0");
	add_descriptor(&t, 812, 15, "/dev/dri/card0");
	h = look(&t, GPU);
	assert_int_equal(h.n, 1);
	assert_int_equal(h.items[0].kind, HOLDER_PROCESS);
	assert_int_equal(h.items[0].how, HOW_OPEN);
	assert_int_equal(h.items[0].pid, 812);
	assert_int_equal(pci_addr_cmp(h.items[0].addr, addr_of(GPU)), 0);
	assert_string_equal(h.items[0].command, "Xorg");
	assert_string_equal(h.items[0].user, "ada");
	assert_string_equal(h.items[0].unit, "gdm.service");
	assert_false(h.items[0].is_user_unit);
	assert_string_equal(h.items[0].file, "/dev/dri/card0");
	assert_string_equal(
	    holder_describe(&t.mem, &h.items[0]), "process 812 (Xorg, unit gdm.service): /dev/dri/card0");
	tree_done(&t);
}

static void a_user_without_a_name_is_a_number(void **state)
{
	struct tree t;
	struct holders h;

	(void)state;
	make(&t);
	add_process(&t, 900, "x", 4242, "/");
	add_descriptor(&t, 900, 3, "/dev/dri/card0");
	h = look(&t, GPU);
	assert_int_equal(h.n, 1);
	assert_string_equal(h.items[0].user, "4242");
	assert_null(h.items[0].unit);
	tree_done(&t);
}

static void memory_alone_holds_as_well(void **state)
{
	struct tree t;
	struct holders h;

	(void)state;
	make(&t);
	add_process(&t, 900, "x", 0, "/");
	tree_file(&t, "proc/900/maps",
	    "00400000-00401000 r-xp 00000000 08:01 5          /usr/bin/x\n"
	    "7f0000000000-7f0000001000 rw-s 00000000 00:05 12 /dev/dri/card0\n");
	h = look(&t, GPU);
	assert_int_equal(h.n, 1);
	assert_int_equal(h.items[0].how, HOW_MAPPED);

	/* With a descriptor it is one row, not two. */
	add_descriptor(&t, 900, 3, "/dev/dri/card0");
	h = look(&t, GPU);
	assert_int_equal(h.n, 1);
	assert_int_equal(h.items[0].how, HOW_OPEN);
	tree_done(&t);
}

static void threads_hold_on_when_the_first_has_ended(void **state)
{
	struct tree t;
	struct holders h;

	(void)state;
	make(&t);
	tree_file(&t, "proc/900/comm", "x\n");
	tree_folder(&t, "proc/900/fd");
	tree_folder(&t, "proc/900/task/900/fd");
	tree_link(&t, "proc/900/task/901/fd/3", "/dev/dri/card0");
	tree_link(&t, "proc/900/task/902/fd/3", "/dev/dri/card0");
	h = look(&t, GPU);
	assert_int_equal(h.n, 1);
	assert_int_equal(h.items[0].pid, 900);
	tree_done(&t);
}

static void we_are_no_holder(void **state)
{
	struct sys_ops ops;
	struct holders h;
	struct tree t;

	(void)state;
	make(&t);
	ops = *t.real.sys.ops;
	ops.device = NULL;
	t.real.sys.ops = &ops;
	t.real.sys.is_live = true;
	t.real.sys.pid = 812;
	add_descriptor(&t, 812, 3, "/dev/dri/card0");
	h = look(&t, GPU);
	assert_int_equal(h.n, 0);
	t.real.sys.pid = 813;
	h = look(&t, GPU);
	assert_int_equal(h.n, 1);
	tree_done(&t);
}

static void the_answer_is_in_order(void **state)
{
	struct tree t;
	struct holders h;

	(void)state;
	make(&t);
	add_device(&t, "pci0000:00/" BELOW "/drm/renderD128", "char", "226:128", "dri/renderD128");
	add_process(&t, 90, "x", 0, "/");
	add_descriptor(&t, 812, 3, "/dev/dri/renderD128");
	add_descriptor(&t, 812, 4, "/dev/dri/card0");
	add_descriptor(&t, 90, 3, "/dev/dri/renderD128");
	h = look(&t, GPU);
	assert_int_equal(h.n, 3);
	assert_int_equal(h.items[0].pid, 90);
	assert_string_equal(h.items[1].file, "/dev/dri/card0");
	assert_string_equal(h.items[2].file, "/dev/dri/renderD128");
	tree_done(&t);
}

/* ---- units ---- */

static void units_are_read_as_systemd_reads_them(void **state)
{
	static const struct {
		const char *cgroup, *unit;
		int user; /* -1: the system's */
	} rows[] = {
	    {"/system.slice/gdm.service", "gdm.service", -1},
	    {"/user.slice/user-1000.slice/session-3.scope", "session-3.scope", -1},
	    {"/user.slice/user-1000.slice/user@1000.service/app.slice/app-steam.scope", "app-steam.scope", 1000},
	    {"/user.slice/user-1000.slice/user@1000.service/gnome-shell.service", "gnome-shell.service", 1000},
	    {"/user.slice/user-1000.slice/user@1000.service", "user@1000.service", -1},
	    {"/machine.slice/machine-qemu\\x2d1\\x2dwin.scope/libvirt/emulator", "machine-qemu\\x2d1\\x2dwin.scope", -1},
	    {"/system.slice/docker-0f.scope/system.slice/inner.service", "docker-0f.scope", -1},
	    {"/system.slice/_cpu.service", "cpu.service", -1},
	    /* the units of a container are none of this host's */
	    {"/lxc.payload.web/system.slice/nginx.service", NULL, -1},
	    {"/docker/0f12", NULL, -1},
	    {"/system.slice", NULL, -1},
	    {"/", NULL, -1},
	    /* they become arguments one day */
	    {"/system.slice/-a.service", NULL, -1},
	    {"/system.slice/a b.service", NULL, -1},
	    {"/system.slice/.service", NULL, -1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct tree t;
		struct holders h;

		make(&t);
		add_process(&t, 900, "x", 0, rows[i].cgroup);
		add_descriptor(&t, 900, 3, "/dev/dri/card0");
		h = look(&t, GPU);
		assert_int_equal(h.n, 1);
		if (!str_eq(h.items[0].unit, rows[i].unit))
			fail_msg("%s: %s", rows[i].cgroup, h.items[0].unit ? h.items[0].unit : "none");
		assert_int_equal(h.items[0].is_user_unit, rows[i].user >= 0);
		if (rows[i].user >= 0)
			assert_int_equal(h.items[0].unit_user, rows[i].user);
		tree_done(&t);
	}
}

static void units_are_found_where_there_are_several_hierarchies(void **state)
{
	struct tree t;
	struct holders h;

	(void)state;
	make(&t);
	tree_file(&t, "proc/812/cgroup", "12:devices:/user.slice/x.service\n1:name=systemd:/system.slice/sddm.service\n0::/\n");
	add_descriptor(&t, 812, 3, "/dev/dri/card0");
	h = look(&t, GPU);
	assert_string_equal(h.items[0].unit, "sddm.service");
	tree_done(&t);
}

/* ---- which nodes ---- */

static void what_hangs_below_another_function_is_its_own(void **state)
{
	struct tree t;
	struct holders h;

	(void)state;
	make(&t);
	add_device(&t, "pci0000:00/0000:00:01.0/hwmon/x0", "char", "300:0", "x0");
	add_descriptor(&t, 812, 3, "/dev/dri/card0");
	h = look(&t, "0000:00:01.0");
	assert_int_equal(h.n, 0);
	add_descriptor(&t, 812, 4, "/dev/x0");
	h = look(&t, "0000:00:01.0");
	assert_int_equal(h.n, 1);
	assert_true(has(&h, 812, "/dev/x0"));
	tree_done(&t);
}

static void nodes_deep_below_a_function_count(void **state)
{
	struct tree t;
	struct holders h;

	(void)state;
	make(&t);
	add_device(&t, "pci0000:00/" BELOW "/usb1/1-1", "char", "189:1", "bus/usb/001/002");
	add_device(&t, "pci0000:00/" BELOW "/usb1/1-1/1-1:1.0/0003:046D:C52B.0001/input/input5/event5", "char", "13:69", "input/event5");
	add_device(&t, "pci0000:00/" BELOW "/host0/target0:0:0/0:0:0:0/block/sda/sda1", "block", "8:1", "sda1");
	add_device(&t, "pci0000:00/" BELOW "/odd", "char", "300:7", NULL);
	add_descriptor(&t, 812, 3, "/dev/bus/usb/001/002");
	add_descriptor(&t, 812, 4, "/dev/input/event5");
	add_descriptor(&t, 812, 5, "/dev/sda1");
	add_descriptor(&t, 812, 6, "/dev/char/300:7");
	h = look(&t, GPU);
	assert_int_equal(h.n, 4);
	assert_true(has(&h, 812, "/dev/bus/usb/001/002"));
	assert_true(has(&h, 812, "/dev/input/event5"));
	assert_true(has(&h, 812, "/dev/sda1"));
	assert_true(has(&h, 812, "/dev/char/300:7"));
	tree_done(&t);
}

static void add_nvidia(struct tree *t, const char *name, const char *minor)
{
	tree_file(t, arena_printf(&t->mem, "proc/driver/nvidia/gpus/%s/information", name),
	    arena_printf(&t->mem, "Model: \t\t NVIDIA\nDevice Minor: \t %s\nGPU Excluded:\t No\n", minor));
}

static void nvidia_nodes_are_told_by_the_driver(void **state)
{
	struct tree t;
	struct holders h;

	(void)state;
	make(&t);
	tree_function(&t, "0000:02:00.0", 0x030000, "10de:2204", "nvidia");
	h = look(&t, "0000:02:00.0");
	assert_false(h.is_complete); /* its minor is not known */

	add_nvidia(&t, "0000:02:00.0", "0");
	add_descriptor(&t, 812, 3, "/dev/nvidia0");
	add_descriptor(&t, 812, 4, "/dev/nvidiactl");
	h = look(&t, "0000:02:00.0");
	assert_true(h.is_complete);
	assert_int_equal(h.n, 2);
	assert_true(has(&h, 812, "/dev/nvidia0"));
	assert_true(has(&h, 812, "/dev/nvidiactl"));

	/* Of two cards the common node tells nothing. */
	add_nvidia(&t, "0000:03:00.0", "1");
	h = look(&t, "0000:02:00.0");
	assert_int_equal(h.n, 1);
	assert_true(has(&h, 812, "/dev/nvidia0"));
	tree_done(&t);
}

static void kfd_belongs_to_the_only_amdgpu(void **state)
{
	struct tree t;
	struct holders h;

	(void)state;
	make(&t);
	tree_function(&t, "0000:02:00.0", 0x030000, "1002:73bf", "amdgpu");
	tree_link(&t, "sys/bus/pci/drivers/amdgpu/0000:02:00.0", "../../../../devices/pci0000:00/0000:02:00.0");
	add_descriptor(&t, 812, 3, "/dev/kfd");
	h = look(&t, "0000:02:00.0");
	assert_int_equal(h.n, 1);
	h = look(&t, GPU);
	assert_int_equal(h.n, 0);
	tree_link(&t, "sys/bus/pci/drivers/amdgpu/0000:03:00.0", "../../../../devices/pci0000:00/0000:03:00.0");
	h = look(&t, "0000:02:00.0");
	assert_int_equal(h.n, 0);
	tree_done(&t);
}

static void a_multipath_disk_belongs_to_each_of_its_controllers(void **state)
{
	const char *const both[] = {"0000:02:00.0", "0000:03:00.0"};
	struct tree t;
	struct holders h;

	(void)state;
	make(&t);
	for (size_t i = 0; i < ARRAY_LEN(both); i++) {
		tree_function(&t, both[i], 0x010802, "144d:a808", "nvme");
		tree_link(&t, arena_printf(&t.mem, "sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme%zu", i),
		    arena_printf(&t.mem, "../../../pci0000:00/%s/nvme/nvme%zu", both[i], i));
	}
	add_device(&t, "virtual/nvme-subsystem/nvme-subsys0/nvme0n1/nvme0n1p1", "block", "259:1", "nvme0n1p1");
	add_device(&t, "virtual/nvme-subsystem/nvme-subsys1/nvme1n1", "block", "259:2", "nvme1n1");
	add_descriptor(&t, 812, 3, "/dev/nvme0n1p1");
	add_descriptor(&t, 812, 4, "/dev/nvme1n1");
	assert_int_equal(try_look(&t, both, 2, &h), 0);
	assert_int_equal(h.n, 2);
	assert_int_equal(pci_addr_cmp(h.items[0].addr, addr_of(both[0])), 0);
	assert_int_equal(pci_addr_cmp(h.items[1].addr, addr_of(both[1])), 0);
	assert_string_equal(h.items[0].file, "/dev/nvme0n1p1");
	assert_string_equal(h.items[1].file, "/dev/nvme0n1p1");
	tree_done(&t);
}

static void a_guest_holds_every_member_of_its_group(void **state)
{
	const char *const both[] = {GPU, "0000:01:00.1"};
	struct tree t;
	struct holders h;

	(void)state;
	make(&t);
	tree_function(&t, "0000:00:01.0/0000:01:00.1", 0x040300, "10de:1aef", "vfio-pci");
	for (size_t i = 0; i < ARRAY_LEN(both); i++)
		tree_link(&t, arena_printf(&t.mem, SYSFS "0000:00:01.0/%s/iommu_group", both[i]), "/sys/kernel/iommu_groups/14");
	add_descriptor(&t, 812, 3, "/dev/vfio/14");
	h = look(&t, GPU);
	assert_int_equal(h.n, 0); /* no such node here: it is another namespace's */
	tree_file(&t, "dev/vfio/14", "");
	assert_int_equal(try_look(&t, both, 2, &h), 0);
	assert_int_equal(h.n, 2);
	add_device(&t, "pci0000:00/" BELOW "/vfio-dev/vfio0", "char", "511:0", "vfio/devices/vfio0");
	add_descriptor(&t, 812, 4, "/dev/vfio/devices/vfio0");
	h = look(&t, GPU);
	assert_true(has(&h, 812, "/dev/vfio/devices/vfio0"));
	tree_done(&t);
}

/* ---- by number ---- */

static int fake_device(struct sys *s, const char *path, struct sys_device *ret)
{
	(void)s;
	*ret = (struct sys_device){false, 226, 0};
	if (strstr(path, "/fd/3"))
		return 1;
	ret->minor = 1;
	if (strstr(path, "/fd/4") || strstr(path, "/map_files/7f00-7f01"))
		return 1;
	if (strstr(path, "/fd/5"))
		return -EACCES;
	return strstr(path, "/fd/") ? 0 : -ENOENT;
}

static void make_with_numbers(struct tree *t, struct sys_ops *ops)
{
	make(t);
	*ops = *t->real.sys.ops;
	ops->device = fake_device;
	t->real.sys.ops = ops;
}

static void a_node_is_known_by_its_number_whatever_its_name(void **state)
{
	struct sys_ops ops;
	struct holders h;
	struct tree t;

	(void)state;
	make_with_numbers(&t, &ops);
	add_descriptor(&t, 812, 3, "/var/lib/lxc/a/rootfs/dev/dri/card7");
	add_descriptor(&t, 812, 4, "/dev/dri/card1");
	h = look(&t, GPU);
	assert_int_equal(h.n, 1);
	assert_string_equal(h.items[0].file, "/dev/dri/card0");
	assert_true(h.is_complete);
	tree_done(&t);
}

static void another_device_under_the_same_name_is_none_of_it(void **state)
{
	struct sys_ops ops;
	struct holders h;
	struct tree t;

	(void)state;
	make_with_numbers(&t, &ops);
	add_descriptor(&t, 812, 4, "/dev/dri/card0");
	h = look(&t, GPU);
	assert_int_equal(h.n, 0);
	tree_done(&t);
}

static void a_mapping_is_known_by_its_number_too(void **state)
{
	struct sys_ops ops;
	struct holders h;
	struct tree t;

	(void)state;
	make_with_numbers(&t, &ops);
	add_device(&t, "pci0000:00/" BELOW "/drm/card1", "char", "226:1", "dri/card1");
	tree_file(&t, "proc/812/maps", "7f00-7f01 rw-s 00000000 00:05 12 /dev/dri/card9\n");
	h = look(&t, GPU);
	assert_int_equal(h.n, 1);
	assert_true(has(&h, 812, "/dev/dri/card1"));
	tree_done(&t);
}

static void a_node_that_cannot_be_looked_at_may_be_it(void **state)
{
	struct sys_ops ops;
	struct holders h;
	struct tree t;

	(void)state;
	make_with_numbers(&t, &ops);
	add_descriptor(&t, 812, 5, "/mnt/dev/x");
	h = look(&t, GPU);
	assert_int_equal(h.n, 0);
	assert_false(h.is_complete);
	tree_done(&t);
}

/* ---- the kernel ---- */

static void an_interface_that_is_up_holds(void **state)
{
	struct tree t;
	struct holders h;

	(void)state;
	make(&t);
	tree_file(&t, SYSFS BELOW "/virtio0/net/eth7/flags", "0x1002\n");
	tree_link(&t, "sys/class/net/eth7", "../../devices/pci0000:00/" BELOW "/virtio0/net/eth7");
	tree_file(&t, "sys/devices/virtual/net/lo/flags", "0x9\n");
	tree_link(&t, "sys/class/net/lo", "../../devices/virtual/net/lo");
	h = look(&t, GPU);
	assert_int_equal(h.n, 0);
	tree_file(&t, SYSFS BELOW "/virtio0/net/eth7/flags", "0x1003\n");
	h = look(&t, GPU);
	assert_int_equal(h.n, 1);
	assert_int_equal(h.items[0].kind, HOLDER_INTERFACE);
	assert_int_equal(h.items[0].how, HOW_UP);
	assert_string_equal(h.items[0].command, "eth7");
	assert_string_equal(h.items[0].file, "/sys/class/net/eth7");
	tree_file(&t, SYSFS BELOW "/virtio0/net/eth7/flags", "?\n");
	h = look(&t, GPU);
	assert_int_equal(h.n, 0);
	assert_false(h.is_complete);
	tree_done(&t);
}

static void references_nobody_explains_are_told(void **state)
{
	struct tree t;
	struct holders h;

	(void)state;
	make(&t);
	tree_function(&t, "0000:02:00.0", 0x030000, "10de:2204", "nvidia");
	tree_link(&t, "sys/bus/pci/drivers/nvidia/module", "../../../../module/nvidia");
	tree_folder(&t, "sys/module/nvidia/holders/nvidia_uvm");
	tree_folder(&t, "sys/module/nvidia/holders/nvidia_modeset");
	add_nvidia(&t, "0000:02:00.0", "0");
	add_descriptor(&t, 812, 3, "/dev/nvidia0");
	add_descriptor(&t, 812, 4, "/dev/nvidiactl");
	add_descriptor(&t, 812, 5, "/dev/nvidia-uvm");
	tree_file(&t, "sys/module/nvidia/refcnt", "4\n");
	h = look(&t, "0000:02:00.0");
	assert_int_equal(h.n, 3);
	tree_file(&t, "sys/module/nvidia/refcnt", "5\n");
	h = look(&t, "0000:02:00.0");
	assert_int_equal(h.n, 4);
	assert_int_equal(h.items[3].kind, HOLDER_MODULE);
	assert_string_equal(h.items[3].command, "nvidia");
	assert_non_null(strstr(holder_describe(&t.mem, &h.items[3]), "persistence mode"));

	add_process(&t, 900, "x", 0, "/");
	tree_file(&t, "proc/900/maps", "7f00-7f01 rw-s 00000000 00:05 12 /dev/nvidia0\n");
	h = look(&t, "0000:02:00.0");
	assert_int_equal(h.n, 4);
	assert_int_equal(h.items[3].kind, HOLDER_PROCESS);

	/* Other drivers have reasons of their own. */
	tree_link(&t, "sys/bus/pci/drivers/nouveau/module", "../../../../module/nouveau");
	tree_folder(&t, "sys/module/nouveau/holders");
	tree_file(&t, "sys/module/nouveau/refcnt", "5\n");
	h = look(&t, GPU);
	assert_int_equal(h.n, 0);
	tree_done(&t);
}

/* ---- what cannot be seen ---- */

/* Something else in its place: "" nothing at all. */
static void check_blind(const char *path, const char *instead)
{
	struct tree t;
	struct holders h;

	make(&t);
	/* A node that is seen in any case, so that the processes are looked at. */
	tree_file(&t, "dev/vfio/14", "");
	tree_link(&t, SYSFS BELOW "/iommu_group", "/sys/kernel/iommu_groups/14");
	h = look(&t, GPU);
	assert_true(h.is_complete);
	assert_int_equal(rename(arena_printf(&t.mem, "%s/%s", t.root, path), arena_printf(&t.mem, "%s/lost", t.root)), 0);
	if (*instead)
		tree_link(&t, path, instead);
	h = look(&t, GPU);
	assert_int_equal(h.n, 0);
	if (h.is_complete)
		fail_msg("complete without %s", path);
	tree_done(&t);
}

static void what_cannot_be_seen_is_not_absent(void **state)
{
	(void)state;
	check_blind("proc/self/ns/pid", "pid:[4026532001]"); /* a private namespace */
	check_blind("proc/1", "");			     /* hidden from us */
	check_blind("proc/812/maps", "maps");		     /* leads in circles: an error */
	check_blind("sys/dev/char", "");
	check_blind("sys/dev/block", "");
}

static void a_descriptor_that_cannot_be_read_may_be_it(void **state)
{
	struct tree t;
	struct holders h;

	(void)state;
	make(&t);
	tree_file(&t, "proc/812/fd/9", ""); /* no link: readlink fails */
	h = look(&t, GPU);
	assert_false(h.is_complete);
	tree_done(&t);
}

static void a_function_that_is_not_there_is_an_error(void **state)
{
	const char *const gone[] = {"0000:77:00.0"};
	struct holders h;
	struct tree t;

	(void)state;
	make(&t);
	assert_int_equal(try_look(&t, gone, 1, &h), -ENODEV);
	tree_done(&t);
}

/* ---- as VFIO's own node, and as a condition ---- */

static void a_vfio_node_has_its_holders(void **state)
{
	struct err e = {0};
	struct holders h;
	struct tree t;

	(void)state;
	make(&t);
	add_descriptor(&t, 812, 3, "/dev/vfio/5");
	assert_int_equal(read_vfio_holders(&t.real.sys, &t.mem, "/dev/vfio/5", &h, &e), 0);
	assert_int_equal(h.n, 1);
	assert_true(h.is_complete);
	assert_true(has(&h, 812, "/dev/vfio/5"));
	assert_int_equal(read_vfio_holders(&t.real.sys, &t.mem, "/dev/vfio/55", &h, &e), 0);
	assert_int_equal(h.n, 0);
	tree_done(&t);
}

static void the_condition_unused_names_who_is_in_the_way(void **state)
{
	struct step step = {.type = STEP_REQUIRE, .kind = KIND_UNUSED, .target = GPU, .want = {.flag = true}};
	struct err e = {0};
	struct tree t;

	(void)state;
	make(&t);
	assert_int_equal(condition_check(&t.real.sys, &t.mem, &step, &e), 0);
	add_descriptor(&t, 812, 3, "/dev/dri/card0");
	assert_int_equal(condition_check(&t.real.sys, &t.mem, &step, &e), -EBUSY);
	assert_string_equal(e.what, GPU " is used by process 812 (Xorg, unit gdm.service): /dev/dri/card0");
	assert_non_null(strstr(e.hint, "passthru holders " GPU));

	step.type = STEP_AWAIT;
	step.limit_ms = 1;
	assert_int_equal(condition_check(&t.real.sys, &t.mem, &step, &e), -EBUSY);
	tree_done(&t);
}

static void the_condition_unused_refuses_what_it_cannot_see(void **state)
{
	struct step step = {.type = STEP_REQUIRE, .kind = KIND_UNUSED, .target = GPU, .want = {.flag = true}};
	struct err e = {0};
	struct tree t;

	(void)state;
	make(&t);
	tree_file(&t, "proc/812/fd/9", "");
	assert_int_equal(condition_check(&t.real.sys, &t.mem, &step, &e), -EBUSY);
	assert_non_null(strstr(e.what, "cannot see every process"));
	tree_done(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    T(a_process_is_named_with_command_user_unit_and_file),
	    T(a_user_without_a_name_is_a_number),
	    T(memory_alone_holds_as_well),
	    T(threads_hold_on_when_the_first_has_ended),
	    T(we_are_no_holder),
	    T(the_answer_is_in_order),
	    T(units_are_read_as_systemd_reads_them),
	    T(units_are_found_where_there_are_several_hierarchies),
	    T(what_hangs_below_another_function_is_its_own),
	    T(nodes_deep_below_a_function_count),
	    T(nvidia_nodes_are_told_by_the_driver),
	    T(kfd_belongs_to_the_only_amdgpu),
	    T(a_multipath_disk_belongs_to_each_of_its_controllers),
	    T(a_guest_holds_every_member_of_its_group),
	    T(a_node_is_known_by_its_number_whatever_its_name),
	    T(another_device_under_the_same_name_is_none_of_it),
	    T(a_mapping_is_known_by_its_number_too),
	    T(a_node_that_cannot_be_looked_at_may_be_it),
	    T(an_interface_that_is_up_holds),
	    T(references_nobody_explains_are_told),
	    T(what_cannot_be_seen_is_not_absent),
	    T(a_descriptor_that_cannot_be_read_may_be_it),
	    T(a_function_that_is_not_there_is_an_error),
	    T(a_vfio_node_has_its_holders),
	    T(the_condition_unused_names_who_is_in_the_way),
	    T(the_condition_unused_refuses_what_it_cannot_see),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
