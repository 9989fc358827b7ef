/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a dump says, as the readers of a machine would have filled it. */
#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "text/dump_parts.h"

/* ---- which group ---- */

/* The log is of one boot, the listing of perhaps another one: where they disagree once, the log is of no use. */
static bool log_fits(const struct dump *d)
{
	for (size_t i = 0; i < d->n_functions; i++) {
		const struct dump_function *f = &d->functions[i];

		if (f->log_group >= 0 && f->group >= 0 && f->log_group != f->group)
			return false;
	}
	return true;
}

static void drop_log_members(struct dump *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n_others; i++)
		if (!d->others[i].is_log)
			d->others[n++] = d->others[i];
	d->n_others = n;
}

/* All groups from 0 on are there, more than one: the listing is whole, as far as it can say so. What it does not name
 * is then in no group. */
static bool listing_is_whole(struct arena *mem, const struct dump *d, bool uses_log)
{
	size_t most = d->n_functions + d->n_others, n = 0;
	bool *is_there = arena_alloc(mem, most + 1);
	int highest = -1;

	for (size_t i = 0; i < most; i++) {
		int group = i < d->n_functions ? d->functions[i].group : d->others[i - d->n_functions].group;

		if (i < d->n_functions && group == GROUP_UNKNOWN && uses_log)
			group = d->functions[i].log_group;
		if (group < 0)
			continue;
		if (group > highest)
			highest = group;
		if ((size_t)group < most && !is_there[group]) {
			is_there[group] = true;
			n++;
		}
	}
	return highest >= 1 && n == (size_t)highest + 1;
}

static enum tri has_groups(const struct dump *d, bool uses_log)
{
	bool is_denied = false, is_intel = false, is_amd = false, was_removed = false;

	if (d->n_others > 0)
		return TRI_YES;
	for (size_t i = 0; i < d->n_functions; i++) {
		const struct dump_function *f = &d->functions[i];

		if (f->group >= 0 || (uses_log && f->log_group >= 0))
			return TRI_YES;
		is_denied |= f->group == GROUP_NONE;
		was_removed |= f->log_group == GROUP_NONE;
		is_intel |= f->has_vendor && f->vendor == 0x8086 && f->has_class && f->class_code >> 8 == 0x0600;
		is_amd |= f->has_vendor && f->vendor == 0x1022 && f->has_class && f->class_code >> 8 == 0x0600;
	}
	if (is_denied || was_removed || d->says_no_iommu || d->is_off || (d->is_intel_off && is_intel) || (d->is_amd_off && is_amd))
		return TRI_NO;
	return TRI_UNKNOWN;
}

static void add_trouble(struct arena *mem, struct pci_function *f, const char *text)
{
	f->trouble = f->trouble ? arena_printf(mem, "%s; %s", f->trouble, text) : arena_printf(mem, "%s: %s", f->name, text);
}

/* The IOMMU itself and what answers for the whole complex are in no group on most machines. */
static bool belongs_to_none(const struct dump_function *f)
{
	unsigned class = f->class_code >> 8;

	return f->has_class && (class == 0x0806 || class == 0x0600);
}

static int group_of(const struct dump_function *f, bool uses_log, bool is_whole, enum tri groups)
{
	if (f->other_group != GROUP_UNKNOWN)
		return GROUP_UNKNOWN;
	if (f->group != GROUP_UNKNOWN)
		return f->group;
	if (uses_log && f->log_group != GROUP_UNKNOWN)
		return f->log_group;
	if (groups == TRI_NO || (groups == TRI_YES && is_whole && !f->is_torn))
		return GROUP_NONE;
	return GROUP_UNKNOWN;
}

/* ---- functions ---- */

static void fill_function(struct arena *mem, const struct dump_function *from, struct pci_function *f)
{
	*f = (struct pci_function){.addr = from->addr, .parent = PARENT_UNKNOWN, .group = GROUP_UNKNOWN};
	(void)pci_addr_format(f->addr, f->name);
	f->attributes = arena_alloc(mem, ATTRIBUTES * sizeof(*f->attributes));
	f->is_subsystem_unread = !from->has_subsystem;
	if (from->is_contradicted) {
		add_trouble(mem, f, "two lines name different devices at this address");
		return;
	}
	f->has_class = from->has_class;
	f->class_code = from->class_code;
	f->has_ids = from->has_vendor;
	f->is_device_unread = !from->has_device;
	f->vendor = from->vendor;
	f->device = from->device;
	f->subvendor = from->subvendor;
	f->subdevice = from->subdevice;
	f->is_vf = from->is_vf ? TRI_YES : TRI_UNKNOWN;
	f->description = from->text;
	if (from->has_two_drivers) {
		add_trouble(mem, f, "two lines name different drivers");
	} else if (from->driver) {
		f->driver = from->driver;
		f->has_driver = TRI_YES;
	}
	f->attributes[ATTR_SLOT] = from->slot;
	f->attributes[ATTR_REVISION] = from->revision;
	f->attributes[ATTR_NUMA_NODE] = from->numa_node;
	f->attributes[ATTR_MODULES] = from->modules;
}

/* No card has the same display controller twice in one slot: the others are virtual functions of the first. */
static void find_virtual_functions(const struct dump *d, struct host *h)
{
	for (size_t i = 0, first = 0; i < h->n_functions; i++) {
		struct pci_function *f = &h->functions[i], *physical = &h->functions[first];

		if (!pci_addr_same_slot(f->addr, physical->addr)) {
			first = i;
			continue;
		}
		if (i == first || physical->addr.function != 0 || !function_is_display(f) || function_class(f) != function_class(physical) ||
		    f->vendor != physical->vendor)
			continue;
		if (d->functions[i].has_device && d->functions[first].has_device ? f->device == physical->device
										 : f->description && str_eq(f->description, physical->description))
			f->is_vf = TRI_YES;
	}
}

/* Those that nothing but their address is told of come last. */
static int compare_functions(const void *a, const void *b)
{
	const struct dump_function *x = a, *y = b;

	return x->is_told != y->is_told ? y->is_told - x->is_told : pci_addr_cmp(x->addr, y->addr);
}

/* The first function on that bus; they are sorted. */
static size_t first_on_bus(const struct host *h, uint32_t domain, int bus)
{
	size_t low = 0, high = h->n_functions;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct pci_addr addr = h->functions[middle].addr;

		if (addr.domain < domain || (addr.domain == domain && addr.bus < bus))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* By what a link said, or by the bus below a bridge. */
static void find_parents(const struct dump *d, struct host *h)
{
	for (size_t i = 0; i < h->n_functions; i++) {
		const struct dump_function *f = &d->functions[i];

		if (f->has_parent) {
			const struct pci_function *parent = host_find(h, f->parent);

			/* Numbers grow downwards, so that no paste makes a ring. */
			if (parent && pci_addr_cmp(parent->addr, f->addr) < 0)
				h->functions[i].parent = host_index(h, parent);
		}
		if (f->bus_below <= f->addr.bus)
			continue;
		for (size_t k = first_on_bus(h, f->addr.domain, f->bus_below);
		     k < h->n_functions && h->functions[k].addr.domain == f->addr.domain && h->functions[k].addr.bus == f->bus_below; k++)
			if (h->functions[k].parent == PARENT_UNKNOWN)
				h->functions[k].parent = (int)i;
	}
}

/* ---- groups ---- */

static int compare_groups(const void *a, const void *b)
{
	int x = ((const struct iommu_group *)a)->number, y = ((const struct iommu_group *)b)->number;

	return (x > y) - (x < y);
}

static int compare_others(const void *a, const void *b)
{
	const struct dump_other *x = a, *y = b;

	return x->group != y->group ? (x->group > y->group) - (x->group < y->group) : strcmp(x->name, y->name);
}

struct member {
	int group, function;
};

static int compare_members(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	return x->group != y->group ? (x->group > y->group) - (x->group < y->group) : x->function - y->function;
}

static void group_functions(struct arena *mem, struct host *h)
{
	struct member *members = arena_alloc(mem, (h->n_functions + 1) * sizeof(*members));
	int *functions = arena_alloc(mem, (h->n_functions + 1) * sizeof(*functions));
	size_t n = 0;

	for (size_t i = 0; i < h->n_functions; i++)
		if (h->functions[i].group >= 0)
			members[n++] = (struct member){h->functions[i].group, (int)i};
	if (n > 0)
		qsort(members, n, sizeof(*members), compare_members);
	for (size_t i = 0, k; i < n; i = k) {
		struct iommu_group g = {.number = members[i].group, .functions = &functions[i]};

		for (k = i; k < n && members[k].group == g.number; k++)
			functions[k] = members[k].function;
		g.n_functions = k - i;
		*ARENA_PUSH(mem, h->groups, h->n_groups) = g;
	}
}

static void group_others(struct arena *mem, struct dump *d, struct host *h)
{
	struct group_other *others = arena_alloc(mem, (d->n_others + 1) * sizeof(*others));

	if (d->n_others > 0)
		qsort(d->others, d->n_others, sizeof(*d->others), compare_others);
	for (size_t i = 0, k; i < d->n_others; i = k) {
		struct iommu_group *g = NULL;

		for (size_t j = 0; j < h->n_groups && !g; j++)
			g = h->groups[j].number == d->others[i].group ? &h->groups[j] : NULL;
		if (!g) {
			g = ARENA_PUSH(mem, h->groups, h->n_groups);
			*g = (struct iommu_group){.number = d->others[i].group};
		}
		for (k = i; k < d->n_others && d->others[k].group == g->number; k++)
			others[k] = (struct group_other){.name = d->others[k].name};
		g->others = &others[i];
		g->n_others = k - i;
	}
}

static void build_groups(struct arena *mem, struct dump *d, struct host *h)
{
	group_functions(mem, h);
	group_others(mem, d, h);
	if (h->n_groups > 0)
		qsort(h->groups, h->n_groups, sizeof(*h->groups), compare_groups);
}

/* ---- what may be in a group besides ---- */

static bool has_bus_in_group(const struct host *h, const struct iommu_group *g, struct pci_addr addr)
{
	for (size_t i = 0; i < g->n_functions; i++) {
		struct pci_addr other = h->functions[g->functions[i]].addr;

		if (other.domain == addr.domain && other.bus == addr.bus)
			return true;
	}
	return false;
}

/* Could this function, whose group nothing says, be in that group? The kernel puts together what shares a slot, what
 * hangs below a bridge that does not isolate, and on some chipsets all of bus 0. */
static bool may_be_in(const struct host *h, const struct iommu_group *g, struct pci_addr addr)
{
	bool has_bridge = false, has_other_slots = false;
	const struct pci_addr *first = NULL;

	for (size_t i = 0; i < g->n_functions; i++) {
		const struct pci_function *f = &h->functions[g->functions[i]];

		if (pci_addr_same_slot(f->addr, addr))
			return true;
		has_bridge |= function_is_bridge(f) && function_class(f) != 0x0600;
		if (f->addr.bus != 0 || f->addr.domain != addr.domain)
			continue;
		has_other_slots |= first && !pci_addr_same_slot(*first, f->addr);
		first = &f->addr;
	}
	if (addr.bus == 0)
		return has_other_slots;
	if (has_bus_in_group(h, g, addr))
		return true;
	/* Below its bridge, unless another group has that bus. */
	for (size_t i = 0; i < h->n_groups && has_bridge; i++)
		if (&h->groups[i] != g && has_bus_in_group(h, &h->groups[i], addr))
			return false;
	return has_bridge;
}

/* What only a sentence names is perhaps in it where it is on the same card or slot. */
static bool is_beside(const struct host *h, const struct iommu_group *g, struct pci_addr addr)
{
	if (addr.bus != 0 && has_bus_in_group(h, g, addr))
		return true;
	for (size_t i = 0; i < g->n_functions; i++)
		if (pci_addr_same_slot(h->functions[g->functions[i]].addr, addr))
			return true;
	return false;
}

/* Lines were left out by whoever pasted it, or by a command that shows a choice of them. */
static void mark_partial_groups(const struct dump *d, struct host *h)
{
	for (size_t i = 0; i < h->n_groups; i++) {
		struct iommu_group *g = &h->groups[i];
		bool is_whole = g->n_functions == 0, is_partly = false;

		for (size_t k = 0; k < g->n_functions; k++) {
			is_whole |= d->functions[g->functions[k]].is_seen_whole;
			is_partly |= d->functions[g->functions[k]].is_seen_partly;
		}
		g->may_lack_members |= (is_partly && !is_whole) || d->doubts_all;
	}
	for (size_t i = 0; i < d->n_doubted; i++)
		for (size_t k = 0; k < h->n_groups; k++)
			h->groups[k].may_lack_members |= h->groups[k].number == d->doubted[i];
}

/* A listing that lost lines names a function elsewhere, or twice; its group may then have one member more than it
 * seems. */
static void mark_doubtful_groups(struct arena *mem, const struct dump *d, struct host *h)
{
	const uint64_t most_work = 200 * 1000 * 1000; /* beyond, everything is in doubt: no real host comes near */
	const struct dump_function **doubtful = NULL;
	bool is_torn = false;
	size_t n = 0;

	for (size_t i = h->n_functions; i < d->n_functions; i++) {
		is_torn |= d->functions[i].is_torn;
		*ARENA_PUSH(mem, doubtful, n) = &d->functions[i];
	}
	for (size_t i = 0; i < h->n_functions; i++) {
		const struct dump_function *f = &d->functions[i];

		is_torn |= f->is_torn && f->group == GROUP_UNKNOWN && !function_is_bridge(&h->functions[i]);
		/* Where a listing seems whole, what it lacks may be in none, or in a line that it lacks. */
		bool is_in_doubt = h->functions[i].group == GROUP_UNKNOWN ||
		    (h->functions[i].group == GROUP_NONE && f->group == GROUP_UNKNOWN && f->log_group == GROUP_UNKNOWN);

		if (is_in_doubt && !belongs_to_none(f) && !function_is_bridge(&h->functions[i]))
			*ARENA_PUSH(mem, doubtful, n) = f;
	}
	for (size_t i = 0; i < h->n_groups && n > 0; i++) {
		struct iommu_group *g = &h->groups[i];

		if (g->may_lack_members)
			continue;
		g->may_lack_members = is_torn || (uint64_t)n * h->n_functions * h->n_groups > most_work;
		for (size_t k = 0; k < n && !g->may_lack_members; k++)
			g->may_lack_members = doubtful[k]->group == g->number || doubtful[k]->other_group == g->number ||
			    (doubtful[k]->is_told ? may_be_in(h, g, doubtful[k]->addr) : is_beside(h, g, doubtful[k]->addr));
	}
}

/* ---- all of it ---- */

/* One or two such functions may come of a torn line. */
static bool is_of_several(const struct dump *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n_functions; i++)
		n += d->functions[i].is_contradicted || (d->functions[i].other_group != GROUP_UNKNOWN && !d->functions[i].is_torn);
	return n >= 3;
}

int dump_host(struct dump *d, struct host *ret, struct err *e)
{
	struct host h = {.kernel_major = d->kernel_major, .kernel_minor = d->kernel_minor};
	bool uses_log = log_fits(d), is_whole;
	size_t n_told = 0;

	if (d->is_too_much)
		return err_set(e, -E2BIG, "more than %d PCI functions are named: that is no host", DUMP_FUNCTIONS);
	for (size_t i = 0; i < d->n_functions; i++)
		n_told += d->functions[i].is_told;
	if (n_told == 0 && d->n_others == 0) {
		(void)err_set(e, -ENODATA, "nothing in it tells of a PCI function or an IOMMU group");
		return err_hint(e, "a listing of IOMMU groups, lspci -nnk, lspci -nnv or pvesh get /nodes/NODE/hardware/pci will do");
	}
	if (is_of_several(d))
		return err_set(e, -EXDEV, "it says different things about the same addresses: it tells of more than one machine, or of one at two times; "
					  "give them one by one");
	if (!uses_log)
		drop_log_members(d);
	is_whole = listing_is_whole(d->mem, d, uses_log);
	if (d->n_functions > 0)
		qsort(d->functions, d->n_functions, sizeof(*d->functions), compare_functions);
	h.functions = arena_alloc(d->mem, (n_told + 1) * sizeof(*h.functions));
	h.n_functions = n_told;
	h.has_groups = has_groups(d, uses_log);
	for (size_t i = 0; i < n_told; i++) {
		fill_function(d->mem, &d->functions[i], &h.functions[i]);
		h.functions[i].group = group_of(&d->functions[i], uses_log, is_whole, h.has_groups);
		if (d->functions[i].other_group != GROUP_UNKNOWN)
			add_trouble(d->mem, &h.functions[i], "two lines put it into different IOMMU groups");
	}
	find_virtual_functions(d, &h);
	find_parents(d, &h);
	build_groups(d->mem, d, &h);
	mark_partial_groups(d, &h);
	mark_doubtful_groups(d->mem, d, &h);
	*ret = h;
	return 0;
}
