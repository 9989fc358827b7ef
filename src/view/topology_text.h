/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the pictures of a host have in common: what is said of a function, and in which colour. For view/topology_*.c. */
#pragma once

#include "base/arena.h"
#include "model/topology.h"

enum node_look {
	LOOK_READY,
	LOOK_BLOCKED,
	LOOK_STRANGER,
	LOOK_UNKNOWN,
	LOOK_BRIDGE,
	LOOKS
};

struct look_row {
	const char *meaning;
	const char *terminal;	   /* what sets the colour there */
	const char *fill, *border; /* "#rrggbb" */
};
extern const struct look_row look_rows[LOOKS];

enum node_look node_look(const struct topology_node *n);

/* All of these are clean; NULL: there is nothing to say. */
const char *node_kind(const struct topology_node *n);	 /* "root port"; NULL: a function */
const char *node_verdict(struct arena *mem, const struct host *h, const struct topology_node *n);
const char *node_acs(const struct host *h, const struct topology_node *n);	 /* of ports; NULL: not known, or none can be */
const char *node_link(struct arena *mem, const struct pci_function *f); /* "2.5 GT/s x8 of 16.0 GT/s x16" */
const char *node_slot(struct arena *mem, const struct host *h, const struct topology_node *n);
const char *node_attribute(struct arena *mem, const struct pci_function *f, enum attribute a);
bool node_is_free(const struct topology *t, const struct topology_node *n); /* one of the free slots is below it */

/* All of it in a line but address, group and description: "root port · ACS on · 8.0 GT/s x16 · NUMA node 0". */
const char *node_facts(struct arena *mem, const struct host *h, const struct topology *t, const struct topology_node *n);

/* What is said below the tree; answers how many. */
size_t topology_lines(struct arena *mem, const struct host *h, const struct topology *t, const char ***ret);

/* The positions of the nodes by function, as an index into t->nodes; -1: it is not shown. */
int *topology_node_of(struct arena *mem, const struct host *h, const struct topology *t);

/* Is one of the group's functions shown? Then the whole group is spoken of. */
bool topology_shows_group(const struct iommu_group *g, const int *node_of);

/* Is a stranger in it? */
bool topology_is_crowded(const struct topology *t, const struct iommu_group *g, const int *node_of);
