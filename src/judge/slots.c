/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge/slots.h"

#include "base/str.h"

bool judge_is_root_port(const struct pci_function *f)
{
	if (!f->has_class || function_class(f) != 0x0604)
		return false;
	if (f->config && f->config->kind != PORT_UNKNOWN)
		return f->config->kind == PORT_ROOT;
	/* Programming interface 01 is subtractive decode, which only conventional bridges do. */
	return f->parent == PARENT_NONE && (f->class_code & 0xff) != 0x01;
}

/* A card of conventional PCI fits into no slot of PCI Express. */
static bool is_conventional(const struct host *h, const struct pci_function *f)
{
	const struct pci_config *above = f->parent >= 0 ? h->functions[f->parent].config : NULL;

	return above && above->kind == PORT_CONVENTIONAL;
}

bool judge_wants_slot(const struct host *h, const struct pci_function *f, const struct verdict *v)
{
	bool is_crowded = false;

	for (size_t i = 0; i < v->n_blockers; i++) {
		const struct blocker *b = &v->blockers[i];

		if (b->reason != BLOCK_STRANGER)
			continue;
		if (b->index >= 0 && pci_addr_same_slot(h->functions[b->index].addr, f->addr))
			return false;
		is_crowded = true;
	}
	return is_crowded && f->parent != PARENT_NONE && !is_conventional(h, f);
}

/* What hangs somewhere in the domain may hang below the port. */
static bool is_place_unknown(const struct host *h, uint32_t domain)
{
	for (size_t i = 0; i < h->n_functions; i++)
		if (h->functions[i].addr.domain == domain && h->functions[i].parent == PARENT_UNKNOWN)
			return true;
	return false;
}

static bool has_own_group(const struct host *h, const struct pci_function *f)
{
	const struct iommu_group *g = f->group >= 0 ? host_group(h, f->group) : NULL;

	return g && !g->is_noiommu && g->n_functions == 1 && g->n_others == 0;
}

static struct free_slot slot_of(const struct host *h, const struct pci_function *f)
{
	const char *lanes = f->attributes ? f->attributes[ATTR_MAX_LINK_WIDTH] : NULL;
	struct free_slot slot = {.port = host_index(h, f)};
	uint64_t number;

	slot.label = f->attributes ? f->attributes[ATTR_SLOT_BELOW] : NULL;
	slot.has_connector = slot.label ? TRI_YES : f->config ? f->config->has_slot : TRI_UNKNOWN;
	if (lanes && str_number(lanes, 10, 32, &number))
		slot.lanes = (unsigned)number;
	return slot;
}

static int compare_slots(const void *a, const void *b)
{
	const struct free_slot *x = a, *y = b;

	if ((x->has_connector == TRI_YES) != (y->has_connector == TRI_YES))
		return x->has_connector == TRI_YES ? -1 : 1;
	if (x->lanes != y->lanes)
		return x->lanes > y->lanes ? -1 : 1;
	return x->port - y->port;
}

size_t judge_free_slots(struct arena *mem, const struct host *h, struct free_slot **ret)
{
	bool *is_used = arena_alloc(mem, h->n_functions + 1);
	struct free_slot *slots = NULL;
	size_t n = 0;

	for (size_t i = 0; i < h->n_functions; i++)
		if (h->functions[i].parent >= 0)
			is_used[h->functions[i].parent] = true;
	for (size_t i = 0; i < h->n_functions; i++) {
		const struct pci_function *f = &h->functions[i];
		struct free_slot slot;

		if (is_used[i] || !judge_is_root_port(f) || !has_own_group(h, f) || is_place_unknown(h, f->addr.domain))
			continue;
		slot = slot_of(h, f);
		if (slot.has_connector != TRI_NO)
			*ARENA_PUSH(mem, slots, n) = slot;
	}
	if (n > 0)
		qsort(slots, n, sizeof(*slots), compare_slots);
	*ret = slots;
	return n;
}
