/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /proc/meminfo and /sys/devices/system/node/nodeN/meminfo (fs/proc/meminfo.c, drivers/base/node.c), a line at a time:
 * "MemFree:  1234 kB", "Node 0 MemFree:  1234 kB". */
#pragma once

#include "base/base.h"

struct meminfo {
	bool has_free;
	uint64_t free_kb;
	uint64_t cache_kb; /* file pages the kernel can drop: active, inactive, reclaimable kernel memory */
};

/* Adds what the line says; one that says nothing of this is passed over. */
void meminfo_line(struct meminfo *m, const char *line);
