/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "text/dump_parts.h"

enum { INDEX = 128 * 1024 }; /* twice DUMP_FUNCTIONS, a power of two */

struct dump *dump_new(struct arena *mem)
{
	struct dump *d = arena_alloc(mem, sizeof(*d));

	d->mem = mem;
	d->index = arena_alloc(mem, INDEX * sizeof(*d->index));
	dump_begin(d, "");
	return d;
}

void dump_begin(struct dump *d, const char *name)
{
	d->header = GROUP_UNKNOWN;
	d->open = d->neighbour = -1;
	d->n_joined = d->n_joins = 0;
	d->table.n = 0;
	d->record = (struct dump_fact){.group = GROUP_UNKNOWN};
	d->is_recording = d->is_json = false;
	d->config_seen = 0;
	d->is_cmdline = dump_find(name, "cmdline") != NULL;
	dump_decode_begin(d);
}

void dump_feed(struct dump *d, const void *bytes, size_t n)
{
	const unsigned char *at = bytes;

	for (size_t i = 0; i < n && !d->is_too_much; i++)
		dump_decode(d, at[i]);
}

void dump_end(struct dump *d)
{
	dump_decode_end(d);
	dump_end_record(d);
	dump_begin(d, "");
}

/* ---- what is kept ---- */

struct dump_function *dump_at(struct dump *d, struct pci_addr addr)
{
	uint64_t key = (uint64_t)addr.domain << 16 | (uint64_t)addr.bus << 8 | (uint64_t)addr.device << 3 | addr.function;
	size_t at = (size_t)((key * 0x9e3779b97f4a7c15ULL) >> 47); /* 17 bits */
	struct dump_function f = {.addr = addr, .group = GROUP_UNKNOWN, .other_group = GROUP_UNKNOWN, .log_group = GROUP_UNKNOWN, .bus_below = -1};

	static_assert(INDEX == 1 << 17, "the hash has as many bits");
	for (; d->index[at] != 0; at = (at + 1) % INDEX)
		if (pci_addr_cmp(d->functions[d->index[at] - 1].addr, addr) == 0)
			return &d->functions[d->index[at] - 1];
	if (d->n_functions == DUMP_FUNCTIONS) {
		d->is_too_much = true;
		return NULL;
	}
	*ARENA_PUSH(d->mem, d->functions, d->n_functions) = f;
	d->index[at] = (uint32_t)d->n_functions;
	return &d->functions[d->n_functions - 1];
}

void dump_take_group(struct dump_function *f, int group)
{
	if (group == GROUP_UNKNOWN)
		return;
	if (f->group == GROUP_UNKNOWN)
		f->group = group;
	else if (f->group != group && f->other_group == GROUP_UNKNOWN)
		f->other_group = group;
}

void dump_take_driver(struct dump *d, struct dump_function *f, const char *name)
{
	if (!str_is_driver_name(name))
		return;
	if (!f->driver)
		f->driver = arena_strdup(d->mem, name);
	else if (!str_same_module(f->driver, name))
		f->has_two_drivers = true;
}

static void take_class(struct dump_function *f, const struct dump_fact *fact)
{
	bool is_same = f->class_code >> 8 == fact->class_code >> 8;

	if (!fact->has_class || (f->has_class && fact->is_log))
		return;
	if (!f->has_class || (f->is_class_named && !fact->is_class_named && f->class_code >> 16 == fact->class_code >> 16)) {
		f->class_code = fact->class_code;
		f->is_class_named = fact->is_class_named;
		f->has_class = true;
	} else if (is_same) {
		f->class_code |= fact->class_code & 0xff; /* some leave out the programming interface */
	} else if (f->class_code >> 16 != fact->class_code >> 16 || f->is_class_named == fact->is_class_named) {
		f->is_contradicted = true;
	}
}

static void take_ids(struct dump_function *f, const struct dump_fact *fact)
{
	bool may_contradict = !fact->is_log;

	if (fact->has_vendor && f->has_vendor && f->vendor != fact->vendor)
		f->is_contradicted |= may_contradict;
	if (fact->has_device && f->has_device && f->device != fact->device)
		f->is_contradicted |= may_contradict;
	if (fact->has_vendor && !f->has_vendor) {
		f->vendor = fact->vendor;
		f->has_vendor = true;
	}
	if (fact->has_device && !f->has_device) {
		f->device = fact->device;
		f->has_device = true;
	}
	if (fact->has_subvendor && fact->has_subdevice && !f->has_subsystem) {
		f->subvendor = fact->subvendor;
		f->subdevice = fact->subdevice;
		f->has_subsystem = true;
	}
}

static void take_text(struct dump *d, const char **have, const char *text)
{
	if (!*have && *text)
		*have = arena_strdup(d->mem, text);
}

int dump_add(struct dump *d, const struct dump_fact *fact)
{
	struct dump_function *f = dump_at(d, fact->addr);

	if (!f)
		return -1;
	take_class(f, fact);
	take_ids(f, fact);
	f->is_vf |= fact->is_vf;
	dump_take_group(f, fact->group);
	if (*fact->driver)
		dump_take_driver(d, f, fact->driver);
	take_text(d, &f->text, fact->text);
	take_text(d, &f->modules, fact->modules);
	take_text(d, &f->slot, fact->slot);
	take_text(d, &f->revision, fact->revision);
	take_text(d, &f->numa_node, fact->numa_node);
	return (int)(f - d->functions);
}

/* Names become parts of paths that are shown. */
static bool is_device_name(const char *name)
{
	size_t n = strlen(name);
	bool is_number = true;

	for (size_t i = 0; i < n; i++) {
		if (dump_is_space(name[i]) || strchr("/?\"'<>|*$", name[i]))
			return false;
		is_number &= char_is_hex(name[i]) || name[i] == ':' || name[i] == '.';
	}
	/* The beginning of an address, cut off. */
	return n > 1 && n < 64 && name[0] != '.' && !(is_number && strchr(name, ':'));
}

void dump_add_other(struct dump *d, int group, const char *name, bool is_log)
{
	if (!is_device_name(name) || d->n_others == DUMP_OTHERS)
		return;
	for (size_t i = 0; i < d->n_others; i++)
		if (d->others[i].group == group && str_eq(d->others[i].name, name)) {
			d->others[i].is_log &= is_log;
			return;
		}
	*ARENA_PUSH(d->mem, d->others, d->n_others) = (struct dump_other){group, arena_strdup(d->mem, name), is_log};
}

/* ---- line by line ---- */

static void blank_line(struct dump *d)
{
	dump_end_record(d);
	d->open = d->neighbour = -1;
	d->n_joined = 0;
	d->table.n = d->table.is_ruled ? d->table.n : 0;
	/* Functions right below their header, not indented: the gap ends them. */
	if (d->header_style == HEADER_FLUSH)
		d->header = GROUP_UNKNOWN;
}

/* A terminal's width cut the function's line: what is left of it stands here. Taken together they say more. */
static bool is_rest(struct dump *d, const char *line)
{
	enum { NARROWEST = 36 };
	size_t n = strlen(line);
	int group = d->header, neighbour = d->neighbour;
	bool is_more;

	if (d->n_joined < NARROWEST || d->n_joins == JOINS || d->n_joined + n > DUMP_LINE)
		return false;
	memcpy(d->joined + d->n_joined, line, n + 1);
	n += d->n_joined;
	is_more = dump_is_listing(d, d->joined);
	d->header = group;
	d->neighbour = neighbour;
	if (is_more) {
		d->n_joins++;
		d->n_joined = n;
	}
	return is_more;
}

static void one_line(struct dump *d, const char *line)
{
	if (*dump_skip(line) == '\0') {
		blank_line(d);
		return;
	}
	if (dump_is_record(d, line) || dump_is_row(d, line) || dump_is_detail(d, line) || dump_is_log(d, line)) {
		d->n_joined = 0;
		d->neighbour = -1;
		return;
	}
	if (dump_is_listing(d, line)) {
		size_t n = strlen(line);

		d->n_joins = 0;
		d->n_joined = d->open >= 0 && !d->open_is_whole && n < DUMP_LINE ? n : 0;
		memcpy(d->joined, line, d->n_joined);
		return;
	}
	if (is_rest(d, line))
		return;
	d->n_joined = 0;
	d->neighbour = -1;
	/* One of the many details that say nothing to us. */
	if (d->open >= 0 && dump_indent(line) > d->open_indent)
		return;
	/* Prose, or a prompt. */
	if (d->header_style == HEADER_FLUSH)
		d->header = GROUP_UNKNOWN;
	d->open = -1;
}

void dump_line(struct dump *d, char *line)
{
	if (d->is_cmdline) {
		dump_take_cmdline(d, line);
		return;
	}
	if (strpbrk(line, "<[&^\\"))
		dump_unmark(line);
	for (char *next; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		/* An empty piece is no blank line: "<pre>" at its beginning. */
		if (*line || !next)
			one_line(d, line);
	}
}
