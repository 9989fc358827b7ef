/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "disks.h"

#include <string.h>

#include "base/str.h"
#include "sys/read_host.h"
#include "sys/read_uses.h"

const char *joined(struct tree *t, const char *a, const char *b)
{
	return arena_printf(&t->mem, "%s%s", a, b);
}

void block(struct tree *t, const char *at, const char *number)
{
	tree_file(t, arena_printf(&t->mem, "sys/devices/%s/dev", at), joined(t, number, "\n"));
	tree_link(t, joined(t, "sys/class/block/", str_base(at)), joined(t, "../../devices/", at));
}

void stack(struct tree *t, const char *over, const char *under)
{
	tree_link(t, arena_printf(&t->mem, "sys/devices/%s/slaves/%s", over, str_base(under)),
	    joined(t, "/sys/devices/", under));
	tree_link(t, arena_printf(&t->mem, "sys/devices/%s/holders/%s", under, str_base(over)),
	    joined(t, "/sys/devices/", over));
}

void mapper(struct tree *t, const char *name, const char *number, const char *dm_name)
{
	block(t, joined(t, VIRTUAL, name), number);
	tree_file(t, arena_printf(&t->mem, "sys/devices/" VIRTUAL "%s/dm/name", name), joined(t, dm_name, "\n"));
}

void udev(struct tree *t, const char *number, const char *lines)
{
	tree_file(t, joined(t, "run/udev/data/b", number), lines);
}

void begin(struct tree *t)
{
	tree_open(t);
	tree_function(t, NVME0, 0x010802, "144D:A80A", "nvme");
	tree_function(t, NVME1, 0x010802, "144D:A80A", "nvme");
	tree_function(t, SATA, 0x010601, "8086:2922", "ahci");
	tree_function(t, USB, 0x0c0330, "1B73:1100", "xhci_hcd");
	tree_function(t, GPU, 0x030000, "10DE:2204", "nouveau");
	tree_file(t, "proc/self/mountinfo", OVERLAY_ROOT);
	tree_file(t, "proc/swaps", NO_SWAP);
}

void two_nvme(struct tree *t)
{
	block(t, DISK0, "259:0");
	block(t, DISK0 "/nvme0n1p1", "259:1");
	block(t, DISK0 "/nvme0n1p2", "259:2");
	block(t, DISK0 "/nvme0n1p3", "259:3");
	block(t, DISK1, "259:4");
	block(t, DISK1 "/nvme1n1p1", "259:5");
	udev(t, "259:0", "E:ID_PART_TABLE_TYPE=gpt\n");
	udev(t, "259:1", "E:ID_FS_TYPE=vfat\n");
	udev(t, "259:2", "E:ID_FS_TYPE=ext4\n");
	udev(t, "259:3", "E:ID_FS_TYPE=swap\n");
	udev(t, "259:4", "E:ID_PART_TABLE_TYPE=gpt\n");
	udev(t, "259:5", "E:ID_FS_TYPE=ext4\n");
}

void mount_lines(struct tree *t, const char *lines)
{
	tree_file(t, "proc/self/mountinfo", lines);
}

size_t all_uses(const struct host *h, const char *function)
{
	size_t n = 0;

	for (int kind = 0; kind < USES; kind++)
		n += tree_uses(h, (enum use_kind)kind, function, NULL);
	return n;
}

bool is_blind(const struct host *h, const char *part)
{
	for (size_t i = 0; i < h->n_blind; i++)
		if (h->blind[i].area == AREA_STORAGE && strstr(h->blind[i].reason, part))
			return true;
	return false;
}

struct host host_in(struct tree *t)
{
	struct read_request request = {.facets = FACET_TOPOLOGY};
	struct err e = {0};
	struct host h;

	assert_int_equal(read_host(&t->real.sys, &t->mem, &request, &h, &e), 0);
	read_uses(&t->real.sys, &t->mem, &h, &(struct uses_request){.areas = 1u << AREA_STORAGE, .may_try = true});
	return h;
}
