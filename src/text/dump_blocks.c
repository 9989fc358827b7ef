/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What other tools say of a function in several lines, or in words of their own: virsh nodedev-dumpxml, lshw, YAML of
 * pvesh, driverctl. */
#include <string.h>

#include "base/str.h"
#include "text/dump_parts.h"

/* ---- virsh nodedev-dumpxml ---- */

/* The number in attribute='0x1c20' of a tag. */
static bool attribute(const char *tag, const char *name, unsigned base, uint64_t max, uint64_t *ret)
{
	const char *at = strstr(tag, name), *end = strchr(tag, '>');

	if (!at || !end || at > end || at[strlen(name)] != '=' || !at[strlen(name) + 1])
		return false;
	at += strlen(name) + 2;
	if (base == 16 && str_starts(at, "0x"))
		at += 2;
	return str_number_n(at, strspn(at, "0123456789abcdefABCDEF"), base, max, ret);
}

static bool take_member_address(const char *tag, struct pci_addr *ret)
{
	uint64_t domain, bus, slot, function;

	if (!attribute(tag, "domain", 16, UINT32_MAX, &domain) || !attribute(tag, "bus", 16, 0xff, &bus) ||
	    !attribute(tag, "slot", 16, 0x1f, &slot) || !attribute(tag, "function", 16, 7, &function))
		return false;
	*ret = (struct pci_addr){.domain = (uint32_t)domain, .bus = (uint8_t)bus, .device = (uint8_t)slot, .function = (uint8_t)function};
	return true;
}

/* "<bus>1</bus>", decimal. */
static void take_part(struct dump *d, const char *tag, const char *name, unsigned bit, unsigned max, unsigned *ret)
{
	size_t n = strlen(name);
	uint64_t number;

	if (strncmp(tag + 1, name, n) != 0 || tag[n + 1] != '>')
		return;
	tag += n + 2;
	if (!str_number_n(tag, strspn(tag, "0123456789"), 10, max, &number))
		return;
	*ret = (unsigned)number;
	d->device_seen |= bit;
}

static void end_device(struct dump *d)
{
	struct dump_fact fact = d->record;

	fact.addr = (struct pci_addr){.domain = d->device_domain, .bus = (uint8_t)d->device_bus, .device = (uint8_t)d->device_slot,
	    .function = (uint8_t)d->device_function};
	fact.has_addr = d->device_seen == 15;
	dump_keep(d, &fact);
	d->is_device = false;
	d->record = (struct dump_fact){.group = GROUP_UNKNOWN};
}

static void take_id_and_name(const char *tag, bool *has, uint16_t *ret, struct dump_fact *fact)
{
	const char *text = strchr(tag, '>');
	uint64_t id;

	if (attribute(tag, " id", 16, 0xffff, &id)) {
		*ret = (uint16_t)id;
		*has = true;
	}
	if (text && str_starts(tag, "<product"))
		dump_set(fact, COLUMN_TEXT, text + 1, strcspn(text + 1, "<"));
}

static void take_tag(struct dump *d, const char *tag)
{
	struct dump_fact *r = &d->record;
	struct dump_fact member = {.group = r->group};
	uint64_t group;

	if (str_starts(tag, "</device>")) {
		end_device(d);
	} else if (d->is_in_members) {
		d->is_in_members = !str_starts(tag, "</iommuGroup");
		if (str_starts(tag, "<address ") && take_member_address(tag, &member.addr))
			(void)dump_add(d, &member);
	} else if (str_starts(tag, "<iommuGroup ")) {
		d->is_in_members = attribute(tag, "number", 10, 999999, &group);
		r->group = d->is_in_members ? (int)group : GROUP_UNKNOWN;
	} else if (str_starts(tag, "<driver>") || str_starts(tag, "</driver>")) {
		d->is_in_driver = tag[1] != '/';
	} else if (d->is_in_driver && str_starts(tag, "<name>")) {
		dump_set(r, COLUMN_DRIVER, tag + 6, strcspn(tag + 6, "<"));
	} else if (str_starts(tag, "<class>")) {
		dump_set(r, COLUMN_CLASS, tag + 7, strcspn(tag + 7, "<"));
	} else if (str_starts(tag, "<product ")) {
		take_id_and_name(tag, &r->has_device, &r->device, r);
	} else if (str_starts(tag, "<vendor ")) {
		take_id_and_name(tag, &r->has_vendor, &r->vendor, r);
	} else if (str_starts(tag, "<capability type=") && strncmp(tag + 18, "phys_function", 13) == 0) {
		r->is_vf = true;
	}
	take_part(d, tag, "domain", 1, UINT32_MAX, &d->device_domain);
	take_part(d, tag, "bus", 2, 0xff, &d->device_bus);
	take_part(d, tag, "slot", 4, 0x1f, &d->device_slot);
	take_part(d, tag, "function", 8, 7, &d->device_function);
}

bool dump_is_xml(struct dump *d, const char *line)
{
	const char *at = line;

	if (!d->is_device) {
		at = strstr(line, "<device>");
		if (!at)
			return false;
		dump_end_record(d);
		d->record = (struct dump_fact){.group = GROUP_UNKNOWN};
		d->is_device = true;
		d->is_in_driver = d->is_in_members = false;
		d->device_seen = 0;
		d->open = -1;
	} else if (!strchr(at, '<') && line[strspn(line, " \t>")] != '\0') {
		/* A device that does not end: what follows is something else. */
		d->is_device = false;
		return false;
	}
	for (at = strchr(at, '<'); at && d->is_device; at = strchr(at + 1, '<'))
		take_tag(d, at);
	return true;
}

/* ---- lshw ---- */

/* "pci@0000:01:00.0  card0  display  GP106M": the bus, a device or none, the class. */
static bool is_bus_info(struct dump *d, const char *s)
{
	static const struct {
		const char *name;
		unsigned class;
	} classes[] = {{"display", 0x0300}, {"network", 0x0200}, {"storage", 0x0180}, {"multimedia", 0x0480}};
	struct dump_fact fact = {.group = GROUP_UNKNOWN};
	size_t length;

	if (!str_starts(s, "pci@") || (length = dump_address(s + 4, &fact.addr)) == 0)
		return false;
	s += 4 + length;
	for (int word = 0; word < 2 && !fact.has_class; word++) {
		s = dump_skip(s);
		length = strcspn(s, " \t");
		for (size_t i = 0; i < ARRAY_LEN(classes); i++)
			if (strlen(classes[i].name) == length && str_starts(s, classes[i].name)) {
				fact.has_class = fact.is_class_named = true;
				fact.class_code = classes[i].class << 8;
			}
		s += length;
	}
	fact.has_addr = true;
	dump_keep(d, &fact);
	return true;
}

/* "product: GP106 [GeForce GTX 1060] [10DE:1C03]" of lshw -numeric. */
static void take_product(struct dump_fact *r, const char *s)
{
	const char *bracket = strrchr(s, '[');

	dump_set(r, COLUMN_TEXT, s, strlen(s));
	if (bracket && dump_ids(bracket + 1, &r->vendor, &r->device))
		r->has_vendor = r->has_device = true;
}

static bool is_lshw(struct dump *d, const char *line)
{
	struct dump_start start = dump_find_start(line);
	const char *s = start.at, *value = strchr(s, ':');
	struct dump_fact *r = &d->record;

	/* "  *-display:0 UNCLAIMED" */
	if (s - line >= 2 && s[-1] == '-' && s[-2] == '*' && *s >= 'a' && *s <= 'z') {
		dump_end_record(d);
		dump_begin_record(d, false);
		d->is_lshw = true;
		d->open = -1;
		return true;
	}
	if (!d->is_lshw || !value)
		return false;
	value = dump_skip(value + 1);
	if (str_starts(s, "description: ")) {
		dump_set(r, COLUMN_CLASS, value, strlen(value));
	} else if (str_starts(s, "product: ")) {
		take_product(r, value);
	} else if (str_starts(s, "vendor: ")) {
		if (!r->has_vendor && (r->vendor = dump_vendor_by_name(value)) != 0)
			r->has_vendor = true;
	} else if (str_starts(s, "bus info: pci@")) {
		r->has_addr = dump_address(value + 4, &r->addr) > 0;
	} else if (str_starts(s, "configuration:")) {
		value = strstr(value, "driver=");
		if (value)
			dump_set(r, COLUMN_DRIVER, value + 7, strcspn(value + 7, " \t"));
	}
	return true;
}

/* ---- YAML of pvesh ---- */

/* "- class: '0x030000'", "  id: 0000:01:00.0" */
static bool is_yaml(struct dump *d, const char *line)
{
	const char *s = line + strspn(line, " \t>"), *value;
	bool begins = str_starts(s, "- ");
	enum column column;
	size_t length;

	if (!begins && !d->is_yaml)
		return false;
	s = begins ? dump_skip(s + 2) : s;
	length = strspn(s, "abcdefghijklmnopqrstuvwxyz_");
	if (length == 0 || s[length] != ':' || (s[length + 1] != ' ' && s[length + 1] != '\0'))
		return false;
	column = dump_column(s, length);
	if (begins) {
		/* One key of pvesh's begins a record, and no bullet of a text. */
		if (column == COLUMN_NONE && !str_starts(s, "vendor_name") && !str_starts(s, "subsystem_") && !str_starts(s, "mdev"))
			return false;
		dump_end_record(d);
		dump_begin_record(d, false);
		d->is_yaml = true;
		d->open = -1;
	}
	value = dump_skip(s + length + 1);
	length = strlen(value);
	while (length > 0 && dump_is_space(value[length - 1]))
		length--;
	if (length >= 2 && (*value == '\'' || *value == '"') && value[length - 1] == *value) {
		value++;
		length -= 2;
	}
	dump_set_in_record(d, column, value, length);
	return true;
}

/* ---- driverctl list-devices ---- */

/* "0000:01:00.0 vfio-pci [*]", with -v its name behind; nothing else has but a driver behind a whole address. */
static bool is_driver_line(struct dump *d, const char *line)
{
	struct dump_fact fact = {.group = GROUP_UNKNOWN};
	const char *s = line + strspn(line, " \t>");
	size_t length = dump_address(s, &fact.addr), name;

	if (length < strlen("0000:00:00.0") || s[length] != ' ' || d->header != GROUP_UNKNOWN)
		return false;
	s += length + 1;
	name = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
	if (name == 0 && !str_starts(s, "(none)"))
		return false;
	dump_copy(fact.driver, sizeof(fact.driver), s, name);
	s = dump_skip(name > 0 ? s + name : s + strlen("(none)"));
	if (str_starts(s, "[*]"))
		s = dump_skip(s + 3);
	if (*s != '\0' && (*s != '(' || s[strlen(s) - 1] != ')'))
		return false;
	(void)dump_add(d, &fact);
	return true;
}

bool dump_is_block(struct dump *d, const char *line)
{
	const char *s = line + strspn(line, " \t>");

	if (d->is_recording && (d->is_lshw || d->is_yaml) && !is_lshw(d, line) && !is_yaml(d, line))
		dump_end_record(d);
	else if (d->is_lshw || d->is_yaml)
		return true;
	return is_lshw(d, line) || is_yaml(d, line) || is_bus_info(d, s) || is_driver_line(d, line);
}
