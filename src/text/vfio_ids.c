/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/vfio_ids.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"

#define ANY UINT32_MAX

enum { FEWEST_FIELDS = 2, MOST_FIELDS = 6 };

static bool parse_id(const char *text, size_t length, struct vfio_id *ret)
{
	uint32_t *const fields[MOST_FIELDS] = {
	    &ret->vendor, &ret->device, &ret->subvendor, &ret->subdevice, &ret->class_code, &ret->class_mask};
	const char *end = text + length;
	size_t n = 0;

	*ret = (struct vfio_id){.subvendor = ANY, .subdevice = ANY};
	for (;; n++, text++) {
		const char *colon = memchr(text, ':', (size_t)(end - text));
		size_t part = (size_t)((colon ? colon : end) - text);
		uint64_t number;

		if (n == MOST_FIELDS || part > 8 || !str_number_n(text, part, 16, UINT32_MAX, &number))
			return false;
		*fields[n] = (uint32_t)number;
		text += part;
		if (!colon)
			break;
	}
	return n + 1 >= FEWEST_FIELDS;
}

static bool has_id(const struct vfio_ids *ids, const struct vfio_id *id)
{
	for (size_t i = 0; i < ids->n; i++) {
		const struct vfio_id *other = &ids->items[i];

		if (other->vendor == id->vendor && other->device == id->device && other->subvendor == id->subvendor &&
		    other->subdevice == id->subdevice && other->class_code == id->class_code && other->class_mask == id->class_mask)
			return true;
	}
	return false;
}

int vfio_ids_add(struct arena *mem, struct vfio_ids *ids, const char *list, struct err *e)
{
	for (size_t length; *list; list += length + (list[length] == ',')) {
		struct vfio_id id;
		char *text;

		length = strcspn(list, ",");
		if (length == 0)
			continue;
		if (!parse_id(list, length, &id))
			return err_set(e, -EINVAL, "%.*s is no vendor:device in hex", length > 60 ? 60 : (int)length, list);
		if (has_id(ids, &id))
			continue;
		text = arena_strndup(mem, list, length);
		for (char *c = text; *c; c++)
			if (*c >= 'A' && *c <= 'F')
				*c = (char)(*c - 'A' + 'a');
		id.text = text;
		*ARENA_PUSH(mem, ids->items, ids->n) = id;
	}
	return 0;
}

void vfio_ids_add_function(struct arena *mem, struct vfio_ids *ids, uint16_t vendor, uint16_t device)
{
	struct vfio_id id = {.vendor = vendor, .device = device, .subvendor = ANY, .subdevice = ANY};

	if (has_id(ids, &id))
		return;
	id.text = arena_printf(mem, "%04x:%04x", vendor, device);
	*ARENA_PUSH(mem, ids->items, ids->n) = id;
}

void vfio_ids_join(struct arena *mem, struct vfio_ids *ids, const struct vfio_ids *more)
{
	for (size_t i = 0; i < more->n; i++)
		if (!has_id(ids, &more->items[i]))
			*ARENA_PUSH(mem, ids->items, ids->n) = more->items[i];
}

bool vfio_ids_are_within(const struct vfio_ids *some, const struct vfio_ids *all)
{
	for (size_t i = 0; i < some->n; i++)
		if (!has_id(all, &some->items[i]))
			return false;
	return true;
}

const char *vfio_ids_text(struct arena *mem, const struct vfio_ids *ids)
{
	const char *text = "";

	for (size_t i = 0; i < ids->n; i++)
		text = arena_printf(mem, "%s%s%s", text, i > 0 ? "," : "", ids->items[i].text);
	return text;
}

static bool fits(uint32_t wanted, uint32_t is)
{
	return wanted == ANY || wanted == is;
}

bool vfio_ids_match(const struct vfio_ids *ids, const struct pci_function *f)
{
	for (size_t i = 0; f->has_ids && i < ids->n; i++) {
		const struct vfio_id *id = &ids->items[i];

		if (fits(id->vendor, f->vendor) && fits(id->device, f->device) && fits(id->subvendor, f->subvendor) &&
		    fits(id->subdevice, f->subdevice) && ((id->class_code ^ f->class_code) & id->class_mask) == 0)
			return true;
	}
	return false;
}
