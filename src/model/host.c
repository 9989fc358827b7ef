/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/host.h"

#include <string.h>

#include "base/str.h"

static bool matches(const struct function_filter *filter, const struct pci_function *f)
{
	if (filter->class_mask != 0 && (!f->has_class || (f->class_code & filter->class_mask) != filter->class_value))
		return false;
	if (filter->driver && str_eq(filter->driver, "none") && f->has_driver != TRI_NO)
		return false;
	if (filter->driver && !str_eq(filter->driver, "none") && !str_eq(filter->driver, f->driver))
		return false;
	if (filter->has_group && f->group != filter->group)
		return false;
	return !filter->has_vendor || (f->has_ids && f->vendor == filter->vendor);
}

void host_filter(struct host *h, struct arena *mem, const struct function_filter *filter)
{
	bool *is_kept = arena_alloc(mem, h->n_functions + 1);
	int *moved_to = arena_alloc(mem, (h->n_functions + 1) * sizeof(*moved_to));
	size_t n = 0;

	for (size_t i = 0; i < h->n_functions; i++)
		is_kept[i] = matches(filter, &h->functions[i]);
	for (size_t i = 0; i < h->n_functions; i++)
		for (int k = is_kept[i] ? h->functions[i].parent : -1; k >= 0 && !is_kept[k]; k = h->functions[k].parent)
			is_kept[k] = true;
	for (size_t i = 0; i < h->n_functions; i++)
		if (is_kept[i])
			moved_to[i] = (int)n++;
	n = 0;
	for (size_t i = 0; i < h->n_functions; i++) {
		if (!is_kept[i])
			continue;
		h->functions[n] = h->functions[i];
		if (h->functions[n].parent >= 0)
			h->functions[n].parent = moved_to[h->functions[n].parent];
		n++;
	}
	h->n_functions = n;
}

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

static const struct class_word {
	const char *word;
	unsigned value, mask;
} class_words[] = {
    {"gpu", 0x030000, 0xff0000},     {"audio", 0x040300, 0xffff00},  {"network", 0x020000, 0xff0000},
    {"storage", 0x010000, 0xff0000}, {"nvme", 0x010800, 0xffff00},   {"usb", 0x0c0300, 0xffff00},
    {"bridge", 0x060000, 0xff0000},  {"serial", 0x070000, 0xff0000}, {"accelerator", 0x120000, 0xff0000},
};
const char function_filter_class_words[] = "gpu audio network storage nvme usb bridge serial accelerator";

bool function_filter_class(const char *word, struct function_filter *ret)
{
	size_t digits = strlen(word);
	uint64_t number;

	for (size_t i = 0; i < ARRAY_LEN(class_words); i++) {
		if (!str_eq(class_words[i].word, word))
			continue;
		ret->class_value = class_words[i].value;
		ret->class_mask = class_words[i].mask;
		return true;
	}
	if ((digits != 2 && digits != 4 && digits != 6) || !str_number(word, 16, 0xffffff, &number))
		return false;
	ret->class_value = (unsigned)number << (24 - 4 * digits);
	ret->class_mask = 0xffffffU << (24 - 4 * digits) & 0xffffffU;
	return true;
}

unsigned use_areas_of(const struct pci_function *f)
{
	const unsigned all = (1u << AREAS) - 1;

	if (!f->has_class)
		return all;
	switch (f->class_code >> 16) {
	case 0x02:
		return 1u << AREA_NETWORK | 1u << AREA_MACHINES;
	case 0x03:
		return 1u << AREA_DISPLAY | 1u << AREA_MACHINES;
	case 0x04:
		return 1u << AREA_MACHINES;
	default:
		return all & ~(1u << AREA_DISPLAY);
	}
}
