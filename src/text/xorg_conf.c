/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/xorg_conf.h"

#include <string.h>

#include "base/str.h"

/* ---- tokens ---- */

struct tokens {
	struct arena *mem;
	const char *at;
	unsigned line;
};

struct token {
	const char *text; /* NULL: the end */
	bool is_string;
	unsigned line;
};

static void skip_blanks(struct tokens *t)
{
	for (;;) {
		t->at += strspn(t->at, " \t\r");
		if (*t->at == '#')
			t->at += strcspn(t->at, "\n");
		if (*t->at != '\n')
			return;
		t->line++;
		t->at++;
	}
}

static struct token next_token(struct tokens *t)
{
	struct token token = {0};
	size_t length;

	skip_blanks(t);
	token.line = t->line;
	if (*t->at == '\0')
		return token;
	token.is_string = *t->at == '"';
	t->at += token.is_string;
	/* A string ends with its line at the latest. */
	length = strcspn(t->at, token.is_string ? "\"\n" : " \t\r\n\"#");
	token.text = arena_strndup(t->mem, t->at, length);
	t->at += length;
	if (token.is_string && *t->at == '"')
		t->at++;
	return token;
}

/* As xf86nameCompare: case, blanks and "_" do not matter. want is in lower case. */
static bool is_word(const char *text, const char *want)
{
	for (;; text++) {
		if (*text == '_' || *text == ' ' || *text == '\t')
			continue;
		if (char_lower(*text) != *want)
			return false;
		if (*want++ == '\0')
			return true;
	}
}

/* ---- sections ---- */

/* The string behind a keyword; NULL: there is none, and what stands there is looked at again. */
static const char *next_string(struct tokens *t)
{
	struct tokens before = *t;
	struct token token = next_token(t);

	if (token.text && token.is_string)
		return token.text;
	*t = before;
	return NULL;
}

static bool is_true(const char *value)
{
	return !value || *value == '\0' || is_word(value, "on") || is_word(value, "true") || is_word(value, "yes") || is_word(value, "1");
}

static void read_option(struct tokens *t, struct xorg_device *d)
{
	const char *name = next_string(t), *value = name ? next_string(t) : NULL;

	if (name && is_word(name, "primarygpu"))
		d->is_primary = is_true(value);
}

static void read_section(struct tokens *t, struct xorg_device *d)
{
	for (;;) {
		struct token token = next_token(t);

		if (!token.text || (!token.is_string && is_word(token.text, "endsection")))
			break;
		if (token.is_string)
			continue;
		if (is_word(token.text, "identifier"))
			d->identifier = next_string(t);
		else if (is_word(token.text, "driver"))
			d->driver = next_string(t);
		else if (is_word(token.text, "busid"))
			d->bus_id = next_string(t);
		else if (is_word(token.text, "option"))
			read_option(t, d);
	}
	d->has_addr = d->bus_id && xorg_bus_id_parse(d->bus_id, &d->addr);
}

void xorg_conf_add(struct arena *mem, struct xorg_conf *c, const char *file, const char *text)
{
	struct tokens t = {.mem = mem, .at = text, .line = 1};

	for (struct token token; (token = next_token(&t)).text && c->n < MOST_XORG_DEVICES;) {
		struct xorg_device d = {.file = file, .line = token.line};
		const char *name = !token.is_string && is_word(token.text, "section") ? next_string(&t) : NULL;

		if (!name)
			continue;
		read_section(&t, &d);
		d.is_class = is_word(name, "outputclass");
		if (d.is_class || is_word(name, "device"))
			*ARENA_PUSH(mem, c->items, c->n) = d;
	}
}

/* ---- bus ids ---- */

static bool take_number(const char **text, const char *ends, uint64_t max, uint64_t *ret)
{
	size_t length = strcspn(*text, ends);

	if (!str_number_n(*text, length, 10, max, ret))
		return false;
	*text += length;
	return true;
}

bool xorg_bus_id_parse(const char *text, struct pci_addr *ret)
{
	uint64_t bus, domain = 0, device, function = 0;

	if (char_lower(text[0]) == 'p' || char_lower(text[0]) == 'a') {
		char word[5] = {0};

		for (size_t i = 0; i < 4 && text[i]; i++)
			word[i] = char_lower(text[i]);
		if (!str_eq(word, "pci:") && !str_eq(word, "agp:"))
			return false;
		text += 4;
	}
	if (!take_number(&text, "@:", UINT16_MAX, &bus))
		return false;
	/* The server keeps both in one number, the domain above the eight bits of the bus. */
	if (*text == '@' && (text++, !take_number(&text, ":", INT32_MAX >> 8, &domain)))
		return false;
	domain += bus >> 8;
	if (*text++ != ':' || !take_number(&text, ":", 31, &device))
		return false;
	if (*text == ':' && (text++, !take_number(&text, ":", 7, &function)))
		return false;
	if (*text != '\0')
		return false;
	*ret = (struct pci_addr){.domain = (uint32_t)domain, .bus = (uint8_t)(bus & 0xff), .device = (uint8_t)device,
	    .function = (uint8_t)function};
	return true;
}

const char *xorg_bus_id(struct arena *mem, struct pci_addr addr)
{
	return arena_printf(mem, "PCI:%u@%u:%u:%u", (unsigned)addr.bus, (unsigned)addr.domain, (unsigned)addr.device,
	    (unsigned)addr.function);
}

/* ---- ours ---- */

static const char leave_others[] = "\nSection \"ServerFlags\"\n\tOption \"AutoAddGPU\" \"off\"\nEndSection\n";

const char *xorg_display_text(struct arena *mem, struct pci_addr addr, const char *driver, bool leaves_others)
{
	return arena_printf(mem,
	    "# Made by passthru display use; changed by hand it is left alone and said.\n"
	    "Section \"Device\"\n"
	    "\tIdentifier \"passthru-display\"\n"
	    "%s%s%s"
	    "\tBusID \"%s\"\n"
	    "EndSection\n"
	    "%s",
	    driver ? "\tDriver \"" : "", driver ? driver : "", driver ? "\"\n" : "", xorg_bus_id(mem, addr),
	    leaves_others ? leave_others : "");
}

bool xorg_display_is_ours(struct arena *mem, const char *text)
{
	struct xorg_conf c = {0};
	const struct xorg_device *d;

	xorg_conf_add(mem, &c, "", text);
	if (c.n != 1 || !c.items[0].has_addr)
		return false;
	d = &c.items[0];
	if (d->driver && strspn(d->driver, "abcdefghijklmnopqrstuvwxyz0123456789_-") != strlen(d->driver))
		return false;
	return str_eq(text, xorg_display_text(mem, d->addr, d->driver, true)) ||
	    str_eq(text, xorg_display_text(mem, d->addr, d->driver, false));
}
