/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Listings of groups and lspci: a line that names a function or heads a group. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "text/dump_parts.h"

/* ---- where a line begins ---- */

struct dump_start dump_find_start(const char *line)
{
	struct dump_start s = {.at = line};

	for (; *s.at && strchr(" \t|+-`\\*>#~\"'?", *s.at); s.at++) {
		s.has_branch |= (*s.at == '+' || *s.at == '|' || *s.at == '`' || *s.at == '\\') && s.at[1] == '-';
		s.indent += *s.at == '\t' ? 8 - s.indent % 8 : 1;
	}
	return s;
}

size_t dump_indent(const char *line)
{
	return dump_find_start(line).indent;
}

/* ---- the class and the ids behind an address ---- */

static bool bracketed_hex(const char *s, size_t digits, uint64_t *ret)
{
	return *s == '[' && strcspn(s + 1, "]") == digits && s[digits + 1] == ']' && str_number_n(s + 1, digits, 16, 0xffffff, ret);
}

/* "VGA compatible controller [0300]: ", "PCI bridge: ", "0300: ", "Class 0300: ", "class [1180]: ", "[0300]: ",
 * "0x030000 "; answers what follows, NULL: no class. */
static const char *take_class(const char *s, struct dump_fact *fact)
{
	unsigned class;
	uint64_t number;
	size_t name = dump_class_name(s, &class), n;
	const char *bracket = s + strcspn(s, "[:");

	if (name > 0)
		bracket = dump_skip(s + name);
	/* The number is what counts: names change. A text with a colon before it is no name of a class. */
	if (bracketed_hex(bracket, 4, &number) && (bracket[6] == ':' || bracket[6] == ' ' || bracket[6] == '"' || bracket[6] == '\0')) {
		fact->class_code = (uint32_t)number << 8;
		fact->has_class = true;
		return bracket + 6;
	}
	if (name > 0) {
		fact->class_code = class << 8;
		fact->has_class = fact->is_class_named = true;
		return s + name;
	}
	if (dump_starts(s, "class "))
		s = dump_skip(s + strlen("class "));
	if (dump_starts(s, "0x"))
		s += 2;
	n = str_hex_length(s);
	if ((n != 4 || s[4] != ':') && (n != 6 || (s[6] != ' ' && s[6] != ':' && s[6] != '\0')))
		return NULL;
	(void)str_number_n(s, n, 16, 0xffffff, &number);
	fact->class_code = (uint32_t)(n == 4 ? number << 8 : number);
	fact->has_class = true;
	return s + n;
}

static const char *last_ids(const char *s, struct dump_fact *fact)
{
	const char *last = NULL;

	for (const char *at = strchr(s, '['); at; at = strchr(at + 1, '['))
		if (dump_ids(at + 1, &fact->vendor, &fact->device) && (at[10] == ']' || at[10] == '\0'))
			last = at;
	if (!last)
		return NULL;
	(void)dump_ids(last + 1, &fact->vendor, &fact->device);
	fact->has_vendor = fact->has_device = true;
	return last;
}

/* Vendor and device in brackets of their own, each behind its name: lspci -mm. */
static void take_quoted(const char *s, struct dump_fact *fact)
{
	static const enum column columns[] = {COLUMN_CLASS, COLUMN_VENDOR, COLUMN_DEVICE};

	for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
		size_t length;

		s = strchr(s, '"');
		if (!s)
			return;
		length = strcspn(++s, "\"");
		dump_set(fact, columns[i], s, length);
		s += length;
		if (*s == '"')
			s++;
	}
}

/* " (rev a1)", " (prog-if 02 [NVM Express])", " driver=nvidia". */
static void take_trailer(const char *s, struct dump_fact *fact)
{
	const char *at = strstr(s, "(rev ");
	uint64_t number;

	if (at && str_number_n(at + 5, 2, 16, 0xff, &number))
		dump_copy(fact->revision, sizeof(fact->revision), at + 5, 2);
	at = strstr(s, "(prog-if ");
	if (at && fact->has_class && (fact->class_code & 0xff) == 0 && str_number_n(at + 9, 2, 16, 0xff, &number))
		fact->class_code |= (uint32_t)number;
	at = strstr(s, "driver=");
	if (at)
		dump_copy(fact->driver, sizeof(fact->driver), at + 7, strcspn(at + 7, " \t,;]|"));
}

/* The name of a device goes up to its revision. */
static size_t name_length(const char *s)
{
	const char *end = strstr(s, " (rev ");

	if (!end)
		end = strstr(s, " (prog-if ");
	return end ? (size_t)(end - s) : strlen(s);
}

/* What stands behind an address. True: it is a line about that function. */
static bool describe(const char *s, struct dump_fact *fact)
{
	const char *name, *after, *ids;
	unsigned class;
	size_t length;

	s += strspn(s, " \t:-|,");
	if (*s == '"') {
		take_quoted(s, fact);
		return fact->has_class;
	}
	name = s;
	after = take_class(s, fact);
	if (after)
		s = after;
	s += strspn(s, " \t:");
	ids = last_ids(s, fact);
	if (!ids && after && dump_ids(s, &fact->vendor, &fact->device))
		fact->has_vendor = fact->has_device = true;
	if (!fact->has_vendor && (fact->vendor = dump_vendor_by_name(s)) != 0)
		fact->has_vendor = true;
	if (!after && !fact->has_device)
		return false;
	fact->is_vf = strstr(s, "Virtual Function") != NULL;
	take_trailer(s, fact);
	length = ids ? (size_t)(ids - s) : name_length(s);
	if (after && length > 0 && dump_class_name(name, &class) > 0) {
		size_t n = strcspn(name, "[:");

		while (n > 0 && dump_is_space(name[n - 1]))
			n--;
		(void)snprintf(fact->text, sizeof(fact->text), "%.*s: %.*s", (int)(n < 100 ? n : 100), name, (int)(length < 140 ? length : 140), s);
	} else if (length > 0 && !after) {
		dump_copy(fact->text, sizeof(fact->text), s, length);
	}
	length = strlen(fact->text);
	while (length > 0 && (dump_is_space(fact->text[length - 1]) || fact->text[length - 1] == ':'))
		fact->text[--length] = '\0';
	return true;
}

/* ---- what stands before an address ---- */

struct prefix {
	const char *at; /* the address, or the end */
	size_t length;	/* of the address, 0: there is none */
	struct pci_addr addr;
	int group;
	bool is_whole; /* all of it was understood */
	bool has_other; /* a member that is no PCI function was named */
	bool is_path;	/* the group is that of a folder */
};

/* "IOMMU Group 12:", "Group #1", "iommu_group: 3"; answers what follows, NULL: it is none. */
static const char *take_group(const char *s, int *ret_group)
{
	size_t n;

	if (dump_starts(s, "iommu")) {
		s += strlen("iommu");
		s += strspn(s, " \t_-");
	}
	if (!dump_starts(s, "group"))
		return NULL;
	s += strlen("group");
	s += strspn(s, " \t:#=_-*");
	n = dump_group_number(s, ret_group);
	return n > 0 ? s + n + strspn(s + n, ":),.") : NULL;
}

/* "… [10de:1c20] (rev a1) (IOMMU group 5)", "… iommu_group=5". */
static int group_behind(const char *s)
{
	int group = GROUP_UNKNOWN;

	for (const char *at = dump_find(s, "iommu"); at && group == GROUP_UNKNOWN; at = dump_find(at + 1, "iommu"))
		(void)take_group(at, &group);
	return group;
}

/* ".../iommu_groups/1/devices/"; answers what follows the number, NULL: it is no such path. */
static const char *take_path(const char *s, int *ret_group)
{
	static const char folder[] = "iommu_groups/";
	size_t length = strcspn(s, " \t\"'"), n;
	const char *at = dump_find(s, folder);

	if ((*s != '/' && *s != '.' && *s != 'i' && *s != 's') || !at || (size_t)(at - s) >= length)
		return NULL;
	at += strlen(folder);
	n = strspn(at, "0123456789");
	if (n == 0 || dump_group_number(at, ret_group) != n || !strchr("/: \t", at[n]))
		return NULL;
	at += n;
	if (dump_starts(at, "/devices"))
		at += strlen("/devices");
	return at + strspn(at, "/");
}

/* Words that some put before an address. */
static const char *take_word(const char *s)
{
	static const char *const words[] = {"Group Device:", "Group Devices:", "PCI device:", "Device:", "Devices:", "PCI address:", "PCI:", "BDF:", "pci@"};
	size_t n;

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (dump_starts(s, words[i]))
			return s + strlen(words[i]);
	/* "[RESET]", "[R]", "[*]", "(12)". */
	if (*s == '[') {
		n = strspn(s + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz *");
		return n <= 8 && s[n + 1] == ']' ? s + n + 2 : NULL;
	}
	if (*s == '(') {
		n = strspn(s + 1, "0123456789");
		return n > 0 && n < 6 && s[n + 1] == ')' ? s + n + 2 : NULL;
	}
	return NULL;
}

static struct prefix take_prefix(struct dump *d, const char *s, struct dump_fact *fact)
{
	struct prefix p = {.at = s, .group = GROUP_UNKNOWN};

	for (int i = 0; i < 8; i++) {
		const char *next;
		int group;

		p.at += strspn(p.at, " \t|:-*\"'`");
		p.length = dump_address(p.at, &p.addr);
		if (p.length > 0 || *p.at == '\0')
			break;
		next = take_path(p.at, &group);
		if (next) {
			char name[64];

			p.group = group;
			p.is_path = true;
			p.at = next;
			p.length = dump_address(p.at, &p.addr);
			if (p.length > 0)
				break;
			if (next[-1] == '/') {
				dump_copy(name, sizeof(name), p.at, strcspn(p.at, " \t\"':@") == 0 ? 0 : strcspn(p.at, " \t\"'@"));
				p.has_other = *name != '\0';
				if (p.has_other)
					dump_add_other(d, group, name, false);
			}
			p.at += strcspn(p.at, " \t");
			continue;
		}
		next = p.group == GROUP_UNKNOWN ? take_group(p.at + (*p.at == '['), &group) : NULL;
		if (next) {
			p.group = group;
			next += *p.at == '[' && *next == ']';
		}
		if (!next && *p.at == '[' && dump_ids(p.at + 1, &fact->vendor, &fact->device) && p.at[10] == ']') {
			fact->has_vendor = fact->has_device = true;
			next = p.at + 11;
		}
		if (!next)
			next = take_word(p.at);
		if (!next)
			return p;
		p.at = next;
	}
	p.is_whole = true;
	return p;
}

/* ---- links: find -ls, ls -l, tree ---- */

/* The last two addresses of ".../pci0000:00/0000:00:01.0/0000:01:00.0": the function and the bridge above it. */
static void take_link_path(struct dump_function *f, const char *path)
{
	struct pci_addr last = {0}, above = {0}, addr;
	size_t n = 0;

	for (; *path; path += strcspn(path, "/"), path += *path == '/') {
		if (dump_address(path, &addr) == 0)
			continue;
		above = last;
		last = addr;
		n++;
	}
	if (n >= 2 && pci_addr_cmp(last, f->addr) == 0) {
		f->has_parent = true;
		f->parent = above;
	}
}

/* ".../iommu_groups/1/devices/0000:01:00.0 -> …", "0000:01:00.0 -> …" below a header, ".../0000:01:00.0/iommu_group ->
 * …/iommu_groups/1", ".../0000:01:00.0/driver -> …/drivers/nvidia". */
static bool is_link(struct dump *d, const char *line, size_t indent)
{
	const char *arrow = strstr(line, " -> "), *left, *target, *at;
	struct dump_fact fact = {.group = GROUP_UNKNOWN};
	struct dump_function *f;
	int group = d->header, position;

	fact.is_partial = d->is_filtered;
	if (!arrow)
		return false;
	target = arrow + 4;
	for (left = arrow; left > line && !dump_is_space(left[-1]); left--)
		;
	at = take_path(left, &group);
	if (!at)
		at = left;
	if (dump_address(at, &fact.addr) == 0) {
		/* The name of a member that is no PCI function, or a path to a function's own links. */
		char name[64];

		if (at != left) {
			dump_copy(name, sizeof(name), at, (size_t)(arrow - at));
			dump_add_other(d, group, name, false);
			return true;
		}
		at = strstr(left, "/iommu_group ->");
		if (!at)
			at = strstr(left, "/driver ->");
		while (at && at > left && at[-1] != '/')
			at--;
		if (!at || dump_address(at, &fact.addr) == 0)
			return false;
		if (strstr(left, "/driver ->"))
			dump_copy(fact.driver, sizeof(fact.driver), str_base(target), strcspn(str_base(target), " \t"));
		else if (take_path(target, &group))
			fact.group = group;
		(void)dump_add(d, &fact);
		return true;
	}
	if (at == left && (d->header == GROUP_UNKNOWN || (d->header_style == HEADER_INDENTED && indent <= d->header_indent)))
		return false;
	fact.group = group;
	d->header_is_bare = false;
	position = dump_add(d, &fact);
	if (position < 0)
		return true;
	f = &d->functions[position];
	take_link_path(f, target);
	return true;
}

/* ---- lines ---- */

static void open_function(struct dump *d, const struct dump_fact *fact, size_t indent)
{
	if (d->is_after_gap && fact->group >= 0)
		dump_doubt(d, fact->group);
	d->is_after_gap = false;
	d->last_group = fact->group;
	d->last_is_whole = fact->has_device;
	d->has_whole |= fact->has_device;
	d->open = dump_add(d, fact);
	d->open_indent = indent;
	d->open_has_details = false;
	d->open_is_whole = fact->has_device;
	d->config_seen = 0;
}

/* Lines that say their group and lines that do not, side by side: those have lost it. */
static void mark_torn(struct dump *d, bool has_group, bool is_in_header)
{
	int position = d->open;

	if (position >= 0 && d->neighbour >= 0 && !is_in_header && has_group != d->neighbour_has_group)
		d->functions[has_group ? d->neighbour : position].is_torn = true;
	if (position >= 0 && d->neighbour >= 0 && !has_group && !is_in_header && d->functions[d->neighbour].is_torn && !d->neighbour_has_group)
		d->functions[position].is_torn = true;
	d->neighbour = is_in_header ? -1 : position;
	d->neighbour_has_group = has_group;
}

static void open_header(struct dump *d, int group, size_t indent, bool is_folder)
{
	/* The way functions stand below their headers is that of the listing. */
	if (d->header == GROUP_UNKNOWN) {
		d->header_style = HEADER_FRESH;
		d->has_gap_below_headers = false;
	}
	d->header = group;
	d->header_indent = indent;
	d->header_is_bare = true;
	d->is_header_lost = false;
	d->has_gap = false;
	d->header_is_folder = is_folder;
	d->open = -1;
}

/* Marks before the address ("[RESET]") are part of how far in it stands. */
static size_t column_of(const char *line, const char *end)
{
	size_t column = 0;

	for (; line < end; line++)
		column += *line == '\t' ? 8 - column % 8 : 1;
	return column;
}

/* The group that the header above gives to a function's line. */
static int group_by_header(struct dump *d, size_t indent)
{
	if (d->header == GROUP_UNKNOWN)
		return GROUP_UNKNOWN;
	if (d->header_style == HEADER_FRESH) {
		d->header_style = indent > d->header_indent ? HEADER_INDENTED : HEADER_FLUSH;
		d->has_gap_below_headers = d->has_gap;
	}
	if (d->header_style == HEADER_INDENTED && indent <= d->header_indent)
		d->header = GROUP_UNKNOWN;
	d->header_is_bare = false;
	return d->header;
}

/* "(3 devices)": no address in it. */
static const char *skip_note(const char *s)
{
	size_t n;

	s = dump_skip(s);
	n = strcspn(s, ":)");
	return *s == '(' && s[n] == ')' ? s + n + 1 : s;
}

/* Only strokes and colons are left, and perhaps a note: a header ends so. */
static bool is_end(const char *s)
{
	s = skip_note(s);
	return s[strspn(s, " \t:#*-=`'\"|._)?")] == '\0';
}

/* `passthru groups` says its answer behind the number. */
static bool is_answer(const char *s)
{
	static const char *const answers[] = {"ready", "blocked", "cannot-tell"};

	s = dump_skip(s);
	for (size_t i = 0; i < ARRAY_LEN(answers); i++)
		if (str_starts(s, answers[i]))
			return true;
	return false;
}

/* "0000:01:00.0  0000:01:00.1  HISI0162:01", as ls prints them side by side, or a list with commas. True: it is one. */
static bool take_members(struct dump *d, const char *s, int group)
{
	enum { MOST = 512 };
	struct dump_fact fact = {.group = group, .is_partial = d->is_filtered};
	size_t n = 0, n_addresses = 0;

	/* First whether it is one: a sentence may begin with an address too. */
	for (const char *at = s; *at; n++) {
		size_t length = strcspn(at, " \t,;");
		struct pci_addr addr;

		if (dump_address(at, &addr) == length)
			n_addresses++;
		else if (length > 0 && (n == MOST || !memchr(at, ':', length)) && (!memchr(at, '.', length) || at[length - 1] == '.'))
			return false;
		at += length;
		at += strspn(at, " \t,;");
	}
	if (n_addresses == 0 && !d->header_is_folder)
		return false;
	for (const char *at = s; *at;) {
		size_t length = strcspn(at, " \t,;");
		char name[64];

		if (dump_address(at, &fact.addr) == length) {
			(void)dump_add(d, &fact);
		} else {
			dump_copy(name, sizeof(name), at, length);
			dump_add_other(d, group, name, false);
		}
		at += length;
		at += strspn(at, " \t,;");
	}
	d->header_is_bare = false;
	return true;
}

/* A line whose beginning is torn or unknown still tells of a function where its class stands behind its address. */
static bool find_torn(const char *line, struct dump_fact *fact, struct pci_addr *ret)
{
	for (const char *dot = strchr(line, '.'); dot; dot = strchr(dot + 1, '.')) {
		const char *at = dot;
		struct dump_fact found = {.group = GROUP_UNKNOWN};
		struct pci_addr addr;

		while (at > line && (char_is_hex(at[-1]) || at[-1] == ':'))
			at--;
		if (dot - at < 5 || (at > line && !strchr(" \t/([|\"'", at[-1])) || dump_address(at, &addr) == 0 ||
		    !describe(at + dump_address(at, &addr), &found) || !found.has_class)
			continue;
		*fact = found;
		*ret = addr;
		return true;
	}
	return false;
}

bool dump_is_listing(struct dump *d, const char *line)
{
	struct dump_start start = dump_find_start(line);
	struct dump_fact fact = {.group = GROUP_UNKNOWN};
	struct prefix p;
	struct pci_addr again;
	const char *rest;
	size_t length;
	bool is_told;
	uint64_t number;

	if (is_link(d, line, start.indent))
		return true;
	if (start.has_branch && str_number_n(start.at, strspn(start.at, "0123456789"), 10, 99999, &number) && is_end(start.at + strspn(start.at, "0123456789"))) {
		open_header(d, (int)number, start.indent, false);
		return true;
	}
	if (d->header != GROUP_UNKNOWN && str_starts(start.at, "not PCI ")) {
		dump_add_other(d, d->header, dump_skip(start.at + strlen("not PCI ")), false);
		return true;
	}
	p = take_prefix(d, start.at, &fact);
	if (p.has_other)
		return true;
	if (p.length == 0) {
		if (p.group != GROUP_UNKNOWN && (is_end(p.at) || is_answer(p.at))) {
			/* lspci's words below a function, but not further in: a header of what follows, or what is left of a
			 * detail that lost its indentation. */
			bool is_doubtful = d->header == GROUP_UNKNOWN && (d->open >= 0 || d->has_details) && str_starts(start.at, "IOMMU group: ");

			open_header(d, is_doubtful ? GROUP_UNKNOWN : p.group, start.indent, p.is_path);
			return true;
		}
		if (d->header_is_folder && take_members(d, start.at, d->header))
			return true;
		if (!find_torn(line, &fact, &fact.addr))
			return false;
		open_function(d, &fact, start.indent);
		if (d->open >= 0)
			d->functions[d->open].is_torn = true;
		d->neighbour = -1;
		return true;
	}
	fact.addr = p.addr;
	rest = p.at + p.length;
	/* A script may print it before lspci does. */
	length = dump_address(dump_skip(rest), &again);
	if (length > 0 && pci_addr_cmp(again, p.addr) == 0)
		rest = dump_skip(rest) + length;
	if (p.group == GROUP_UNKNOWN) {
		const char *next = take_group(rest + strspn(rest, " \t:-([|"), &p.group);

		rest = next ? next + strspn(next, ")]") : rest;
	}
	length = strspn(rest, " \t,;");
	if (length > 0 && dump_address(rest + length, &again) > 0 && (p.group != GROUP_UNKNOWN || d->header != GROUP_UNKNOWN) &&
	    take_members(d, p.at, p.group != GROUP_UNKNOWN ? p.group : group_by_header(d, column_of(line, p.at))))
		return true;
	is_told = describe(rest, &fact) || fact.has_device;
	if (is_told && p.group == GROUP_UNKNOWN)
		p.group = group_behind(rest);
	/* An address is a member where a group is said, however torn the rest; an address in a sentence is nothing. */
	if (!is_told && p.group == GROUP_UNKNOWN && d->header == GROUP_UNKNOWN)
		return false;
	if (p.group != GROUP_UNKNOWN) {
		/* Its other members may follow, further in, without a header of their own. */
		d->header = p.group;
		d->header_indent = start.indent;
		d->header_style = HEADER_INDENTED;
		fact.group = p.group;
	} else {
		fact.group = group_by_header(d, column_of(line, p.at));
		if (!is_told && fact.group == GROUP_UNKNOWN)
			return false;
	}
	fact.is_partial = d->is_filtered && p.group != GROUP_UNKNOWN;
	open_function(d, &fact, start.indent);
	if (d->is_header_lost && fact.group == GROUP_UNKNOWN && d->open >= 0)
		d->functions[d->open].is_torn = true;
	mark_torn(d, p.group != GROUP_UNKNOWN, p.group == GROUP_UNKNOWN && fact.group != GROUP_UNKNOWN);
	return true;
}
