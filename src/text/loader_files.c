/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of loaders that have their own, and what EFI keeps. */
#include <string.h>

#include "base/str.h"
#include "text/kernel_cmdline.h"
#include "text/loader_entry.h"
#include "text/machine.h"

/* A copy that is taken apart line by line. */
static char *copy_of(struct arena *mem, const char *text, struct loader_entries *ret)
{
	*ret = (struct loader_entries){.first = -1};
	return strlen(text) > LOADER_TEXT_BYTES ? NULL : arena_strdup(mem, text);
}

static struct loader_entry *add_entry(struct arena *mem, struct loader_entries *e, const char *id)
{
	if (e->n == LOADER_ENTRIES)
		return NULL;
	*ARENA_PUSH(mem, e->items, e->n) =
	    (struct loader_entry){.id = id, .title = id, .options = "", .is_linux = true};
	return &e->items[e->n - 1];
}

static int entry_called(const struct loader_entries *e, const char *id)
{
	for (size_t i = 0; id && i < e->n; i++)
		if (str_eq(e->items[i].id, id))
			return (int)i;
	return e->n > 0 ? 0 : -1;
}

/* The value behind a key, any case (extlinux has both); NULL: another line. */
static const char *value_of(const char *line, const char *key)
{
	size_t length = strlen(key);

	for (size_t i = 0; i < length; i++) {
		char c = line[i] >= 'A' && line[i] <= 'Z' ? (char)(line[i] - 'A' + 'a') : line[i];

		if (c != key[i])
			return NULL;
	}
	if (line[length] != ' ' && line[length] != '\t')
		return NULL;
	return line + length + strspn(line + length, " \t");
}

bool extlinux_parse(struct arena *mem, const char *text, struct loader_entries *ret)
{
	char *rest = copy_of(mem, text, ret), *line;
	const char *value, *wanted = NULL, *common = "";
	struct loader_entry *e = NULL;

	if (!rest)
		return false;
	while (machine_line(&rest, &line)) {
		line = machine_trim(line);
		if ((value = value_of(line, "default")))
			wanted = value;
		else if ((value = value_of(line, "label")))
			e = add_entry(mem, ret, value);
		else if (((value = value_of(line, "linux")) || (value = value_of(line, "kernel"))) && e)
			e->kernel = value;
		else if ((value = value_of(line, "menu label")) && e)
			e->title = value;
		else if ((value = value_of(line, "append")) && e)
			e->options = value;
		else if (value)
			common = value; /* syslinux: one ahead of all labels is for those without their own */
	}
	for (size_t i = 0; i < ret->n; i++)
		if (!*ret->items[i].options)
			ret->items[i].options = common;
	ret->first = entry_called(ret, wanted);
	return true;
}

/* A string in quotes, a doubled quote in it is one; a bare word too. */
static char *take_quoted(struct arena *mem, const char **at)
{
	const char *from = *at + strspn(*at, " \t");
	char *word = arena_strdup(mem, from), *to = word;

	if (*from != '"') {
		to += strcspn(from, " \t");
		from += strcspn(from, " \t");
	} else {
		for (from++; *from; from++) {
			if (*from == '"' && *++from != '"')
				break;
			*to++ = *from;
		}
	}
	*to = '\0';
	*at = from;
	return word;
}

bool refind_linux_parse(struct arena *mem, const char *text, struct loader_entries *ret)
{
	char *rest = copy_of(mem, text, ret), *line;

	if (!rest)
		return false;
	while (machine_line(&rest, &line)) {
		const char *at = machine_trim(line);
		struct loader_entry *e;
		const char *label;

		if (*at == '\0' || *at == '#')
			continue;
		label = take_quoted(mem, &at);
		e = add_entry(mem, ret, label);
		if (e)
			e->options = take_quoted(mem, &at);
	}
	ret->first = ret->n > 0 ? 0 : -1;
	return true;
}

/* "key: value", any case; NULL: another line. */
static const char *limine_value(const char *line, const char *key)
{
	size_t length = strlen(key);

	for (size_t i = 0; i < length; i++) {
		char c = line[i] >= 'A' && line[i] <= 'Z' ? (char)(line[i] - 'A' + 'a') : line[i];

		if (c != key[i])
			return NULL;
	}
	return line[length] == ':' ? line + length + 1 + strspn(line + length + 1, " \t") : NULL;
}

bool limine_parse(struct arena *mem, const char *text, struct loader_entries *ret)
{
	char *rest = copy_of(mem, text, ret), *line;
	const char *value, *words, *kernel, *wanted = NULL, *title = NULL;
	struct loader_entry *e = NULL;
	unsigned places[LOADER_ENTRIES]; /* of each entry among all titles, as default_entry counts */
	unsigned place = 0;
	uint64_t number;

	if (!rest)
		return false;
	while (machine_line(&rest, &line)) {
		line = machine_trim(line);
		if (*line == '/') {
			title = line + strspn(line, "/");
			title += *title == '+';
			e = NULL;
			place += place < UINT16_MAX;
			continue;
		}
		if ((value = limine_value(line, "default_entry")) && !title) {
			wanted = value;
			continue;
		}
		words = limine_value(line, "cmdline");
		words = words ? words : limine_value(line, "kernel_cmdline");
		kernel = limine_value(line, "path");
		kernel = kernel ? kernel : limine_value(line, "kernel_path");
		if (!title || (!words && !kernel))
			continue;
		e = e ? e : add_entry(mem, ret, title);
		if (!e)
			break;
		places[e - ret->items] = place;
		e->options = words ? words : e->options;
		e->kernel = kernel ? kernel : e->kernel;
	}
	ret->first = entry_called(ret, wanted);
	/* A number counts every line that begins an entry, from 1. */
	if (wanted && str_number(wanted, 10, UINT16_MAX, &number))
		for (size_t i = ret->n; i > 0; i--)
			if (places[i - 1] >= number)
				ret->first = (int)i - 1;
	return true;
}

const char *loader_expand(struct arena *mem, const char *options, loader_lookup *lookup, void *data)
{
	struct kernel_cmdline c;
	const char *text = "";

	if (!strchr(options, '$') || strlen(options) > 8192 || !kernel_cmdline_parse(mem, options, &c))
		return options;
	for (size_t i = 0; i < c.n_words && strlen(text) < KERNEL_CMDLINE_BYTES; i++) {
		const char *raw = c.words[i].raw, *value = raw[0] == '$' ? lookup(data, raw + 1) : NULL;

		text = arena_printf(mem, "%s%s%s", text, *text ? " " : "", value ? value : raw);
	}
	return text;
}

const char *efi_variable_text(struct arena *mem, const char *data, size_t length)
{
	enum { ATTRIBUTES = 4 };
	char *text = arena_alloc(mem, length + 1);
	size_t n = 0;

	for (size_t i = ATTRIBUTES; i + 1 < length && (data[i] || data[i + 1]); i += 2)
		text[n++] = (char)(data[i + 1] == 0 && data[i] >= ' ' && data[i] <= '~' ? data[i] : '?');
	return n > 0 ? text : NULL;
}

static uint32_t number_at(const char *data, size_t at, unsigned bytes)
{
	uint32_t value = 0;

	for (unsigned i = bytes; i > 0; i--)
		value = value << 8 | (uint8_t)data[at + i - 1];
	return value;
}

bool pe_section(const char *data, size_t length, const char *name, uint32_t *ret_offset, uint32_t *ret_size)
{
	enum { COFF = 24, ROW = 40 }; /* signature and COFF header; a row of the section table */
	uint32_t header, n, at;

	if (length < 64 || memcmp(data, "MZ", 2) != 0)
		return false;
	header = number_at(data, 0x3c, 4);
	if (header > length - 1 || length - header < COFF || memcmp(data + header, "PE\0\0", 4) != 0)
		return false;
	n = number_at(data, header + 6, 2);
	at = header + COFF + number_at(data, header + 20, 2);
	for (uint32_t i = 0; i < n && at <= length && length - at >= ROW; i++, at += ROW) {
		uint32_t virtual_size = number_at(data, at + 8, 4), raw_size = number_at(data, at + 16, 4);

		if (strncmp(data + at, name, 8) != 0)
			continue;
		*ret_offset = number_at(data, at + 20, 4);
		*ret_size = virtual_size < raw_size ? virtual_size : raw_size;
		return true;
	}
	return false;
}
