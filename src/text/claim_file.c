/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/claim_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "model/wish.h"
#include "text/modprobe_conf.h"

static const char head[] =
    "# This function belongs to virtual machines. Written by passthru claim; passthru claim remove takes it away.\n"
    "# What the keys mean: man passthru-claim.\n";

/* ---- values ---- */

/* Exactly so many hex digits, in the spelling that is written. */
static bool parse_hex(const char *text, size_t digits, uint64_t *ret)
{
	return strlen(text) == digits && strspn(text, "0123456789abcdef") == digits && str_number(text, 16, UINT32_MAX, ret);
}

static bool parse_id(const char *text, uint16_t *ret)
{
	uint64_t number;

	if (!parse_hex(text, 4, &number))
		return false;
	*ret = (uint16_t)number;
	return true;
}

static bool parse_vendor(struct arena *mem, const char *text, struct claim *c)
{
	(void)mem;
	return parse_id(text, &c->vendor);
}

static bool parse_device(struct arena *mem, const char *text, struct claim *c)
{
	(void)mem;
	return parse_id(text, &c->device);
}

static bool parse_subsystem(struct arena *mem, const char *text, struct claim *c)
{
	char vendor[5];

	(void)mem;
	if (strlen(text) != 9 || text[4] != ':')
		return false;
	memcpy(vendor, text, 4);
	vendor[4] = '\0';
	return parse_id(vendor, &c->subvendor) && parse_id(text + 5, &c->subdevice) && (c->subvendor | c->subdevice) != 0;
}

static bool parse_class(struct arena *mem, const char *text, struct claim *c)
{
	uint64_t number;

	(void)mem;
	if (!parse_hex(text, 6, &number))
		return false;
	c->class_code = (uint32_t)number;
	return true;
}

/* Printable ASCII, no blank at either end. */
static bool is_text(const char *text)
{
	size_t length = strlen(text);

	if (length == 0 || length > LONGEST_CLAIM_TEXT || text[0] == ' ' || text[length - 1] == ' ')
		return false;
	for (size_t i = 0; i < length; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return true;
}

static bool parse_text(struct arena *mem, const char *text, const char **ret)
{
	*ret = arena_strdup(mem, text);
	return is_text(text);
}

static bool parse_serial(struct arena *mem, const char *text, struct claim *c)
{
	return parse_text(mem, text, &c->serial) && strspn(text, "0123456789abcdef-") == strlen(text);
}

static bool parse_slot(struct arena *mem, const char *text, struct claim *c)
{
	return parse_text(mem, text, &c->slot);
}

static bool parse_wish(struct arena *mem, const char *text, struct claim *c)
{
	return parse_text(mem, text, &c->wish);
}

static bool parse_vm(struct arena *mem, const char *text, struct claim *c)
{
	c->vm = arena_strdup(mem, text);
	return is_vm_name(text);
}

/* Words that --allow= takes, a blank between; without addresses, for all is said of this function. */
static bool parse_allow(struct arena *mem, const char *text, struct claim *c)
{
	if (!parse_text(mem, text, &c->allow))
		return false;
	for (const char *word = text; word; word = strchr(word, ' ')) {
		struct allowance a;

		word += *word == ' ';
		if (!allowance_parse(mem, arena_strndup(mem, word, strcspn(word, " ")), &a) || !a.is_of_all ||
		    str_eq(a.id, "stranger"))
			return false;
	}
	return true;
}

static bool parse_server_type(struct arena *mem, const char *text, struct claim *c)
{
	(void)mem;
	return server_type_parse(text, &c->server_type);
}

/* "none", or names separated by commas: they go into a line of modprobe.d. */
static bool is_module_list(const char *text)
{
	if (strlen(text) > LONGEST_CLAIM_TEXT)
		return false;
	for (size_t length;; text += length + 1) {
		char name[LONGEST_MODULE_NAME + 1];

		length = strcspn(text, ",");
		if (length >= sizeof(name))
			return false;
		memcpy(name, text, length);
		name[length] = '\0';
		if (!is_module_name(name))
			return false;
		if (text[length] == '\0')
			return true;
	}
}

static bool parse_by_id(struct arena *mem, const char *text, struct claim *c)
{
	c->by_id = arena_strdup(mem, text);
	return is_module_list(text);
}

static bool parse_path(struct arena *mem, const char *text, struct claim *c)
{
	(void)mem;
	return port_path_parse(text, &c->path);
}

static bool parse_card(struct arena *mem, const char *text, struct claim *c)
{
	(void)mem;
	return port_path_parse(text, &c->card);
}

static bool parse_address(struct arena *mem, const char *text, struct claim *c)
{
	char again[PCI_ADDR_TEXT];

	(void)mem;
	return pci_addr_parse(text, &c->addr) && str_eq(pci_addr_format(c->addr, again), text);
}

/* ---- time: days in the calendar, both ways, for the layer has no clock to ask ---- */

struct date {
	int64_t year;
	unsigned month, day;
};

/* Eras of 400 years, years that begin in March: then the leap day is the last one. */
static int64_t days_of(struct date d)
{
	int64_t year = d.year - (d.month <= 2);
	int64_t era = year / 400, of_era = year % 400;
	int64_t of_year = (153 * ((int64_t)d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static struct date date_of(int64_t days)
{
	int64_t since = days + 719468, era = since / 146097, of_era = since % 146097;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	unsigned month = (unsigned)((5 * of_year + 2) / 153);
	struct date d = {.year = year + era * 400, .day = (unsigned)(of_year - (153 * month + 2) / 5 + 1)};

	d.month = month < 10 ? month + 3 : month - 9;
	d.year += d.month <= 2;
	return d;
}

/* 1970 to 9999, so that it always has twenty letters. */
static const char *time_text(struct arena *mem, int64_t time_s)
{
	const int64_t last = days_of((struct date){9999, 12, 31}) * 86400 + 86399;
	int64_t t = time_s < 0 ? 0 : time_s > last ? last : time_s;
	struct date d = date_of(t / 86400);
	unsigned s = (unsigned)(t % 86400);

	return arena_printf(mem, "%04lld-%02u-%02uT%02u:%02u:%02uZ", (long long)d.year, d.month, d.day, s / 3600, s / 60 % 60, s % 60);
}

static bool parse_time(struct arena *mem, const char *text, struct claim *c)
{
	static const char form[] = "0000-00-00T00:00:00Z";
	uint64_t n[6];
	static const struct {
		size_t at, length;
		uint64_t most;
	} parts[] = {{0, 4, 9999}, {5, 2, 12}, {8, 2, 31}, {11, 2, 23}, {14, 2, 59}, {17, 2, 59}};

	if (strlen(text) != strlen(form))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (!str_number_n(text + parts[i].at, parts[i].length, 10, parts[i].most, &n[i]))
			return false;
	if (n[0] < 1970 || n[1] == 0 || n[2] == 0)
		return false;
	c->time_s = days_of((struct date){(int64_t)n[0], (unsigned)n[1], (unsigned)n[2]}) * 86400 +
	    (int64_t)(n[3] * 3600 + n[4] * 60 + n[5]);
	/* The 31st of November comes out as another day; other separators too. */
	return str_eq(time_text(mem, c->time_s), text);
}

/* ---- the file ---- */

static const struct key {
	const char *name;
	bool is_needed;
	bool (*parse)(struct arena *mem, const char *text, struct claim *c);
	const char *form; /* what is expected, for the message */
} keys[] = {
    {"path", true, parse_path, "0000:00/01.0/00.0"},
    {"vendor", true, parse_vendor, "four hex digits"},
    {"device", true, parse_device, "four hex digits"},
    {"subsystem", false, parse_subsystem, "four hex digits, a colon, four hex digits"},
    {"class", true, parse_class, "six hex digits"},
    {"serial", false, parse_serial, "hex digits and dashes"},
    {"slot", false, parse_slot, "printable letters"},
    {"address", true, parse_address, "0000:01:00.0"},
    {"card", true, parse_card, "0000:00/01.0/00.0"},
    {"for", false, parse_vm, "a virtual machine's name"},
    {"allow", false, parse_allow, "words as --allow takes them, without an address"},
    {"server-type", false, parse_server_type, "desktop, laptop or headless"},
    {"by-id", false, parse_by_id, "names of modules separated by commas, or none"},
    {"claimed", true, parse_time, "2026-11-20T18:00:00Z"},
    {"wish", true, parse_wish, "printable letters"},
};

static const struct key *find_key(const char *name, size_t length)
{
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (strlen(keys[i].name) == length && memcmp(keys[i].name, name, length) == 0)
			return &keys[i];
	return NULL;
}

/* The value behind "=", without the blanks around it; NULL: there is no "=". Cuts the line. */
static char *take_apart(char *line, size_t *ret_key_length)
{
	char *value = strchr(line, '=');
	size_t length;

	if (!value)
		return NULL;
	length = (size_t)(value - line);
	while (length > 0 && line[length - 1] == ' ')
		length--;
	*ret_key_length = length;
	value++;
	value += strspn(value, " ");
	for (length = strlen(value); length > 0 && value[length - 1] == ' '; length--)
		value[length - 1] = '\0';
	return value;
}

static int parse_line(struct arena *mem, char *line, unsigned number, struct claim *c, unsigned *seen, struct err *e)
{
	const struct key *key;
	size_t length;
	char *value;

	line += strspn(line, " ");
	if (*line == '\0' || *line == '#')
		return 0;
	value = take_apart(line, &length);
	if (!value)
		return err_set(e, -EINVAL, "line %u is not of the form key = value", number);
	key = find_key(line, length);
	if (!key)
		return err_set(e, -EINVAL, "line %u: there is no key %.*s", number, length > 40 ? 40 : (int)length, line);
	if (*seen & 1u << (key - keys))
		return err_set(e, -EINVAL, "line %u: %s stands there twice", number, key->name);
	*seen |= 1u << (key - keys);
	if (!key->parse(mem, value, c))
		return err_set(e, -EINVAL, "line %u: %s cannot be %.60s; it is %s", number, key->name, value, key->form);
	return 0;
}

int claim_file_parse(struct arena *mem, const char *text, struct claim *ret, struct err *e)
{
	struct claim c = {0};
	unsigned seen = 0, number = 0;
	int r = 0;

	if (strlen(text) > LARGEST_CLAIM_FILE)
		return err_set(e, -EINVAL, "it is larger than a claim can be");
	for (char *line = arena_strdup(mem, text), *end; r == 0 && line; line = end ? end + 1 : NULL) {
		end = strchr(line, '\n');
		if (end)
			*end = '\0';
		r = parse_line(mem, line, ++number, &c, &seen, e);
	}
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(keys); i++)
		if (keys[i].is_needed && !(seen & 1u << i))
			r = err_set(e, -EINVAL, "the key %s is missing", keys[i].name);
	if (r == 0)
		*ret = c;
	return r;
}

/* What a person typed, or the firmware calls a slot, as it may stand in a line. NULL: nothing is left of it. */
static const char *as_text(struct arena *mem, const char *text)
{
	char *clean;
	size_t length;

	if (!text)
		return NULL;
	text += strspn(text, " ");
	length = strlen(text);
	clean = arena_strndup(mem, text, length < LONGEST_CLAIM_TEXT ? length : LONGEST_CLAIM_TEXT);
	for (char *c = clean; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	for (length = strlen(clean); length > 0 && clean[length - 1] == ' '; length--)
		clean[length - 1] = '\0';
	return *clean ? clean : NULL;
}

static const char *add(struct arena *mem, const char *text, const char *key, const char *value)
{
	return value ? arena_printf(mem, "%s%s = %s\n", text, key, value) : text;
}

const char *claim_file_text(struct arena *mem, const struct claim *c)
{
	char path[PORT_PATH_TEXT], card[PORT_PATH_TEXT], address[PCI_ADDR_TEXT];
	const char *wish = as_text(mem, c->wish), *serial = as_text(mem, c->serial);
	const char *subsystem = NULL, *text;

	if ((c->subvendor | c->subdevice) != 0)
		subsystem = arena_printf(mem, "%04x:%04x", c->subvendor, c->subdevice);
	if (serial && strspn(serial, "0123456789abcdef-") != strlen(serial))
		serial = NULL;
	text = arena_printf(mem, "%spath = %s\nvendor = %04x\ndevice = %04x\n", head, port_path_format(&c->path, path),
	    c->vendor, c->device);
	text = add(mem, text, "subsystem", subsystem);
	text = add(mem, text, "class", arena_printf(mem, "%06x", c->class_code & 0xffffffu));
	text = add(mem, text, "serial", serial);
	text = add(mem, text, "slot", as_text(mem, c->slot));
	text = add(mem, text, "address", pci_addr_format(c->addr, address));
	text = add(mem, text, "card", port_path_format(&c->card, card));
	text = add(mem, text, "for", c->vm);
	text = add(mem, text, "allow", c->allow);
	text = add(mem, text, "server-type",
	    c->server_type != SERVER_UNKNOWN ? server_type_name(c->server_type) : NULL);
	text = add(mem, text, "by-id", c->by_id && is_module_list(c->by_id) ? c->by_id : NULL);
	text = add(mem, text, "claimed", time_text(mem, c->time_s));
	return add(mem, text, "wish", wish ? wish : "?");
}
