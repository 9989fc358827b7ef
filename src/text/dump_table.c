/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What names its fields: tables of pvesh and passthru, JSON of both, lspci -vmm. */
#include <string.h>

#include "base/str.h"
#include "text/dump_parts.h"

/* ---- one field ---- */

/* "0x10de", "10de", "NVIDIA Corporation [10de]", "NVIDIA Corporation (0x10de)". */
static bool take_id(const char *s, uint16_t *ret)
{
	size_t n = strlen(s), digits = 0;
	uint64_t number;

	if (n > 0 && (s[n - 1] == ']' || s[n - 1] == ')'))
		n--;
	while (digits < n && char_is_hex(s[n - digits - 1]))
		digits++;
	if (digits != 4 || (n > digits && !strchr("[(x", s[n - digits - 1])) || !str_number_n(s + n - digits, 4, 16, 0xffff, &number))
		return false;
	*ret = (uint16_t)number;
	return true;
}

/* "0x030000", "0300", "VGA compatible controller [0300]", "VGA compatible controller". */
static void take_class(struct dump_fact *fact, const char *s)
{
	size_t n = strlen(s), digits = 0;
	uint64_t number;
	unsigned class;

	if (n > 0 && s[n - 1] == ']')
		n--;
	while (digits < n && char_is_hex(s[n - digits - 1]))
		digits++;
	if ((digits == 4 || digits == 6) && (n == digits || strchr("[x", s[n - digits - 1])) &&
	    str_number_n(s + n - digits, digits, 16, 0xffffff, &number)) {
		fact->class_code = (uint32_t)(digits == 4 ? number << 8 : number);
		fact->has_class = true;
	} else if (dump_class_name(s, &class) > 0) {
		fact->class_code = class << 8;
		fact->has_class = fact->is_class_named = true;
	}
}

void dump_set(struct dump_fact *fact, enum column column, const char *text, size_t length)
{
	char value[256];
	uint64_t number;
	int group;

	dump_copy(value, sizeof(value), text, length);
	switch (column) {
	case COLUMN_ADDRESS:
		if (dump_address(value, &fact->addr) == strlen(value) && *value)
			fact->has_addr = true;
		break;
	case COLUMN_GROUP:
		/* Proxmox writes -1 for "in none" (PVE::SysFSTools, lspci). */
		if (str_eq(value, "-1"))
			fact->group = GROUP_NONE;
		else if (*value && dump_group_number(value, &group) == strlen(value))
			fact->group = group;
		break;
	case COLUMN_CLASS:
		take_class(fact, value);
		break;
	case COLUMN_VENDOR:
		fact->has_vendor |= take_id(value, &fact->vendor);
		break;
	case COLUMN_DEVICE:
		fact->has_device |= take_id(value, &fact->device);
		fact->is_vf |= strstr(value, "Virtual Function") != NULL;
		break;
	case COLUMN_IDS:
		if (dump_ids(value + (*value == '['), &fact->vendor, &fact->device))
			fact->has_vendor = fact->has_device = true;
		break;
	case COLUMN_SUBVENDOR:
		fact->has_subvendor |= take_id(value, &fact->subvendor);
		break;
	case COLUMN_SUBDEVICE:
		fact->has_subdevice |= take_id(value, &fact->subdevice);
		break;
	case COLUMN_DRIVER:
		dump_copy(fact->driver, sizeof(fact->driver), value, strlen(value));
		break;
	case COLUMN_MODULES:
		dump_copy(fact->modules, sizeof(fact->modules), value, strlen(value));
		break;
	case COLUMN_TEXT:
		dump_copy(fact->text, sizeof(fact->text), value, strlen(value));
		fact->is_vf |= strstr(value, "Virtual Function") != NULL;
		break;
	case COLUMN_SLOT:
		dump_copy(fact->slot, sizeof(fact->slot), value, strlen(value));
		break;
	case COLUMN_REVISION:
		if (strlen(value) == 2 && str_number(value, 16, 0xff, &number))
			dump_copy(fact->revision, sizeof(fact->revision), value, 2);
		break;
	case COLUMN_NUMA_NODE:
		if (str_number(value, 10, 4096, &number))
			dump_copy(fact->numa_node, sizeof(fact->numa_node), value, strlen(value));
		break;
	case COLUMN_NONE:
		break;
	}
}

/* Headings, keys of JSON, words of lspci -vmm. */
enum column dump_column(const char *name, size_t length)
{
	static const struct {
		const char *name;
		enum column column;
	} names[] = {
	    {"address", COLUMN_ADDRESS}, {"id", COLUMN_ADDRESS}, {"slot", COLUMN_ADDRESS}, {"pci address", COLUMN_ADDRESS},
	    {"pci_address", COLUMN_ADDRESS}, {"bdf", COLUMN_ADDRESS}, {"pci", COLUMN_ADDRESS},
	    {"iommugroup", COLUMN_GROUP}, {"iommu group", COLUMN_GROUP}, {"iommu_group", COLUMN_GROUP}, {"group", COLUMN_GROUP},
	    {"iommu", COLUMN_GROUP}, {"class", COLUMN_CLASS}, {"vendor", COLUMN_VENDOR}, {"device", COLUMN_DEVICE},
	    {"svendor", COLUMN_SUBVENDOR}, {"subsystem_vendor", COLUMN_SUBVENDOR}, {"sdevice", COLUMN_SUBDEVICE},
	    {"subsystem_device", COLUMN_SUBDEVICE}, {"driver", COLUMN_DRIVER}, {"module", COLUMN_MODULES},
	    {"device_name", COLUMN_TEXT}, {"description", COLUMN_TEXT}, {"name", COLUMN_TEXT}, {"physlot", COLUMN_SLOT},
	    {"rev", COLUMN_REVISION}, {"revision", COLUMN_REVISION}, {"numanode", COLUMN_NUMA_NODE}, {"numa_node", COLUMN_NUMA_NODE},
	    {"numa node", COLUMN_NUMA_NODE}, {"ids", COLUMN_IDS}, {"device id", COLUMN_IDS}, {"pci id", COLUMN_IDS}, {"grp", COLUMN_GROUP},
	    {"modules", COLUMN_MODULES}, {"kernel driver", COLUMN_DRIVER}, {"physical slot", COLUMN_SLOT},
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strlen(names[i].name) == length && dump_starts(name, names[i].name))
			return names[i].column;
	return COLUMN_NONE;
}

void dump_keep(struct dump *d, const struct dump_fact *fact)
{
	if (fact->has_addr && (fact->has_class || fact->has_vendor || fact->group != GROUP_UNKNOWN || *fact->driver))
		(void)dump_add(d, fact);
}

/* ---- tables ---- */

static bool is_separator(const char *line)
{
	return line[strspn(line, " \t|+-=:>")] == '\0' && *line;
}

/* The next cell of a row between rules; false: there is none. A comma within quotes is none. */
static bool next_cell(const char **at, char rule, const char **ret, size_t *ret_length)
{
	const char *end;
	bool is_quoted = false;

	if (!*at)
		return false;
	for (end = *at; *end && (*end != rule || is_quoted); end++)
		is_quoted ^= *end == '"' && rule != '|';
	*ret = *at;
	*ret_length = (size_t)(end - *at);
	*at = *end ? end + 1 : NULL;
	return true;
}

static size_t trimmed(const char **s, size_t length)
{
	while (length > 0 && strchr(" \t*`\"", **s)) {
		(*s)++;
		length--;
	}
	while (length > 0 && strchr(" \t*`\"", (*s)[length - 1]))
		length--;
	return length;
}

/* lspci calls the address a slot, others the label of the board's. */
static enum column column_in(const struct dump_table *t, enum column column)
{
	for (size_t i = 0; i < t->n && column == COLUMN_ADDRESS; i++)
		if (t->columns[i] == COLUMN_ADDRESS)
			column = COLUMN_SLOT;
	return column;
}

static bool has_columns(const struct dump_table *t)
{
	bool has_address = false;
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++) {
		has_address |= t->columns[i] == COLUMN_ADDRESS;
		n += t->columns[i] != COLUMN_NONE;
	}
	return has_address && n >= 2;
}

/* Text before the first rule is a cell of its own only where rules do not stand at the edges. */
static const char *first_cell(const char *line, char rule)
{
	if (rule == '|')
		return *dump_skip(line) == '|' ? strchr(line, '|') + 1 : line;
	return line + strspn(line, "> "); /* quoted in a mail */
}

static bool is_ruled_head(struct dump *d, const char *line)
{
	static const char rules[] = "|,;\t";

	for (size_t i = 0; rules[i]; i++) {
		struct dump_table t = {.rule = rules[i]};
		const char *at = first_cell(line, t.rule), *cell;
		size_t length;

		if (!strchr(line, t.rule))
			continue;
		while (t.n < TABLE_COLUMNS && next_cell(&at, t.rule, &cell, &length)) {
			length = trimmed(&cell, length);
			t.columns[t.n] = column_in(&t, dump_column(cell, length));
			t.n++;
		}
		if (!has_columns(&t))
			continue;
		d->table = t;
		return true;
	}
	return false;
}

/* Of a table without rules. Two words are one heading where they are one here. */
static size_t heading_length(const char *s)
{
	static const char *const two_words[] = {"IOMMU GROUP", "VFIO GROUP", "NUMA NODE", "PCI ADDRESS", "PCI ID"};

	for (size_t i = 0; i < ARRAY_LEN(two_words); i++) {
		size_t n = strlen(two_words[i]);

		if (dump_starts(s, two_words[i]) && (s[n] == '\0' || dump_is_space(s[n])))
			return n;
	}
	return strcspn(s, " \t");
}

/* "ADDRESS      CLASS    VENDOR …": each column begins where its heading does. A sentence has other words in it. */
static bool is_open_head(struct dump *d, const char *line)
{
	struct dump_table t = {0};
	const char *at = line + strspn(line, " \t>"); /* quoted in a mail */
	size_t n_known = 0;

	while (*at && t.n < TABLE_COLUMNS) {
		size_t length = heading_length(at);

		t.columns[t.n] = column_in(&t, dump_column(at, length));
		n_known += t.columns[t.n] != COLUMN_NONE;
		t.starts[t.n++] = (size_t)(at - line);
		at = dump_skip(at + length);
	}
	if (!has_columns(&t) || n_known < 3 || n_known < t.n / 2)
		return false;
	d->table = t;
	return true;
}

/* Where its end is lost, its group may be. */
static void keep_row(struct dump *d, const struct dump_fact *fact, bool is_short)
{
	struct dump_function *f;
	bool has_groups = false;

	dump_keep(d, fact);
	for (size_t i = 0; i < d->table.n; i++)
		has_groups |= d->table.columns[i] == COLUMN_GROUP;
	if (!is_short || !has_groups || fact->group != GROUP_UNKNOWN)
		return;
	f = dump_at(d, fact->addr);
	if (f)
		f->is_torn |= f->group == GROUP_UNKNOWN;
}

static bool is_ruled_row(struct dump *d, const char *line)
{
	struct dump_fact fact = {.group = GROUP_UNKNOWN};
	const char *at = first_cell(line, d->table.rule), *cell;
	size_t length, n_cells = 0;

	if (is_separator(line))
		return true;
	if (!strchr(line, d->table.rule))
		return false;
	for (size_t i = 0; i < d->table.n && next_cell(&at, d->table.rule, &cell, &length); i++) {
		length = trimmed(&cell, length);
		/* A cell that the edge of the terminal cut may be a part of a number. */
		if (at || d->table.columns[i] == COLUMN_TEXT || (d->table.rule != '|' && i + 1 == d->table.n))
			dump_set(&fact, d->table.columns[i], cell, length);
		n_cells++;
	}
	if (!fact.has_addr) {
		/* A row that lost its beginning, or the second line of one. */
		if (n_cells > 1 && fact.has_class + fact.has_vendor + fact.has_device + (fact.group != GROUP_UNKNOWN) > 0)
			d->doubts_all = true;
		return n_cells > 1 && dump_mention(d, line, true) == 0;
	}
	keep_row(d, &fact, n_cells < d->table.n);
	return true;
}

/* A cell that is too long for its column moves those behind it, as printf does. A row that is torn or wrapped says
 * nothing. */
static bool is_open_row(struct dump *d, const char *line)
{
	const struct dump_table *t = &d->table;
	struct dump_fact fact = {.group = GROUP_UNKNOWN};
	size_t n = strlen(line), moved = 0;

	if (is_separator(line))
		return true;
	for (size_t i = 0; i < t->n && t->starts[i] + moved < n; i++) {
		size_t start = t->starts[i] + moved, end = i + 1 < t->n && t->starts[i + 1] + moved < n ? t->starts[i + 1] + moved : n;

		if (start > 0 && !dump_is_space(line[start - 1]))
			return false;
		if (end < n && !dump_is_space(line[end - 1])) {
			size_t rest = strcspn(line + end, " \t");

			end += rest;
			moved += rest + 1;
		}
		dump_set(&fact, t->columns[i], line + start, end - start);
	}
	if (!fact.has_addr)
		return false;
	keep_row(d, &fact, t->starts[t->n - 1] + moved >= n);
	return true;
}

bool dump_is_row(struct dump *d, const char *line)
{
	if (is_ruled_head(d, line) || is_open_head(d, line)) {
		d->open = -1;
		d->header = GROUP_UNKNOWN;
		return true;
	}
	if (d->table.n == 0)
		return false;
	if (d->table.rule ? is_ruled_row(d, line) : is_open_row(d, line))
		return true;
	/* A row that is torn is none, but those below it are. */
	if ((d->table.rule && !strchr(line, d->table.rule)) || dump_mention(d, line, true) == 0)
		d->table.n = 0;
	return false;
}

/* ---- JSON, object by object ---- */

void dump_begin_record(struct dump *d, bool is_json)
{
	d->record = (struct dump_fact){.group = GROUP_UNKNOWN};
	d->is_recording = true;
	d->is_json = is_json;
}

/* A field for the second time belongs to another record, whose beginning is lost. */
void dump_set_in_record(struct dump *d, enum column column, const char *text, size_t length)
{
	const struct dump_fact *r = &d->record;
	bool is_yaml = d->is_yaml;

	if ((column == COLUMN_ADDRESS && r->has_addr) || (column == COLUMN_CLASS && r->has_class) || (column == COLUMN_GROUP && r->group != GROUP_UNKNOWN) ||
	    (column == COLUMN_VENDOR && r->has_vendor) || (column == COLUMN_DEVICE && r->has_device)) {
		d->doubts_all = true;
		dump_end_record(d);
		dump_begin_record(d, d->is_json);
		d->is_yaml = is_yaml;
	}
	dump_set(&d->record, column, text, length);
}

/* Somebody's class and ids, or group, and the line that says whose is lost. */
static void doubt_record(struct dump *d, const struct dump_fact *r)
{
	if (r->has_addr || r->has_members)
		return;
	if (r->group >= 0)
		dump_doubt(d, r->group);
	else if (r->has_class && (r->has_vendor || r->has_device))
		d->doubts_all = true;
}

void dump_end_record(struct dump *d)
{
	if (d->is_recording) {
		dump_keep(d, &d->record);
		doubt_record(d, &d->record);
	}
	d->is_recording = d->is_lshw = d->is_yaml = false;
}

/* A string or a number that begins here; answers what follows. */
static const char *take_value(const char *s, const char **ret, size_t *ret_length)
{
	if (*s == '"') {
		size_t n = 1;

		while (s[n] && s[n] != '"')
			n += s[n] == '\\' && s[n + 1] ? 2 : 1;
		*ret = s + 1;
		*ret_length = n - 1;
		return s[n] ? s + n + 1 : s + n;
	}
	*ret = s;
	*ret_length = strspn(s, "-0123456789abcdefghijklmnopqrstuvwxyz.");
	return s + (*ret_length > 0 ? *ret_length : 1);
}

/* "functions": ["0000:01:00.0", …] of a group. */
static void take_member(struct dump *d, const char *text, size_t length)
{
	struct dump_fact fact = {.group = d->record.group};

	dump_set(&fact, COLUMN_ADDRESS, text, length);
	if (!d->record.has_addr && d->record.group >= 0) {
		d->record.has_members = true;
		dump_keep(d, &fact);
	}
}

static void take_json(struct dump *d, const char *s)
{
	const char *text;
	size_t length;

	while (*(s += strspn(s, " \t,[]")) && *s) {
		if (*s == '{') {
			dump_end_record(d);
			dump_begin_record(d, true);
			s++;
		} else if (*s == '}') {
			dump_end_record(d);
			s++;
		} else {
			const char *key;
			size_t key_length;

			s = take_value(s, &key, &key_length);
			s = dump_skip(s);
			if (*s != ':') {
				take_member(d, key, key_length);
				continue;
			}
			s = dump_skip(s + 1);
			if (*s == '{' || *s == '[' || *s == '\0')
				continue;
			s = take_value(s, &text, &length);
			if (d->is_recording && !str_starts(text, "null"))
				dump_set_in_record(d, dump_column(key, key_length), text, length);
		}
	}
}

/* ---- lspci -vmm ---- */

static bool is_field(struct dump *d, const char *line)
{
	static const char *const words[] = {"Slot", "Class", "Vendor", "Device", "SVendor", "SDevice", "Driver", "Module",
	    "IOMMUGroup", "NUMANode", "Rev", "PhySlot", "ProgIf"};
	size_t length;
	struct dump_fact lost = {.group = GROUP_UNKNOWN};
	bool is_word = false;
	struct pci_addr addr;

	line = dump_skip(line); /* a list of markdown indents it */
	length = strcspn(line, ":");

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		is_word |= strlen(words[i]) == length && str_starts(line, words[i]);
	if (!is_word || line[length] != ':' || !strchr("\t ", line[length + 1]))
		return false;
	line = line + length + 1;
	/* -vm without another m writes "Device:" for the slot. */
	if (dump_address(dump_skip(line), &addr) > 0) {
		dump_end_record(d);
		dump_begin_record(d, false);
		dump_set(&d->record, COLUMN_ADDRESS, line, strlen(line));
		return true;
	}
	line -= length + 1;
	if (!d->is_recording && str_starts(line, "IOMMUGroup:")) {
		dump_set(&lost, COLUMN_GROUP, line + length + 1, strlen(line + length + 1));
		dump_doubt(d, lost.group);
	}
	if (!d->is_recording || d->is_json)
		return false;
	/* A second class belongs to a function whose first line is lost. */
	if (str_starts(line, "Class:") && d->record.has_class) {
		dump_end_record(d);
		d->doubts_all = true;
	} else
		dump_set(&d->record, dump_column(line, length), line + length + 1, strlen(line + length + 1));
	return true;
}

bool dump_is_record(struct dump *d, const char *line)
{
	const char *s = line + strspn(line, " \t,");

	if (is_field(d, line))
		return true;
	if (d->is_recording && d->is_json ? !strchr("{}[]\",", *s) : *s != '{' && !(*s == '[' && (s[1] == '{' || s[1] == '\0')))
		return false;
	/* What stands behind a comma goes on with a list of objects. */
	if (s > line && s[-1] == ',' && *s != '{' && !(d->is_recording && d->is_json))
		return false;
	/* "[    0.5] …" is the kernel's log, "[10de:1c20] …" a listing. */
	if (*s == '[' && s[1] != '{' && s[1] != '\0' && !(d->is_recording && d->is_json))
		return false;
	take_json(d, s);
	return true;
}
