/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "check.h"

#include <stdio.h>

#include "base/str.h"

struct pci_addr addr_of(const char *name)
{
	struct pci_addr addr = {0};

	assert_true(pci_addr_parse(name, &addr));
	return addr;
}

const struct pci_function *function_of(const struct host *h, const char *name)
{
	const struct pci_function *f = host_find(h, addr_of(name));

	assert_non_null(f);
	return f;
}

int index_of(const struct host *h, const char *name)
{
	return host_index(h, function_of(h, name));
}

struct iommu_group *group_of(struct host *h, int number)
{
	const struct iommu_group *g = host_group(h, number);

	assert_non_null(g);
	return &h->groups[g - h->groups];
}

static struct pci_function function_from(const struct row *row)
{
	struct pci_function f = {
	    .addr = addr_of(row->name),
	    .class_code = row->class_code,
	    .has_class = row->class_code != 0,
	    .has_driver = tri_from(row->driver != NULL),
	    .driver = row->driver,
	    .driver_override = row->driver_override,
	    .group = row->group,
	    .vfio_node = row->node,
	    .is_vf = tri_from(row->is_vf),
	    .parent = PARENT_NONE,
	};
	uint64_t vendor, device;

	(void)pci_addr_format(f.addr, f.name);
	if (row->ids && str_number_n(row->ids, 4, 16, 0xffff, &vendor) && str_number(row->ids + 5, 16, 0xffff, &device)) {
		f.vendor = (uint16_t)vendor;
		f.device = (uint16_t)device;
		f.has_ids = true;
	}
	return f;
}

static void tie(struct arena *mem, struct host *h, const struct row *row, struct pci_function *f)
{
	if (row->parent)
		f->parent = str_eq(row->parent, "?") ? PARENT_UNKNOWN : index_of(h, row->parent);
	if (row->linked) {
		int *linked = arena_alloc(mem, sizeof(*linked));

		*linked = index_of(h, row->linked);
		f->linked = linked;
		f->n_linked = 1;
	}
}

static void add_group(struct arena *mem, struct host *h, int number)
{
	struct iommu_group g = {.number = number, .has_direct_region = TRI_NO};
	int *members = NULL;

	for (size_t i = 0; i < h->n_functions; i++)
		if (h->functions[i].group == number)
			*ARENA_PUSH(mem, members, g.n_functions) = (int)i;
	g.functions = members;
	*ARENA_PUSH(mem, h->groups, h->n_groups) = g;
}

struct host host_of(struct arena *mem, const struct row *rows, size_t n)
{
	/* Nobody looks at its picture, unless a test says so. */
	struct host h = {.has_groups = TRI_YES, .kernel_major = 6, .kernel_minor = 12, .server_type = SERVER_HEADLESS};

	for (size_t i = 0; i < n; i++)
		*ARENA_PUSH(mem, h.functions, h.n_functions) = function_from(&rows[i]);
	for (size_t i = 0; i < n; i++)
		tie(mem, &h, &rows[i], &h.functions[i]);
	for (int number = 0; number < 100; number++)
		for (size_t i = 0; i < n; i++)
			if (h.functions[i].group == number) {
				add_group(mem, &h, number);
				break;
			}
	return h;
}
