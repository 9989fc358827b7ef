/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Huge pages of the host: a pool for each size and NUMA node, and how many of each pool are passthru's.
 *
 * Somebody else may reserve too, before, after or meanwhile, so a change is a difference and never a total. The
 * kernel knows totals only, and has no compare-and-swap. Therefore the value that a move of KIND_HUGEPAGES takes
 * from have to want is *how many pages of this pool are passthru's*: a number that nobody else changes. It is kept
 * in a ledger of our own, a small file a pool below /run/passthru:
 *
 *	settled		BOOT_ID OURS			so many are ours
 *	open		BOOT_ID OURS WANT FROM		the pool, FROM pages then, is being taken to FROM + WANT - OURS
 *
 * The order is: count the pool, open the ledger (whole or not at all), write the new total to nr_hugepages, count
 * again, settle the ledger with what really came. Killed anywhere in between, the ledger is still open, and the next
 * who asks counts the pool: what it has grown (shrunk) by since FROM, but no more than was wanted, came from us.
 * So a value between have and want is half-way, wherever that happened, and pages that somebody else added stay
 * theirs: they are outside of the difference. What cannot be told apart, for the kernel does not say who wrote:
 * a total that somebody else changes by fewer pages than we wanted after a kill between opening the ledger and the
 * kernel's end of the write, and before the next look.
 *
 * Counted are persistent pages, nr_hugepages less surplus_hugepages: that is what a write to nr_hugepages sets
 * (mm/hugetlb.c, set_max_huge_pages; reading gives the sum). Pages in use that are given back become surplus, and the
 * kernel frees each when its user lets go.
 */
#pragma once

#include "base/arena.h"
#include "base/base.h"

enum { HUGE_TARGET_TEXT = 48, NODE_ANY = -1 };

struct huge_pool {
	int node; /* NODE_ANY: the whole machine, where sysfs knows no nodes */
	uint64_t page_kb;
	char target[HUGE_TARGET_TEXT]; /* "node0/2048kB", "2048kB" */
	uint64_t pages, free, surplus; /* pages has the surplus in it, as nr_hugepages has */
	enum tri has_ours; /* TRI_UNKNOWN: the ledger cannot be read */
	uint64_t ours;
	bool has_memory; /* the next two are known */
	uint64_t free_kb, cache_kb; /* of its node: free, and cached files that the kernel can drop */
};

struct hugepages {
	struct huge_pool *pools; /* by node, then by size */
	size_t n_pools;
};

/* What is asked for. */
struct hugepages_wish {
	uint64_t page_kb;  /* 0: 2 MiB, else the smallest there is */
	int node;	   /* NODE_ANY: over all nodes that have memory, alike */
	uint64_t count;	   /* so many more */
	uint64_t at_least; /* fewer will do, down to this; 0: all of them or none */
};

enum { MOST_HUGE_PAGES = 1 << 30, MOST_HUGE_KB = 1 << 30, MOST_NODES = 1024 };

/* Persistent pages. */
uint64_t huge_pool_count(const struct huge_pool *p);

/* How many more pages its node has memory for, of what is free or can be dropped, some left for the host;
 * UINT64_MAX where that is not known. A guess from above: memory may be in pieces. */
uint64_t huge_pool_room(const struct huge_pool *p);

/* "node0/2048kB" or "2048kB" and nothing else: it names a file below. */
bool huge_target_parse(const char *text, int *ret_node, uint64_t *ret_page_kb);
void huge_target_format(int node, uint64_t page_kb, char ret[HUGE_TARGET_TEXT]);

/* "2M", "1G", "64K", in either case, also with "iB" behind. */
bool huge_size_parse(const char *text, uint64_t *ret_page_kb);
/* "2 MiB"; any number of KiB. */
const char *size_words(struct arena *mem, uint64_t kb);

struct huge_ledger {
	uint64_t ours;
	bool is_open;
	uint64_t want, from;
};

/* A ledger of another boot is an empty one: pages and /run are fresh then. False: not one we write. */
bool huge_ledger_parse(const char *text, const char *boot_id, struct huge_ledger *ret);
const char *huge_ledger_text(struct arena *mem, const char *boot_id, const struct huge_ledger *l);

/* How many are ours, the pool having so many persistent pages now; never more than there are. */
uint64_t huge_ledger_ours(const struct huge_ledger *l, uint64_t now);
