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
	d->is_filtered = d->is_after_gap = d->has_gap = d->has_whole = d->header_is_bare = false;
	d->last_group = GROUP_UNKNOWN;
	d->previous_length = 0;
	d->was_fact = false;
	d->has_details = d->says_groups = d->is_header_lost = false;
	d->line_number = 0;
	d->has_line_numbers = false;
	d->table.n = 0;
	d->record = (struct dump_fact){.group = GROUP_UNKNOWN};
	d->is_recording = d->is_json = d->is_yaml = d->is_lshw = d->is_device = false;
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
	/* It ends within a line, right below a header, or before lspci says a group. */
	if (d->says_groups && d->open >= 0)
		d->functions[d->open].is_torn |= d->functions[d->open].group == GROUP_UNKNOWN;
	if (d->has_whole && !d->last_is_whole)
		dump_doubt(d, d->last_group);
	if (d->header_is_bare)
		dump_doubt(d, d->header);
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

void dump_doubt(struct dump *d, int group)
{
	if (group < 0)
		return;
	if (d->n_doubted == DUMP_OTHERS) {
		d->doubts_all = true;
		return;
	}
	for (size_t i = d->n_doubted; i > 0 && i + 8 > d->n_doubted; i--) /* the same ones come close together */
		if (d->doubted[i - 1] == group)
			return;
	*ARENA_PUSH(d->mem, d->doubted, d->n_doubted) = group;
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
	d->n_facts++;
	f->is_told = true;
	take_class(f, fact);
	take_ids(f, fact);
	f->is_vf |= fact->is_vf;
	dump_take_group(f, fact->group);
	f->is_seen_whole |= fact->group >= 0 && !fact->is_partial;
	f->is_seen_partly |= fact->group >= 0 && fact->is_partial;
	if (*fact->driver)
		dump_take_driver(d, f, fact->driver);
	take_text(d, &f->text, fact->text);
	take_text(d, &f->modules, fact->modules);
	take_text(d, &f->slot, fact->slot);
	take_text(d, &f->revision, fact->revision);
	take_text(d, &f->numa_node, fact->numa_node);
	return (int)(f - d->functions);
}

size_t dump_mention(struct dump *d, const char *line, bool is_torn)
{
	enum { MOST = 4096 };
	size_t n = 0;

	for (const char *dot = strchr(line, '.'); dot; dot = strchr(dot + 1, '.')) {
		const char *at = dot;
		struct dump_function *f;
		struct pci_addr addr;

		while (at > line && (char_is_hex(at[-1]) || at[-1] == ':'))
			at--;
		if (dot - at < 5 || dump_address(at, &addr) == 0)
			continue;
		n++;
		if (d->n_mentions >= MOST) {
			d->doubts_all = true;
			break;
		}
		f = dump_at(d, addr);
		if (!f)
			break;
		d->n_mentions += !f->is_told && !f->is_torn;
		f->is_torn |= is_torn && f->group == GROUP_UNKNOWN;
	}
	return n;
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
	d->n_facts++;
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
	d->is_header_lost = false;
	d->table.n = d->table.rule == '|' ? d->table.n : 0;
	/* Functions right below their header, not indented: the gap ends them. Some leave one below each header. */
	if (d->header_is_folder || (d->header_style == HEADER_FLUSH && !(d->header_is_bare && d->has_gap_below_headers && !d->has_gap)))
		d->header = GROUP_UNKNOWN;
	d->has_gap = true;
}

/* ---- what was left out ---- */

/* "lspci -nnks 01:00", "lspci -d 10de:": what follows lspci's letters is no variable of a script. */
static bool chooses_functions(const char *s)
{
	for (s = dump_find(s, "lspci "); s && (s = strstr(s, " -")); s++) {
		size_t n = strspn(s + 2, "abcdefghijklmnopqrstuvwxyzDFHMPQ");
		const char *value = s + 2 + n + strspn(s + 2 + n, " \"'");

		if (n > 0 && (s[n + 1] == 's' || s[n + 1] == 'd') && (char_is_hex(*value) || *value == ':'))
			return true;
	}
	return false;
}

/* A command that shows a choice of lines: "./iommu.sh | grep NVIDIA". What asks for groups keeps all lines. */
static bool chooses(const char *line)
{
	static const char *const tools[] = {"grep ", "egrep ", "fgrep ", "rg ", "ag ", "head", "tail", "awk ", "sed -n", "findstr ", "select-string "};

	for (const char *at = strchr(line, '|'); at; at = strchr(at, '|')) {
		at = dump_skip(at + 1);
		if (dump_starts(at, "sudo "))
			at = dump_skip(at + 5);
		for (size_t i = 0; i < ARRAY_LEN(tools); i++)
			if (dump_starts(at, tools[i]) && !dump_find(at, "iommu") && !dump_find(at, "group"))
				return true;
	}
	return chooses_functions(line);
}

/* "$ …", "root@host:~# …" */
static bool is_prompt(const char *line)
{
	size_t n;

	line = line + strspn(line, " \t>");
	n = strcspn(line, "$#%");
	return line[n] && line[n + 1] == ' ' && (n == 0 || (n < 80 && memchr(line, '@', n)));
}

/* "...", "[...]", "<snip>", "(truncated)", "--More--"; a letter beyond ASCII came as "?". */
static bool is_gap(const char *line)
{
	static const char *const words[] = {"snip", "truncated", "cut", "omitted", "shortened", "more", "output omitted", "output truncated"};
	const char *s = line + strspn(line, " \t|[(<{*#/+-.?");
	size_t n = strcspn(s, "])>}*#/+-.?");

	if (*s == '\0')
		return strstr(line, "...") || str_eq(dump_skip(line), "?");
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (s > line && n >= strlen(words[i]) && dump_starts(s, words[i]) && dump_skip(s + strlen(words[i])) >= s + n &&
		    s[n + strspn(s + n, "])>}*#/+-.? \t")] == '\0')
			return true;
	return false;
}

static void note_what_is_left_out(struct dump *d, const char *line)
{
	if (is_gap(line)) {
		dump_doubt(d, d->header);
		dump_doubt(d, d->last_group);
		d->is_after_gap = true;
	}
	if (chooses(line))
		d->is_filtered = true;
	else if (is_prompt(line))
		d->is_filtered = false;
}

/* A terminal's width cut the function's line: what is left of it stands here. Taken together they say more. */
static bool is_rest(struct dump *d, const char *line)
{
	enum { NARROWEST = 36 };
	size_t n = strlen(line);
	int group = d->header, neighbour = d->neighbour;
	struct pci_addr addr;
	bool is_more;

	if (d->n_joined < NARROWEST || d->n_joins == JOINS || d->n_joined + n > DUMP_LINE)
		return false;
	/* Another function's line, torn. */
	if (dump_address(dump_find_start(line).at, &addr) > 0)
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

static void understand(struct dump *d, const char *line)
{
	enum { WRAPPED = 60 };
	bool is_row = d->table.n > 0 && (!d->table.rule || strchr(line, d->table.rule)); /* of the table, torn */
	size_t n_addresses;
	struct pci_addr addr;

	if (*dump_skip(line) == '\0') {
		blank_line(d);
		return;
	}
	note_what_is_left_out(d, line);
	if (dump_is_block(d, line) || dump_is_record(d, line) || dump_is_row(d, line) || dump_is_detail(d, line) || dump_is_log(d, line)) {
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
	n_addresses = dump_mention(d, line, is_row || (d->was_fact && dump_address(dump_find_start(line).at, &addr) > 0));
	/* One of the many details that say nothing to us, or the rest of one that the terminal wrapped. */
	if (d->open >= 0 && (dump_indent(line) > d->open_indent || (d->open_has_details && d->previous_length >= WRAPPED && n_addresses == 0)))
		return;
	/* Prose, or a prompt. */
	d->is_header_lost = d->header != GROUP_UNKNOWN && d->was_fact && !is_prompt(line);
	if (d->header_style == HEADER_FLUSH || (d->header_is_bare && d->has_gap) || (d->header_is_folder && !str_starts(dump_skip(line), "total ")))
		d->header = GROUP_UNKNOWN;
	/* A fence of markdown may stand between a command and what it printed. */
	if (!chooses(line) && !strstr(line, "```"))
		d->is_filtered = false;
	d->open = -1;
}

static void one_line(struct dump *d, const char *line)
{
	size_t n_facts = d->n_facts;

	understand(d, line);
	d->was_fact = d->n_facts > n_facts;
	d->previous_length = strlen(line);
}

/* "     1\t…" of cat -n, "1:…" of grep -n: numbers that count lines, one by one. A group's number is none of them. */
static char *skip_line_number(struct dump *d, char *line)
{
	size_t blanks = strspn(line, " "), digits = strspn(line + blanks, "0123456789");
	char *rest = line + blanks + digits;
	unsigned previous = d->line_number;
	uint64_t number;
	struct pci_addr addr;

	d->line_number = 0;
	if (digits == 0 || !str_number_n(line + blanks, digits, 10, 100 * 1000 * 1000, &number)) {
		d->has_line_numbers = false;
		return line;
	}
	if (*rest == '.' || *rest == ')' || (*rest == ' ' && rest[1] == '|'))
		rest++;
	if ((*rest != '\t' && *rest != ':' && *rest != '|' && !(*rest == ' ' && rest > line + blanks + digits)) ||
	    (dump_address(line + blanks, &addr) > 0 && !(d->has_line_numbers && number == previous + 1))) {
		d->has_line_numbers = false;
		return line;
	}
	d->line_number = (unsigned)number;
	if (!d->has_line_numbers)
		d->has_line_numbers = d->table.n == 0 && (number == 1 || number == previous + 1);
	else
		d->has_line_numbers = number == previous + 1;
	return d->has_line_numbers ? rest + 1 : line;
}

/* "> > …" of mails and forums. */
static char *skip_quotes(char *line)
{
	while (*line == '>')
		line += line[1] == ' ' ? 2 : 1;
	return line;
}

void dump_line(struct dump *d, char *line)
{
	if (d->is_cmdline) {
		dump_take_cmdline(d, line);
		return;
	}
	if (strpbrk(line, "[^\\"))
		dump_uncolour(line);
	line = skip_line_number(d, skip_quotes(line));
	if (strchr(line, '<') && dump_is_xml(d, line))
		return;
	if (strpbrk(line, "<[&"))
		dump_unmark(line);
	for (char *next; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		line = skip_quotes(line);
		/* An empty piece is no blank line: "<pre>" at its beginning. */
		if ((*line || !next) && !dump_is_xml(d, line))
			one_line(d, line);
	}
}
