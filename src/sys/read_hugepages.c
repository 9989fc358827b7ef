/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/read_hugepages.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "text/meminfo.h"

#define NODES "sys/devices/system/node"
#define WHOLE "sys/kernel/mm/hugepages"

const char *huge_ledger_path(char buf[SYS_PATH], const char *target)
{
	const char *slash = strchr(target, '/');

	if (!slash)
		return sys_path(buf, "run/passthru/hugepages/%s", target);
	return sys_path(buf, "run/passthru/hugepages/%.*s-%s", (int)(slash - target), target, slash + 1);
}

const char *huge_busy_name(char buf[SYS_PATH], const char *target)
{
	const char *slash = strchr(target, '/');

	if (!slash)
		return sys_path(buf, "hugepages-%s", target);
	return sys_path(buf, "hugepages-%.*s-%s", (int)(slash - target), target, slash + 1);
}

const char *huge_pool_path(char buf[SYS_PATH], const char *target)
{
	const char *slash = strchr(target, '/');

	if (!slash)
		return sys_path(buf, WHOLE "/hugepages-%s", target);
	return sys_path(buf, NODES "/%.*s/hugepages/hugepages-%s", (int)(slash - target), target, slash + 1);
}

static int read_count(struct sys *s, struct arena *mem, const char *folder, const char *name, uint64_t *ret)
{
	char path[SYS_PATH];
	int r;
	const char *text = sys_text(s, mem, sys_path(path, "%s/%s", folder, name), &r);

	if (!text)
		return r;
	return str_number(text, 10, MOST_HUGE_PAGES, ret) ? 0 : -EINVAL;
}

int read_huge_pool(struct sys *s, struct arena *mem, const char *target, struct huge_pool *ret, struct err *e)
{
	char folder[SYS_PATH];
	int r = 0;

	*ret = (struct huge_pool){0};
	if (!huge_target_parse(target, &ret->node, &ret->page_kb))
		return err_set(e, -EINVAL, "%s is no pool of huge pages", target);
	huge_target_format(ret->node, ret->page_kb, ret->target);
	(void)huge_pool_path(folder, target);
	/* The one that a writer needs last, so that little time passes until it writes. */
	r = read_count(s, mem, folder, "free_hugepages", &ret->free);
	if (r == -ENOENT)
		return err_set(e, -ENODEV, "there are no huge pages %s on this machine", target);
	if (r == 0)
		r = read_count(s, mem, folder, "surplus_hugepages", &ret->surplus);
	if (r == 0)
		r = read_count(s, mem, folder, "nr_hugepages", &ret->pages);
	return r < 0 ? err_set(e, r, "cannot read the huge pages in /%s: %s", folder, strerror(-r)) : 0;
}

int read_huge_ours(struct sys *s, struct arena *mem, struct huge_pool *pool, struct err *e)
{
	struct huge_ledger ledger;
	char path[SYS_PATH], text[256];
	const char *boot_id = sys_text(s, mem, "proc/sys/kernel/random/boot_id", NULL);
	int r = s->ops->read_own(s, huge_ledger_path(path, pool->target), text, sizeof(text));

	pool->has_ours = TRI_UNKNOWN;
	if (r == -ENOENT) {
		pool->has_ours = TRI_NO;
		pool->ours = 0;
		return 0;
	}
	if (r >= 0)
		str_chomp(text);
	if (r >= 0 && (!boot_id || !huge_ledger_parse(text, boot_id, &ledger)))
		r = -EINVAL;
	if (r < 0) {
		(void)err_set(e, r, "cannot tell how many huge pages of %s are passthru's: /%s: %s", pool->target, path, strerror(-r));
		return err_hint(e, r == -EACCES ? "the records are root's alone: run it with sudo" : "see who changed that file");
	}
	pool->ours = huge_ledger_ours(&ledger, huge_pool_count(pool));
	pool->has_ours = tri_from(pool->ours > 0);
	return 0;
}

/* ---- all of them ---- */

struct scan {
	struct sys *s;
	struct arena *mem;
	struct hugepages *all;
	int node;
	struct meminfo memory;
	struct err *e;
};

static int add_line(void *data, const char *line)
{
	meminfo_line(data, line);
	return 0;
}

static int add_pool(void *data, const char *name)
{
	struct scan *scan = data;
	char target[HUGE_TARGET_TEXT];
	struct huge_pool pool;
	uint64_t page_kb;
	int node, r;

	if (!str_starts(name, "hugepages-") || !huge_target_parse(name + strlen("hugepages-"), &node, &page_kb) ||
	    node != NODE_ANY)
		return 0;
	huge_target_format(scan->node, page_kb, target);
	r = read_huge_pool(scan->s, scan->mem, target, &pool, scan->e);
	if (r < 0)
		return r;
	/* Unknown without root, which show can say; whoever changes something asks again. */
	(void)read_huge_ours(scan->s, scan->mem, &pool, NULL);
	pool.has_memory = scan->memory.has_free;
	pool.free_kb = scan->memory.free_kb;
	pool.cache_kb = scan->memory.cache_kb;
	*ARENA_PUSH(scan->mem, scan->all->pools, scan->all->n_pools) = pool;
	return 0;
}

static int add_node(void *data, const char *name)
{
	struct scan *scan = data;
	char path[SYS_PATH];
	uint64_t node;
	int r;

	if (!str_starts(name, "node") || !str_number(name + 4, 10, MOST_NODES - 1, &node))
		return 0;
	scan->node = (int)node;
	scan->memory = (struct meminfo){0};
	(void)sys_lines(scan->s, sys_path(path, NODES "/%s/meminfo", name), add_line, &scan->memory);
	/* A node without memory has no folder. */
	r = scan->s->ops->list(scan->s, sys_path(path, NODES "/%s/hugepages", name), add_pool, scan);
	return r == -ENOENT ? 0 : r;
}

static int compare_pools(const void *a, const void *b)
{
	const struct huge_pool *x = a, *y = b;

	if (x->node != y->node)
		return x->node < y->node ? -1 : 1;
	return (x->page_kb > y->page_kb) - (x->page_kb < y->page_kb);
}

int read_hugepages(struct sys *s, struct arena *mem, struct hugepages *ret, struct err *e)
{
	struct err why = {0};
	struct hugepages all = {0};
	struct scan scan = {.s = s, .mem = mem, .all = &all, .e = &why};
	int r = s->ops->list(s, NODES, add_node, &scan);

	if (r == -ENOENT || (r == 0 && all.n_pools == 0)) {
		scan.node = NODE_ANY;
		scan.memory = (struct meminfo){0};
		(void)sys_lines(s, "proc/meminfo", add_line, &scan.memory);
		r = s->ops->list(s, WHOLE, add_pool, &scan);
	}
	if (r == -ENOENT)
		r = 0;
	if (r < 0) {
		if (why.code == 0)
			(void)err_set(&why, r, "cannot list the pools of huge pages: %s", strerror(-r));
		if (e)
			*e = why;
		return r;
	}
	if (all.n_pools > 0)
		qsort(all.pools, all.n_pools, sizeof(*all.pools), compare_pools);
	*ret = all;
	return 0;
}

int read_function_node(struct sys *s, struct arena *mem, struct pci_addr addr, int *ret)
{
	char path[SYS_PATH], name[PCI_ADDR_TEXT];
	const char *text;
	uint64_t node;

	(void)pci_addr_format(addr, name);
	text = sys_text(s, mem, sys_path(path, "sys/bus/pci/devices/%s/numa_node", name), NULL);
	if (!text && s->ops->exists(s, sys_path(path, "sys/bus/pci/devices/%s", name)) == 0)
		return -ENODEV;
	*ret = text && str_number(text, 10, MOST_NODES - 1, &node) ? (int)node : NODE_ANY;
	return 0;
}
