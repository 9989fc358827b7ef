/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recorded hosts with disks: five functions, and block devices below them. */
#pragma once

#include "tree.h"

#define NVME0 "0000:01:00.0"
#define NVME1 "0000:02:00.0"
#define SATA "0000:03:00.0"
#define USB "0000:04:00.0"
#define GPU "0000:05:00.0"

#define PCI "pci0000:00/"
#define DISK0 PCI NVME0 "/nvme/nvme0/nvme0n1"
#define DISK1 PCI NVME1 "/nvme/nvme1/nvme1n1"
#define SDA PCI SATA "/ata1/host0/target0:0:0/0:0:0:0/block/sda"
#define SDB PCI SATA "/ata2/host1/target1:0:0/1:0:0:0/block/sdb"
#define VIRTUAL "virtual/block/"

#define NO_SWAP "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
#define OVERLAY_ROOT "22 1 0:20 / / rw,relatime shared:1 - overlay overlay rw,lowerdir=/lower\n"

/* Two strings as one, living as long as the tree. */
const char *joined(struct tree *t, const char *a, const char *b);

/* A block device: its folder below sys/devices, its number. */
void block(struct tree *t, const char *at, const char *number);

/* The two links that the kernel makes when one device is made of another. */
void stack(struct tree *t, const char *over, const char *under);
void mapper(struct tree *t, const char *name, const char *number, const char *dm_name);
void udev(struct tree *t, const char *number, const char *lines);

/* Five functions, nothing mounted from a disk, no swap. */
void begin(struct tree *t);

/* nvme0n1 with three partitions, nvme1n1 with one, known to udev. */
void two_nvme(struct tree *t);
void mount_lines(struct tree *t, const char *lines);

/* Reads the host, and of its uses only this area: the others have their own blind spots. */
struct host host_in(struct tree *t);
size_t all_uses(const struct host *h, const char *function);
bool is_blind(const struct host *h, const char *part);

#define HAS(h, kind, function, subject) assert_int_equal(tree_uses((h), (kind), (function), (subject)), 1)
#define HAS_NONE(h, kind, function) assert_int_equal(tree_uses((h), (kind), (function), NULL), 0)
