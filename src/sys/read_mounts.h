/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is mounted, and from which block device: /proc/self/mountinfo and that of process 1. */
#pragma once

#include "sys/block_graph.h"

struct mount {
	const char *point;
	const char *type;
	const char *evidence; /* the mountinfo that has it */
	int device;	      /* in the graph; -1: none of it */
	const char *pool;     /* the ZFS pool, NULL: no ZFS */
	bool is_unfound;      /* it is mounted from a device node that the graph does not have */
};

struct mounts {
	struct mount *list; /* in the order of mounting */
	size_t n;
	size_t n_own; /* the first so many are of our own namespace, whose paths are ours */
};

/* A blind spot is noted where it cannot be read. */
void mounts_read(struct block_graph *g, struct mounts *ret);

/* The mount that a file of our own namespace lies on, NULL: unknown. */
const struct mount *mounts_of_path(const struct mounts *m, const char *path);
