/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/pci_uevent.h"

#include <string.h>

#include "base/str.h"

/* "10DE:2204" */
static bool parse_id_pair(const char *value, size_t length, uint16_t *vendor, uint16_t *device)
{
	const char *colon = memchr(value, ':', length);
	uint64_t first, second;

	if (!colon || !str_number_n(value, (size_t)(colon - value), 16, 0xffff, &first) ||
	    !str_number_n(colon + 1, length - (size_t)(colon - value) - 1, 16, 0xffff, &second))
		return false;
	*vendor = (uint16_t)first;
	*device = (uint16_t)second;
	return true;
}

static bool parse_line(struct arena *mem, const char *key, size_t key_length, const char *value, size_t length,
    struct pci_function *f)
{
	uint64_t number;

#define IS(text) (key_length == sizeof(text) - 1 && memcmp(key, text, sizeof(text) - 1) == 0)
	if (IS("DRIVER")) {
		if (length == 0)
			return false;
		f->driver = arena_strndup(mem, value, length);
		f->has_driver = TRI_YES;
	} else if (IS("PCI_CLASS")) {
		if (!str_number_n(value, length, 16, 0xffffff, &number))
			return false;
		f->class_code = (uint32_t)number;
		f->has_class = true;
	} else if (IS("PCI_ID")) {
		f->has_ids = parse_id_pair(value, length, &f->vendor, &f->device);
		return f->has_ids;
	} else if (IS("PCI_SUBSYS_ID")) {
		return parse_id_pair(value, length, &f->subvendor, &f->subdevice);
	}
#undef IS
	return true;
}

bool pci_uevent_parse(struct arena *mem, const char *text, size_t length, struct pci_function *f)
{
	struct pci_function parsed = *f;
	const char *end = text + length;

	if (memchr(text, '\0', length))
		return false;
	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline ? newline : end;
		const char *equals = memchr(text, '=', (size_t)(stop - text));

		if (!equals && stop > text)
			return false;
		if (equals &&
		    !parse_line(mem, text, (size_t)(equals - text), equals + 1, (size_t)(stop - equals - 1), &parsed))
			return false;
		text = stop + 1;
	}
	/* The kernel leaves the DRIVER line out where there is none. */
	if (parsed.has_driver == TRI_UNKNOWN && parsed.has_ids)
		parsed.has_driver = TRI_NO;
	*f = parsed;
	return true;
}

bool pci_modalias_parse(const char *text, struct pci_function *f)
{
	static const struct {
		const char *before;
		size_t digits;
		uint64_t max;
	} parts[] = {
	    {"pci:v", 8, 0xffff},
	    {"d", 8, 0xffff},
	    {"sv", 8, 0xffff},
	    {"sd", 8, 0xffff},
	    {"bc", 2, 0xff},
	    {"sc", 2, 0xff},
	    {"i", 2, 0xff},
	};
	uint64_t value[ARRAY_LEN(parts)];

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (!str_starts(text, parts[i].before))
			return false;
		text += strlen(parts[i].before);
		if (strlen(text) < parts[i].digits || !str_number_n(text, parts[i].digits, 16, parts[i].max, &value[i]))
			return false;
		text += parts[i].digits;
	}
	if (*text != '\0' && !str_eq(text, "\n"))
		return false;
	f->vendor = (uint16_t)value[0];
	f->device = (uint16_t)value[1];
	f->subvendor = (uint16_t)value[2];
	f->subdevice = (uint16_t)value[3];
	f->class_code = (uint32_t)(value[4] << 16 | value[5] << 8 | value[6]);
	f->has_ids = f->has_class = true;
	return true;
}
