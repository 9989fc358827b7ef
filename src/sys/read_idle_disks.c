/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/str.h"
#include "sys/block_graph.h"

static void note_blind(struct block_graph *g, const char *as_user, const char *as_root, const char *node)
{
	uses_blind(g->r, AREA_STORAGE, g->r->s->may_write ? as_root : as_user, node);
}

/* ---- does somebody hold it? ---- */

/* What was not found by its mount may be mounted in another namespace, or be the disk of a running machine: an
 * exclusive open tells (block/bdev.c, bd_prepare_to_claim). */
static bool is_claimed(struct block_graph *g, int device)
{
	struct sys *s = g->r->s;
	char node[SYS_PATH];
	int r = -1;

	if (!s->is_live)
		return false;
	(void)block_node(node, &g->devices[device]);
	if (s->may_write && s->ops->is_claimed)
		r = s->ops->is_claimed(s, node);
	if (r < 0)
		note_blind(g, "only root can see whether something holds a disk that is not mounted",
		    "it cannot be seen whether something holds a disk that is not mounted", node);
	return r == 1;
}

static void add_claim(struct block_graph *g, int device)
{
	char node[SYS_PATH];

	block_add_use(g, USE_DISK_CLAIM, "exclusive open", device, block_node(node, &g->devices[device]));
}

/* A disk can be claimed only while no part of it is, so one question answers for all. */
static void look_for_claims(struct block_graph *g, int disk)
{
	const struct block_device *d = &g->devices[disk];

	if (!d->is_used && !is_claimed(g, disk))
		return;
	for (int part = d->first_part; part >= 0; part = g->devices[part].next_part)
		if (!g->devices[part].is_used && is_claimed(g, part))
			add_claim(g, part);
	if (!d->is_used)
		add_claim(g, disk);
}

/* ---- what does it carry? ---- */

/* NULL: nothing known. */
static const char *look_at(struct block_graph *g, int device, const char **ret_evidence)
{
	const struct block_content *c = block_content(g, device);
	struct sys *s = g->r->s;
	char node[SYS_PATH], found[128];
	int r = -1;

	*ret_evidence = c->evidence;
	if (c->is_known && c->type)
		return c->type;
	if (c->is_known)
		return c->table ? arena_printf(g->r->mem, "%s partition table", c->table) : NULL;
	(void)block_node(node, &g->devices[device]);
	if (s->may_write && s->ops->signature)
		r = s->ops->signature(s, node, found, sizeof(found));
	if (r < 0 && !s->is_live)
		uses_blind(g->r, AREA_STORAGE, "what is on its disks was not recorded", c->evidence);
	else if (r < 0)
		note_blind(g, "only root can see what is on a disk that udev does not know",
		    "it cannot be seen what is on a disk that udev does not know", node);
	*ret_evidence = arena_strdup(g->r->mem, node);
	return r == 1 ? arena_strdup(g->r->mem, found) : NULL;
}

/* One row a disk is enough to say that it is not empty. */
static void look_for_signature(struct block_graph *g, int disk)
{
	const struct block_device *d = &g->devices[disk];
	const char *what = NULL, *evidence = NULL;
	int at = disk;

	for (int part = d->first_part; part >= 0 && !what; part = g->devices[part].next_part) {
		if (g->devices[part].is_used)
			continue;
		what = look_at(g, part, &evidence);
		at = part;
	}
	if (!what && !d->is_used) {
		what = look_at(g, disk, &evidence);
		at = disk;
		/* The kernel found partitions, so there is a table. */
		if (!what && d->first_part >= 0) {
			what = "partition table";
			evidence = arena_printf(g->r->mem, "sys/class/block/%s", g->devices[d->first_part].name);
		}
	}
	if (what)
		block_add_use(g, USE_SIGNATURE, what, at, evidence);
}

/* Other disks are left alone: a look at them, an exclusive open above all, may be in somebody's way. */
static bool is_asked_for(const struct block_graph *g, const struct block_device *d)
{
	for (size_t i = 0; i < d->n_functions; i++)
		if (!g->r->wanted || g->r->wanted[d->functions[i]])
			return true;
	return false;
}

void read_idle_disks(struct block_graph *g)
{
	for (size_t i = 0; i < g->n; i++) {
		const struct block_device *d = &g->devices[i];

		if (d->disk >= 0 || !is_asked_for(g, d) || !d->has_number)
			continue;
		if (g->r->may_try)
			look_for_claims(g, (int)i);
		look_for_signature(g, (int)i);
	}
}
