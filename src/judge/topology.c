/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge/topology.h"

#include "judge/slots.h"
#include "judge/verdict.h"

struct building {
	struct arena *mem;
	const struct host *h;
	struct topology t;
	struct topology_node *nodes;
	bool *is_shown, *is_target;
	int *stranger_of;
	int *first_child, *next_sibling; /* indices into host.functions, -1: none */
	int *node_of;			 /* -1: not yet drawn */
	int *crowded;
};

static int *indices(struct building *b)
{
	int *list = arena_alloc(b->mem, (b->h->n_functions + 1) * sizeof(*list));

	for (size_t i = 0; i < b->h->n_functions; i++)
		list[i] = -1;
	return list;
}

/* ---- who is in the way, and who is shown ---- */

static void add_target(struct building *b, int target)
{
	const struct pci_function *f = &b->h->functions[target];
	const struct iommu_group *g = f->group >= 0 ? host_group(b->h, f->group) : NULL;
	struct verdict v = judge_function(b->mem, b->h, f);

	b->is_target[target] = b->is_shown[target] = true;
	for (size_t i = 0; i < v.n_blockers; i++) {
		int other = v.blockers[i].index;

		if (v.blockers[i].reason == BLOCK_STRANGER && other >= 0 && b->stranger_of[other] < 0)
			b->stranger_of[other] = target;
	}
	for (size_t i = 0; i < v.n_companions; i++)
		b->is_shown[v.companions[i]] = true;
	for (size_t i = 0; g && i < g->n_functions; i++)
		b->is_shown[g->functions[i]] = true;
	if (judge_wants_slot(b->h, f, &v))
		*ARENA_PUSH(b->mem, b->crowded, b->t.n_crowded) = target;
}

static void show_with_bridges_above(struct building *b)
{
	for (size_t i = 0; i < b->h->n_functions; i++) {
		if (!b->is_shown[i])
			continue;
		for (int k = b->h->functions[i].parent; k >= 0 && !b->is_shown[k]; k = b->h->functions[k].parent)
			b->is_shown[k] = true;
	}
}

static void choose(struct building *b, const int *targets, size_t n_targets)
{
	for (size_t i = 0; i < n_targets; i++)
		if (!b->is_target[targets[i]])
			add_target(b, targets[i]);
	for (size_t i = 0; i < b->h->n_functions && n_targets == 0; i++) {
		b->is_shown[i] = true;
		if (function_is_display(&b->h->functions[i]))
			add_target(b, (int)i);
	}
	show_with_bridges_above(b);
}

/* ---- which end of a link it is ---- */

static bool has_bridge_below(const struct building *b, int function)
{
	for (int k = b->first_child[function]; k >= 0; k = b->next_sibling[k])
		if (function_is_bridge(&b->h->functions[k]))
			return true;
	return false;
}

/* By the configuration space where it could be read. Else by the place: below a port is the upstream end of a switch, if
 * it has bridges below it, and below that are the downstream ones. */
static enum port_kind kind_of(const struct building *b, int function, int parent_node)
{
	const struct pci_function *f = &b->h->functions[function];
	enum port_kind above = parent_node >= 0 ? b->nodes[parent_node].kind : PORT_UNKNOWN;

	if (!function_is_bridge(f))
		return PORT_NONE;
	if (function_class(f) == 0x0600)
		return PORT_HOST_BRIDGE;
	if (f->config && f->config->kind != PORT_UNKNOWN)
		return f->config->kind;
	if (judge_is_root_port(f))
		return PORT_ROOT;
	if (function_class(f) == 0x0607 || (f->class_code & 0xff) == 0x01 || above == PORT_CONVENTIONAL)
		return PORT_CONVENTIONAL;
	if (above == PORT_UPSTREAM)
		return PORT_DOWNSTREAM;
	if ((above == PORT_ROOT || above == PORT_DOWNSTREAM) && has_bridge_below(b, function))
		return PORT_UPSTREAM;
	return PORT_UNKNOWN;
}

/* ---- the tree ---- */

static void find_children(struct building *b)
{
	b->first_child = indices(b);
	b->next_sibling = indices(b);
	/* From the last to the first, so that each list is in the order of addresses. */
	for (size_t i = b->h->n_functions; i-- > 0;) {
		int parent = b->h->functions[i].parent;

		if (parent >= 0) {
			b->next_sibling[i] = b->first_child[parent];
			b->first_child[parent] = (int)i;
		}
	}
}

static void add_node(struct building *b, int function, int parent_node)
{
	const struct pci_function *f = &b->h->functions[function];
	struct topology_node node = {
	    .function = function,
	    .parent = parent_node,
	    .depth = parent_node >= 0 ? b->nodes[parent_node].depth + 1 : 0,
	    .kind = kind_of(b, function, parent_node),
	    .answer = judge_function(b->mem, b->h, f).answer,
	    .is_bridge = function_is_bridge(f),
	    .is_target = b->is_target[function],
	    .stranger_of = b->stranger_of[function],
	};

	b->node_of[function] = (int)b->t.n_nodes;
	*ARENA_PUSH(b->mem, b->nodes, b->t.n_nodes) = node;
}

/* Down to the first child, else on to the next sibling of the nearest one above that has one. */
static void draw_from(struct building *b, int root)
{
	int at = root;

	add_node(b, root, -1);
	while (at >= 0) {
		int next = b->first_child[at], above = at;

		for (;;) {
			while (next >= 0 && (!b->is_shown[next] || b->node_of[next] >= 0))
				next = b->next_sibling[next];
			if (next >= 0 || above == root)
				break;
			next = b->next_sibling[above];
			above = b->h->functions[above].parent;
		}
		if (next >= 0)
			add_node(b, next, b->node_of[above]);
		at = next;
	}
}

struct topology judge_topology(struct arena *mem, const struct host *h, const int *targets, size_t n_targets)
{
	struct building b = {.mem = mem, .h = h};
	struct free_slot *slots;

	b.is_shown = arena_alloc(mem, h->n_functions + 1);
	b.is_target = arena_alloc(mem, h->n_functions + 1);
	b.stranger_of = indices(&b);
	b.node_of = indices(&b);
	find_children(&b);
	choose(&b, targets, n_targets);
	for (size_t i = 0; i < h->n_functions; i++)
		if (b.is_shown[i] && h->functions[i].parent < 0)
			draw_from(&b, (int)i);
	/* A recorded tree may lie: those that hang below each other in a ring have no root. */
	for (size_t i = 0; i < h->n_functions; i++)
		if (b.is_shown[i] && b.node_of[i] < 0)
			draw_from(&b, (int)i);
	b.t.n_slots = judge_free_slots(mem, h, &slots);
	b.t.slots = slots;
	b.t.nodes = b.nodes;
	b.t.crowded = b.crowded;
	return b.t;
}
