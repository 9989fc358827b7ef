/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the pools of huge pages: /sys/devices/system/node/nodeN/hugepages/hugepages-…kB, or /sys/kernel/mm/hugepages
 * where the kernel knows no nodes (mm/hugetlb.c), the memory of each node, and passthru's own ledgers. */
#pragma once

#include "base/err.h"
#include "model/hugepages.h"
#include "sys/sys.h"

/* All pools; none at all is an empty list, an unreadable folder an error. */
int read_hugepages(struct sys *s, struct arena *mem, struct hugepages *ret, struct err *e);

/* One pool without the ledger; -ENODEV: there is none of that name. */
int read_huge_pool(struct sys *s, struct arena *mem, const char *target, struct huge_pool *ret, struct err *e);

/* How many of a pool are ours, ret->pages and ret->surplus being read. */
int read_huge_ours(struct sys *s, struct arena *mem, struct huge_pool *pool, struct err *e);

/* "run/passthru/hugepages/node0-2048kB" */
const char *huge_ledger_path(char buf[SYS_PATH], const char *target);
/* The folder with nr_hugepages in it; target has passed huge_target_parse. */
const char *huge_pool_path(char buf[SYS_PATH], const char *target);
/* The name of the busy lock. */
const char *huge_busy_name(char buf[SYS_PATH], const char *target);

/* The NUMA node of a function, NODE_ANY where it does not say; -ENODEV: there is no such function. */
int read_function_node(struct sys *s, struct arena *mem, struct pci_addr addr, int *ret);
