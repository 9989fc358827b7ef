/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The block devices of a host and what each is made of, from /sys/class/block: a partition of its disk, dm, LVM, md
 * and bcache of their slaves, down to the PCI functions. Edges may run in circles in a hostile tree; every walk
 * visits a device once.
 */
#pragma once

#include "sys/read_uses.h"

/* What a device carries, by udev's database or by a look at it. */
struct block_content {
	bool is_known;	      /* somebody looked; all NULL then: nothing known is on it */
	const char *type;     /* "ext4", "LVM2_member", NULL: none */
	const char *label;
	const char *table;    /* "gpt" */
	const char *zvol_pool; /* the ZFS pool that a zd device is a volume of */
	const char *evidence;
};

struct block_device {
	const char *name;    /* "nvme0n1p2" */
	const char *dm_name; /* the device mapper's, "vg0-root"; NULL: not of it */
	bool has_number;     /* the hidden paths of a multipath NVMe disk have none */
	unsigned major, minor;
	int disk;	      /* what it is a partition of, -1: it is none */
	int first_part, next_part; /* of a disk; of a partition; -1: no (more) */
	const int *functions; /* those it hangs on itself, not through what it is made of */
	size_t n_functions;
	int *below; /* what it is made of, its disk first */
	size_t n_below;
	bool is_stacked;  /* made of other devices: dm, md, bcache */
	bool has_above;	  /* another device, no partition, is made of it */
	bool is_on_file;  /* a loop device whose file lies on a mounted file system */
	bool is_used;	  /* a use was found for it or for something made of it */
	int btrfs;	  /* number of the mounted btrfs it is a part of, -1: of none */
	const struct block_content *content; /* NULL: not read yet; by block_content() */
};

struct block_graph {
	struct use_reading *r;
	struct block_device *devices; /* by name, nvme2n1 before nvme10n1 */
	size_t n;
	int *order; /* of the last walk */
	unsigned *seen, walk;
	bool has_disks; /* at least one hangs on a PCI function */
};

/* A negative errno where /sys/class/block cannot be listed. */
int block_graph_read(struct use_reading *r, struct block_graph *ret);

/* All answer an index, or -1. node: "/dev/nvme0n1p2", "/dev/mapper/vg0-root", "/dev/disk/by-uuid/…". */
int block_by_name(const struct block_graph *g, const char *name);
int block_by_number(const struct block_graph *g, unsigned major, unsigned minor);
int block_by_node(const struct block_graph *g, const char *node);

/* `over` is made of `under`. */
void block_connect(struct block_graph *g, int over, int under);

/* A row "WHAT on DEVICE" for every function the device comes down to; all that it is made of counts as used. */
void block_add_use(struct block_graph *g, enum use_kind kind, const char *what, int device, const char *evidence);

/* What udev says it carries, read once. */
const struct block_content *block_content(struct block_graph *g, int device);

/* "dev/cciss/c0d0p1": where its node is. */
const char *block_node(char buf[SYS_PATH], const struct block_device *d);

/* read_idle_disks.c: the disks and partitions of PCI functions that no use was found for. Does somebody hold them
 * all the same, and what do they carry? */
void read_idle_disks(struct block_graph *g);
