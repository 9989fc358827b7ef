/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/host.h"

const struct pci_function *host_find(const struct host *h, struct pci_addr addr)
{
	size_t low = 0, high = h->n_functions;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = pci_addr_cmp(h->functions[middle].addr, addr);

		if (order == 0)
			return &h->functions[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct iommu_group *host_group(const struct host *h, int number)
{
	size_t low = 0, high = h->n_groups;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (h->groups[middle].number == number)
			return &h->groups[middle];
		if (h->groups[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

int host_index(const struct host *h, const struct pci_function *f)
{
	return (int)(f - h->functions);
}

unsigned function_class(const struct pci_function *f)
{
	return f->class_code >> 8;
}

bool function_is_bridge(const struct pci_function *f)
{
	if (!f->has_class)
		return false;
	switch (function_class(f)) {
	case 0x0600:
	case 0x0604:
	case 0x0607:
	case 0x0609:
		return true;
	default:
		return false;
	}
}

bool function_is_display(const struct pci_function *f)
{
	return f->has_class && f->class_code >> 16 == 0x03;
}
