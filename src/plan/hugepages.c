/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/hugepages.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"

enum { USUAL_KB = 2048 };

static uint64_t lesser(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static bool has_size(const struct hugepages *h, uint64_t page_kb)
{
	for (size_t i = 0; i < h->n_pools; i++)
		if (h->pools[i].page_kb == page_kb)
			return true;
	return false;
}

static bool has_node(const struct hugepages *h, int node)
{
	for (size_t i = 0; i < h->n_pools; i++)
		if (h->pools[i].node == node)
			return true;
	return false;
}

static uint64_t usual_size(const struct hugepages *h)
{
	uint64_t smallest = UINT64_MAX;

	if (has_size(h, USUAL_KB))
		return USUAL_KB;
	for (size_t i = 0; i < h->n_pools; i++)
		smallest = lesser(smallest, h->pools[i].page_kb);
	return smallest;
}

static const char *list_sizes(struct arena *mem, const struct hugepages *h)
{
	const char *text = "";

	for (size_t i = 0; i < h->n_pools; i++)
		if (h->pools[i].node == h->pools[0].node)
			text = arena_printf(mem, "%s%s%s", text, *text ? ", " : "", size_words(mem, h->pools[i].page_kb));
	return text;
}

/* The pools asked for, those with the least room first; room for all of it is enough room. */
static size_t choose(struct arena *mem, const struct hugepages *h, uint64_t page_kb, int node, uint64_t count,
    const struct huge_pool ***ret)
{
	size_t n = 0;

	*ret = NULL;
	for (size_t i = 0; i < h->n_pools; i++) {
		const struct huge_pool *p = &h->pools[i];
		size_t at;

		if (p->page_kb != page_kb || (node != NODE_ANY && p->node != node))
			continue;
		(void)ARENA_PUSH(mem, *ret, n);
		for (at = n - 1; at > 0 && lesser(huge_pool_room((*ret)[at - 1]), count) > lesser(huge_pool_room(p), count); at--)
			(*ret)[at] = (*ret)[at - 1];
		(*ret)[at] = p;
	}
	return n;
}

static const char *where(struct arena *mem, const struct hugepages_wish *wish)
{
	return wish->node == NODE_ANY ? "this machine" : arena_printf(mem, "node %d", wish->node);
}

static int refuse_room(struct arena *mem, const struct hugepages_wish *wish, const struct huge_pool **pools, size_t n,
    uint64_t page_kb, uint64_t room, struct err *e)
{
	uint64_t free_kb = 0, cache_kb = 0;

	for (size_t i = 0; i < n; i++) {
		free_kb += pools[i]->free_kb;
		cache_kb += pools[i]->cache_kb;
	}
	(void)err_set(e, -ENOSPC, "%s has memory for %llu more huge pages of %s, not %llu", where(mem, wish),
	    (unsigned long long)room, size_words(mem, page_kb), (unsigned long long)wish->count);
	return err_hint(e, "%s are free and %s hold cached files; %s", size_words(mem, free_kb), size_words(mem, cache_kb),
	    room > 0 && wish->at_least == 0 ? "--at-least=N takes fewer" : "end what uses memory, or take another node");
}

static int check_names(struct arena *mem, const struct hugepages *h, const struct hugepages_wish *wish, uint64_t page_kb,
    struct err *e)
{
	if (h->n_pools == 0) {
		(void)err_set(e, -ENODEV, "this kernel has no huge pages");
		return err_hint(e, "it was built without CONFIG_HUGETLBFS, or the processor has none");
	}
	if (!has_size(h, page_kb)) {
		(void)err_set(e, -ENODEV, "this machine has no huge pages of %s", size_words(mem, page_kb));
		return err_hint(e, "it has those of %s", list_sizes(mem, h));
	}
	if (wish->node != NODE_ANY && !has_node(h, wish->node)) {
		(void)err_set(e, -ENODEV, "this machine has no NUMA node %d with memory", wish->node);
		return err_hint(e, "passthru hugepages shows those there are");
	}
	return 0;
}

int plan_hugepages(struct arena *mem, const struct hugepages *h, const struct hugepages_wish *wish, struct plan *ret,
    struct err *e)
{
	uint64_t page_kb = wish->page_kb ? wish->page_kb : usual_size(h);
	uint64_t least = wish->at_least ? lesser(wish->at_least, wish->count) : wish->count;
	uint64_t room = 0, count, rest, slack;
	const struct huge_pool **pools;
	struct plan p = {0};
	size_t n;

	if (check_names(mem, h, wish, page_kb, e) < 0)
		return -ENODEV;
	n = choose(mem, h, page_kb, wish->node, wish->count, &pools);
	for (size_t i = 0; i < n; i++)
		room = room > UINT64_MAX - huge_pool_room(pools[i]) ? UINT64_MAX : room + huge_pool_room(pools[i]);
	if (room < least)
		return refuse_room(mem, wish, pools, n, page_kb, room, e);
	count = lesser(room, wish->count);
	rest = count;
	/* Each share may be short by its part of what may be missing in all, rounded down: never more than that in sum. */
	slack = count - least;
	for (size_t i = 0; i < n; i++) {
		uint64_t left = n - i, share = lesser(huge_pool_room(pools[i]), (rest + left - 1) / left);
		struct value have = {.number = pools[i]->ours}, want = {.number = have.number + share};

		want.short_by = lesser(slack * share / (count ? count : 1), share ? share - 1 : 0);
		rest -= share;
		if (share > 0)
			plan_add_move(mem, &p, KIND_HUGEPAGES, pools[i]->target, have, want);
	}
	*ret = p;
	return 0;
}

void plan_hugepages_release(struct arena *mem, const struct hugepages *h, const struct plan *taken, struct plan *ret)
{
	*ret = (struct plan){0};
	for (size_t i = 0; i < h->n_pools; i++) {
		const struct huge_pool *pool = &h->pools[i];
		struct value have = {.number = pool->ours}, want = have;

		if (!taken)
			want.number = 0;
		for (size_t k = 0; taken && k < taken->n_steps; k++)
			if (taken->steps[k].kind == KIND_HUGEPAGES && str_eq(taken->steps[k].target, pool->target))
				want.number = lesser(have.number, taken->steps[k].have.number);
		plan_add_move(mem, ret, KIND_HUGEPAGES, pool->target, have, want);
	}
}
