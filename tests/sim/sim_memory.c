/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Huge pages: pools that grow as far as memory lasts and keep what is in use as surplus (mm/hugetlb.c). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "sim_ops.h"

static void show_count(struct sim *sim, const struct sim_pool *p, const char *name, long n)
{
	char path[TREE_PATH], text[32];

	(void)snprintf(path, sizeof(path), "%s/%s", p->folder, name);
	(void)snprintf(text, sizeof(text), "%ld\n", n);
	tree_file(&sim->tree, path, text);
}

static void show_pool(struct sim *sim, const struct sim_pool *p)
{
	show_count(sim, p, "nr_hugepages", p->persistent + p->surplus);
	show_count(sim, p, "surplus_hugepages", p->surplus);
	show_count(sim, p, "free_hugepages", p->persistent + p->surplus - p->used);
}

struct sim_pool *sim_add_pool(struct sim *sim, int node, const char *size, long persistent, long most)
{
	struct sim_pool *p = &sim->pools[sim->n_pools++];
	char path[TREE_PATH], text[128];

	*p = (struct sim_pool){.persistent = persistent, .most = most};
	(void)snprintf(p->folder, sizeof(p->folder), "sys/devices/system/node/node%d/hugepages/hugepages-%s", node, size);
	(void)snprintf(path, sizeof(path), "sys/devices/system/node/node%d/meminfo", node);
	(void)snprintf(text, sizeof(text), "Node %d MemTotal:  16000000 kB\nNode %d MemFree:  8000000 kB\n", node, node);
	tree_file(&sim->tree, path, text);
	show_pool(sim, p);
	return p;
}

void sim_use_pages(struct sim *sim, struct sim_pool *p, long used)
{
	p->used = used;
	/* Surplus goes with its last user. */
	if (p->persistent + p->surplus > used && p->surplus > 0)
		p->surplus = used > p->persistent ? used - p->persistent : 0;
	show_pool(sim, p);
}

struct sim_pool *sim_find_pool(struct sim *sim, const char *path)
{
	for (size_t i = 0; i < sim->n_pools; i++)
		if (str_starts(path, sim->pools[i].folder))
			return &sim->pools[i];
	return NULL;
}

/* The value is a total; what cannot be had is left out without a word. */
int sim_store_pages(struct sim *sim, struct sim_pool *p, const char *value)
{
	uint64_t total;

	if (!str_number(value, 10, 1000000, &total))
		return -EINVAL;
	while (p->persistent < (long)total && (p->surplus > 0 || p->persistent + p->surplus < p->most)) {
		p->surplus -= p->surplus > 0;
		p->persistent++;
	}
	while (p->persistent > (long)total) {
		p->surplus += p->persistent + p->surplus <= p->used;
		p->persistent--;
	}
	show_pool(sim, p);
	return 0;
}

int sim_reserve_by_others(struct sim *sim, struct sim_pool *p, long more)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%ld", p->persistent + more);
	return sim_store_pages(sim, p, text);
}

/* Two nodes; five pages of node 0 are somebody else's. */
void sim_host_memory(struct sim *sim)
{
	sim_host_clean(sim);
	(void)sim_add_pool(sim, 0, "2048kB", 5, 1000);
	(void)sim_add_pool(sim, 1, "2048kB", 0, 1000);
}
