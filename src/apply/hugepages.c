/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/hugepages.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "model/hugepages.h"
#include "sys/read_hugepages.h"

enum {
	GIGABYTE_KB = 1024 * 1024,
	/* What a page may take when memory must be moved out of its way first: far more than seen. */
	MS_A_PAGE = 5,
	MS_A_GIGABYTE_PAGE = 5000,
	LONGEST_MS = 10 * 60 * 1000,
	MOST_TRIES = 8,
};

int hugepages_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e)
{
	struct huge_pool pool;
	char name[SYS_PATH];
	int r = read_huge_pool(s, mem, target, &pool, e);

	if (r < 0)
		return r;
	r = s->ops->is_busy(s, huge_busy_name(name, target));
	if (r == 1) {
		(void)err_set(e, -EBUSY, "the kernel is still at an earlier write for the huge pages of %s", target);
		return err_hint(e, "it ends when memory could be moved, or not; then passthru recover");
	}
	if (r < 0)
		return err_set(e, r, "cannot tell whether a write for %s is under way: %s", target, strerror(-r));
	r = read_huge_ours(s, mem, &pool, e);
	ret->number = pool.ours;
	return r;
}

static int put_ledger(struct sys *s, struct arena *mem, const char *target, const struct huge_ledger *l, struct err *e)
{
	char path[SYS_PATH];
	int r;
	const char *boot_id = sys_text(s, mem, "proc/sys/kernel/random/boot_id", &r);

	if (boot_id)
		r = s->ops->put(s, huge_ledger_path(path, target), huge_ledger_text(mem, boot_id, l));
	return r < 0 ? err_set(e, r, "cannot write down how many huge pages of %s are passthru's: %s", target, strerror(-r)) : 0;
}

static unsigned write_limit(const struct sys *s, uint64_t page_kb, uint64_t n)
{
	uint64_t ms = n * (page_kb >= GIGABYTE_KB ? MS_A_GIGABYTE_PAGE : MS_A_PAGE);

	return s->write_limit_ms + (unsigned)(ms < LONGEST_MS ? ms : LONGEST_MS);
}

static int write_total(struct sys *s, const struct huge_pool *pool, uint64_t total, uint64_t n, struct err *e)
{
	char folder[SYS_PATH], path[SYS_PATH], name[SYS_PATH], value[32];
	unsigned limit_ms = write_limit(s, pool->page_kb, n);
	int r;

	(void)sys_path(path, "%.400s/nr_hugepages", huge_pool_path(folder, pool->target));
	(void)snprintf(value, sizeof(value), "%llu", (unsigned long long)total);
	r = s->ops->poke(s, huge_busy_name(name, pool->target), path, value, limit_ms);
	if (r == -ETIME) {
		(void)err_set(e, r, "the kernel has not come back from writing /%s for %u s", path, limit_ms / 1000);
		return err_hint(e, "it is moving memory; passthru recover, once that has ended");
	}
	if (r == -EINVAL && pool->page_kb >= GIGABYTE_KB) {
		(void)err_set(e, r, "this kernel makes no pages of 1 GiB while it runs");
		return err_hint(e, "on its command line: default_hugepagesz=1G hugepagesz=1G hugepages=N");
	}
	return r < 0 ? err_set(e, r, "writing %s to /%s: %s", value, path, strerror(-r)) : 0;
}

/* Why it is fewer, and what can be done. */
static int refuse_short(struct sys *s, struct arena *mem, const struct step *move, uint64_t from, uint64_t ours,
    const struct huge_pool *pool, struct err *e)
{
	uint64_t asked = move->want.number - from, missing = move->want.number - ours, free_kb = 0;
	struct hugepages all;

	if (read_hugepages(s, mem, &all, NULL) == 0)
		for (size_t i = 0; i < all.n_pools; i++)
			if (str_eq(all.pools[i].target, pool->target))
				free_kb = all.pools[i].free_kb;
	(void)err_set(e, -ENOMEM, "of %llu huge page%s of %s the kernel could make %llu%s", (unsigned long long)asked,
	    asked == 1 ? "" : "s", size_words(mem, pool->page_kb), (unsigned long long)(ours - from),
	    pool->node == NODE_ANY ? "" : arena_printf(mem, " on node %d", pool->node));
	if (pool->page_kb >= GIGABYTE_KB)
		return err_hint(e, "pages of 1 GiB are mostly to be had at boot only; on the kernel's command line: "
				   "default_hugepagesz=1G hugepagesz=1G hugepages=N; --at-least=N takes fewer");
	if (free_kb / pool->page_kb >= missing)
		return err_hint(e, "%s are free, but in pieces: echo 1 >/proc/sys/vm/compact_memory, then try again; or early "
				   "after boot; --at-least=N takes fewer", size_words(mem, free_kb));
	return err_hint(e, "only %s are left there: end what uses memory, or drop caches (echo 3 >/proc/sys/vm/drop_caches); "
			   "--at-least=N takes fewer", size_words(mem, free_kb));
}

/* Counts the pool and opens the ledger from there. Somebody else may change the pool meanwhile, so it is counted once
 * more directly before the write; what is left is the instant between that count and the kernel's store. */
static int open_ledger(struct sys *s, struct arena *mem, const char *target, struct huge_ledger *ledger,
    struct huge_pool *pool, struct err *e)
{
	int r = read_huge_pool(s, mem, target, pool, e);

	for (int i = 0; r == 0 && i < MOST_TRIES; i++) {
		ledger->from = huge_pool_count(pool);
		r = put_ledger(s, mem, target, ledger, e);
		if (r == 0)
			r = read_huge_pool(s, mem, target, pool, e);
		if (r == 0 && huge_pool_count(pool) == ledger->from)
			return 0;
	}
	if (r < 0)
		return r;
	(void)err_set(e, -EBUSY, "somebody else keeps changing the huge pages of %s", target);
	return err_hint(e, "try again when that has ended");
}

int hugepages_set(struct sys *s, struct arena *mem, const struct step *move, const struct value *from, struct err *e)
{
	struct huge_ledger ledger = {.ours = from->number, .is_open = true, .want = move->want.number};
	bool is_more = ledger.want > ledger.ours;
	uint64_t n = is_more ? ledger.want - ledger.ours : ledger.ours - ledger.want, total;
	struct huge_pool pool;
	int r = open_ledger(s, mem, move->target, &ledger, &pool, e);

	if (r < 0)
		return r;
	total = is_more ? ledger.from + n : ledger.from > n ? ledger.from - n : 0;
	r = write_total(s, &pool, total, n, e);
	if (r == 0)
		r = read_huge_pool(s, mem, move->target, &pool, e);
	if (r < 0)
		return r; /* the ledger stays open: whoever looks next counts */
	ledger = (struct huge_ledger){.ours = huge_ledger_ours(&ledger, huge_pool_count(&pool))};
	r = put_ledger(s, mem, move->target, &ledger, e);
	if (r == 0 && is_more && ledger.ours < move->want.number - move->want.short_by)
		r = refuse_short(s, mem, move, from->number, ledger.ours, &pool, e);
	return r;
}

bool hugepages_between(const struct step *move, const struct value *now)
{
	uint64_t a = move->have.number, b = move->want.number;

	return now->number > (a < b ? a : b) && now->number < (a < b ? b : a);
}
