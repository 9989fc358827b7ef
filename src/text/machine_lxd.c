/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * No YAML parser: backup.yaml is always written by LXD or Incus themselves (Go's yaml.v2 and v3), in block style, a key
 * a line. So a line's place is told by indentation: it belongs to the last line above that is indented less. Whatever
 * else YAML can (text over several lines, lists) lies deeper than its own key, and so never in the place of a device's
 * key; a device in flow style ("{type: gpu}") makes the definition unclear.
 *
 *	instance:			(container: in older ones)
 *	  config:
 *	    volatile.eth0.last_state.pci.slot.name: 0000:02:10.0
 *	  expanded_devices:
 *	    gpu0:
 *	      pci: 0000:01:00.0
 *	      type: gpu
 */
#include <string.h>

#include "base/str.h"
#include "text/machine.h"

enum { DEPTH = 4 }; /* instance, devices, the device's name, its key */

struct level {
	size_t indent;
	const char *key;
};

struct lxd_device {
	const char *type, *pci, *address, *id, *vendor, *product, *part;
};

struct lxd_reading {
	struct machine *m;
	struct level levels[DEPTH];
	size_t n_levels; /* deeper ones are not kept */
	struct lxd_device device;
	const char *name; /* of that device */
	bool has_instance;
};

/* A plain or quoted word; what has escapes is no address and no number. */
static char *scalar(char *text)
{
	char *end;

	text = machine_trim(text);
	if (*text == '"' || *text == '\'') {
		end = strchr(text + 1, *text);
		if (!end)
			return text;
		*end = '\0';
		return text + 1;
	}
	end = strstr(text, " #");
	if (end)
		*end = '\0';
	return machine_trim(text);
}

/* "key: value" and "key:"; a key may be quoted. */
static char *split(char *line, char **ret_value)
{
	char *colon = strstr(line, ": ");
	size_t length = strlen(line);
	static char nothing[] = "";

	*ret_value = nothing;
	if (colon) {
		*colon = '\0';
		*ret_value = scalar(colon + 2);
	} else if (length > 0 && line[length - 1] == ':') {
		line[length - 1] = '\0';
	} else {
		return NULL;
	}
	return scalar(line);
}

static void end_gpu(struct machine *m, const struct lxd_device *d)
{
	struct machine_device device = {.kind = MACHINE_GPU_ANY};
	uint64_t vendor = 0, product = 0, number = 0;

	if (d->pci) {
		if (!machine_add_address(m, d->pci))
			m->is_unclear = true;
		else
			m->devices[m->n_devices - 1].kind = MACHINE_SLOT; /* the card's sound goes along */
		return;
	}
	if ((d->vendor && !str_sysfs_hex(d->vendor, 0xffff, &vendor)) ||
	    (d->product && !str_sysfs_hex(d->product, 0xffff, &product)) ||
	    (d->id && !str_number(d->id, 10, INT32_MAX, &number))) {
		m->is_unclear = true;
		return;
	}
	if (d->vendor)
		device.kind = MACHINE_GPU_IDS;
	else if (d->id)
		device.kind = MACHINE_GPU_CARD;
	device.vendor = (uint16_t)vendor;
	device.device = (uint16_t)product;
	device.number = (unsigned)number;
	(void)machine_add(m, device);
}

static void end_device(struct lxd_reading *r)
{
	const struct lxd_device d = r->device;
	size_t n = r->m->n_devices;

	r->device = (struct lxd_device){0};
	if ((str_eq(d.type, "gpu") && d.address) || (str_eq(d.type, "pci") && d.pci && !d.address))
		r->m->wrong_key = arena_printf(r->m->mem, "%s has \"%s\", which is a key of type %s, not of type %s", r->name ? r->name : "a device",
		    d.address ? "address" : "pci", d.address ? "pci" : "gpu", d.type);
	if (str_eq(d.type, "gpu"))
		end_gpu(r->m, &d);
	else if (str_eq(d.type, "pci") && (!d.address || !machine_add_address(r->m, d.address)))
		r->m->is_unclear = true;
	for (size_t i = n; i < r->m->n_devices; i++) {
		r->m->devices[i].is_part = d.part && !str_eq(d.part, "physical");
		r->m->devices[i].is_choice = r->m->devices[i].kind != MACHINE_FUNCTION && !d.pci;
	}
}

static void take_device_key(struct lxd_device *d, const char *key, const char *value)
{
	const struct {
		const char *name;
		const char **place;
	} keys[] = {{"type", &d->type}, {"pci", &d->pci}, {"address", &d->address}, {"id", &d->id},
	    {"vendorid", &d->vendor}, {"productid", &d->product}, {"gputype", &d->part}};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (str_eq(key, keys[i].name) && *value)
			*keys[i].place = value;
}

/* What LXD handed over itself, a network function too, while the machine runs. */
static bool is_slot_key(const char *key)
{
	static const char end[] = ".last_state.pci.slot.name";
	size_t length = strlen(key);

	return str_starts(key, "volatile.") && length > strlen(end) && str_eq(key + length - strlen(end), end);
}

/* "8GiB", "8GB", "4096MB"; a share of the host's memory ("50%") says nothing here. */
static void take_memory(struct machine *m, const char *value)
{
	size_t digits = strspn(value, "0123456789");
	uint64_t count, bytes;

	if (machine_unit(value + digits, &bytes) && str_number_n(value, digits, 10, UINT64_MAX / bytes, &count))
		m->memory_bytes = count * bytes;
}

static void take_key(struct lxd_reading *r, const char *key, const char *value)
{
	const char *part = r->levels[1].key;
	bool is_devices = r->n_levels > 2 && (str_eq(part, "devices") || str_eq(part, "expanded_devices"));
	bool is_config = r->n_levels > 2 && (str_eq(part, "config") || str_eq(part, "expanded_config"));

	if (!str_eq(r->levels[0].key, "instance") && !str_eq(r->levels[0].key, "container"))
		return;
	r->has_instance = true;
	if (is_devices && r->n_levels == 3 && *value == '{' && !str_eq(value, "{}"))
		r->m->is_unclear = true;
	if (is_devices && r->n_levels == 3)
		r->name = key;
	if (is_devices && r->n_levels == 4)
		take_device_key(&r->device, key, value);
	if (is_config && r->n_levels == 3 && str_eq(key, "limits.memory"))
		take_memory(r->m, value);
	if (is_config && r->n_levels == 3 && str_eq(key, "limits.memory.hugepages"))
		r->m->is_huge = str_eq(value, "true");
	if (is_config && r->n_levels == 3 && is_slot_key(key) && *value && !machine_add_address(r->m, value))
		r->m->is_unclear = true;
}

static void take_line(struct lxd_reading *r, char *line)
{
	size_t indent = strspn(line, " ");
	char *key, *value;

	line += indent;
	if (*line == '\0' || *line == '#' || *line == '\r')
		return;
	/* Still below a key that is not kept: nothing there is ours. */
	while (r->n_levels > 0 && r->levels[r->n_levels - 1].indent >= indent)
		r->n_levels--;
	if (r->n_levels < DEPTH - 1)
		end_device(r);
	if (r->n_levels == DEPTH)
		return;
	key = *line == '-' ? NULL : split(line, &value);
	r->levels[r->n_levels++] = (struct level){indent, key ? key : "-"};
	if (key)
		take_key(r, key, value);
}

void machine_parse_lxd(struct machine *m, char *text)
{
	struct lxd_reading r = {.m = m};

	for (char *line; machine_line(&text, &line);)
		take_line(&r, line);
	end_device(&r);
	m->is_unclear = m->is_unclear || !r.has_instance;
}
