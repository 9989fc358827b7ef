/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes to lines of printable ASCII. One character stays one character, so that columns keep their place. */
#include <string.h>

#include "text/dump_parts.h"
#include "text/markup.h"

static void end_line(struct dump *d)
{
	size_t n_facts = d->n_facts;

	d->line[d->length] = '\0';
	d->length = 0;
	dump_line(d, d->line);
	/* What stood behind would have told of more members. */
	d->doubts_all |= d->is_cut && d->n_facts > n_facts;
	d->is_cut = false;
}

/* "<br>", "</p>" and their like end a line: whole pages come in one. */
static bool is_break(const struct dump *d, size_t *ret_begin)
{
	static const char *const breaks[] = {"br", "br/", "br /", "/p", "/li", "/tr", "/div", "/pre", "pre", "code"};
	size_t begin = d->length - 1;

	while (begin > 0 && d->length - begin < 8 && d->line[begin] != '<')
		begin--;
	*ret_begin = begin;
	for (size_t i = 0; i < ARRAY_LEN(breaks) && d->line[begin] == '<'; i++)
		if (strlen(breaks[i]) == d->length - begin - 2 && strncmp(breaks[i], d->line + begin + 1, d->length - begin - 2) == 0)
			return true;
	return false;
}

static void put_character(struct dump *d, char c)
{
	size_t begin;

	if (d->length >= DUMP_LINE) {
		d->is_cut = true;
		return;
	}
	d->line[d->length++] = c;
	if (c == '>' && is_break(d, &begin)) {
		d->length = begin;
		end_line(d);
	}
	/* So does JSON, of any length; its objects are told apart by their ends. */
	if (c == '}') {
		d->line[d->length] = '\0';
		begin = 0;
		while (d->line[begin] && strchr(" >0123456789:\t", d->line[begin])) /* quoted, numbered */
			begin++;
		if (strchr("[{,", d->line[begin]))
			end_line(d);
	}
}

/* Frames (Unicode 2500 to 257f): strokes that go down are rules, all others dashes or corners. */
static char frame_character(unsigned code)
{
	static const unsigned char down[] = {0x02, 0x03, 0x06, 0x07, 0x0a, 0x0b, 0x4e, 0x4f, 0x51, 0x75, 0x77, 0x79, 0x7b, 0x7d, 0x7f};
	static const unsigned char across[] = {0x00, 0x01, 0x04, 0x05, 0x08, 0x09, 0x4c, 0x4d, 0x50, 0x74, 0x76, 0x78, 0x7a, 0x7c, 0x7e};
	unsigned char low = (unsigned char)(code - 0x2500);

	if (memchr(down, low, sizeof(down)))
		return '|';
	return memchr(across, low, sizeof(across)) ? '-' : '+';
}

static bool is_invisible(unsigned code)
{
	return code == 0xad || (code >= 0x200b && code <= 0x200f) || (code >= 0x202a && code <= 0x202e) || code == 0x2060 ||
	    code == 0xfeff || (code >= 0xfe00 && code <= 0xfe0f);
}

static bool is_blank(unsigned code)
{
	return code < ' ' || code == 0x7f || (code >= 0x80 && code <= 0xa0) || (code >= 0x2000 && code <= 0x200a) || code == 0x202f ||
	    code == 0x205f || code == 0x3000;
}

static void put_code(struct dump *d, unsigned code)
{
	if (code == '\t')
		put_character(d, '\t');
	else if (is_invisible(code))
		return;
	else if (is_blank(code))
		put_character(d, ' ');
	else if (code < 0x7f)
		put_character(d, (char)code);
	else if (code >= 0x2500 && code <= 0x257f)
		put_character(d, frame_character(code));
	else if (code >= 0x2010 && code <= 0x2015)
		put_character(d, '-');
	else if (code >= 0x2018 && code <= 0x201b)
		put_character(d, '\'');
	else if (code >= 0x201c && code <= 0x201f)
		put_character(d, '"');
	else
		put_character(d, '?');
}

/* ECMA-48: ESC [ … letter; ESC ] … BEL or ESC \. A sequence that does not end is given up. */
static bool is_in_escape(struct dump *d, unsigned code)
{
	struct dump_decoder *k = &d->decoder;

	if (k->escape == ESCAPE_NONE) {
		if (code != 0x1b)
			return false;
		k->escape = ESCAPE_BEGUN;
		k->n_escaped = 0;
		return true;
	}
	if (code == '\n' || code == '\r' || ++k->n_escaped > 256) {
		k->escape = ESCAPE_NONE;
		return false;
	}
	switch (k->escape) {
	case ESCAPE_BEGUN:
		k->escape = code == '[' ? ESCAPE_CSI : code == ']' || code == 'P' || code == '_' || code == '^' ? ESCAPE_STRING : code >= 0x20 && code < 0x30 ? ESCAPE_BEGUN : ESCAPE_NONE;
		break;
	case ESCAPE_CSI:
		if (code >= 0x40 && code <= 0x7e)
			k->escape = ESCAPE_NONE;
		break;
	case ESCAPE_STRING:
		k->escape = code == 7 ? ESCAPE_NONE : code == 0x1b ? ESCAPE_STRING_END : ESCAPE_STRING;
		break;
	case ESCAPE_STRING_END:
		k->escape = code == '\\' ? ESCAPE_NONE : ESCAPE_STRING;
		break;
	case ESCAPE_NONE:
		break;
	}
	return true;
}

static void take_code(struct dump *d, unsigned code)
{
	if (is_in_escape(d, code))
		return;
	if (code == '\r' || code == '\n' || code == 0x2028 || code == 0x2029) {
		/* "\r\n" ends one line, and so do "\r" alone and the "\r\r\n" of copies of copies. */
		if (!d->decoder.was_return || (code != '\r' && code != '\n'))
			end_line(d);
		d->decoder.was_return = code == '\r';
		return;
	}
	d->decoder.was_return = false;
	put_code(d, code);
}

/* A byte that begins or continues no sequence is a letter of Latin-1. */
static void take_byte(struct dump *d, unsigned char byte)
{
	struct dump_decoder *k = &d->decoder;

	if (k->left > 0 && (byte & 0xc0) == 0x80) {
		k->code = k->code << 6 | (byte & 0x3fu);
		if (--k->left == 0)
			take_code(d, k->code);
		return;
	}
	if (k->left > 0)
		take_code(d, '?');
	k->left = byte >= 0xf0 && byte < 0xf5 ? 3 : byte >= 0xe0 && byte < 0xf0 ? 2 : byte >= 0xc2 && byte < 0xe0 ? 1 : 0;
	if (k->left == 0)
		take_code(d, byte);
	else
		k->code = byte & (0x3fu >> k->left);
}

static void take_half(struct dump *d, unsigned char byte)
{
	struct dump_decoder *k = &d->decoder;
	unsigned code;

	if (k->high < 0) {
		k->high = byte;
		return;
	}
	code = k->encoding == ENCODING_UTF16_LE ? (unsigned)k->high | (unsigned)byte << 8 : (unsigned)k->high << 8 | byte;
	k->high = -1;
	/* One character stays one: of a pair of surrogates the second is dropped. */
	if (code < 0xdc00 || code > 0xdfff)
		take_code(d, code);
}

static void take(struct dump *d, unsigned char byte)
{
	if (d->decoder.encoding == ENCODING_BYTES)
		take_byte(d, byte);
	else
		take_half(d, byte);
}

/* By its mark, or by where the zeros of ASCII letters and the 0x25 of frames stand. */
static void guess(struct dump *d)
{
	struct dump_decoder *k = &d->decoder;
	const unsigned char *h = k->head;
	size_t n = k->n_head, from = 0, zeros[2] = {0};
	bool has_zeros = memchr(h, 0, n) != NULL;

	/* The other half of "-" in a frame is a zero too. */
	for (size_t i = 0; i < n; i++)
		zeros[i % 2] += h[i] == 0 ? 1 : h[i] == 0x25 && has_zeros ? 4 : 0;

	if (n >= 2 && h[0] == 0xff && h[1] == 0xfe)
		k->encoding = ENCODING_UTF16_LE, from = 2;
	else if (n >= 2 && h[0] == 0xfe && h[1] == 0xff)
		k->encoding = ENCODING_UTF16_BE, from = 2;
	else if (n >= 4 && zeros[1] > n / 8 && zeros[1] / 3 >= zeros[0])
		k->encoding = ENCODING_UTF16_LE;
	else if (n >= 4 && zeros[0] > n / 8 && zeros[0] / 3 >= zeros[1])
		k->encoding = ENCODING_UTF16_BE;
	else
		k->encoding = ENCODING_BYTES;
	for (size_t i = from; i < n; i++)
		take(d, h[i]);
}

void dump_decode_begin(struct dump *d)
{
	d->decoder = (struct dump_decoder){.high = -1};
	d->length = 0;
	d->is_cut = false;
}

void dump_decode(struct dump *d, unsigned char byte)
{
	struct dump_decoder *k = &d->decoder;

	if (k->encoding != ENCODING_UNKNOWN) {
		take(d, byte);
		return;
	}
	k->head[k->n_head++] = byte;
	if (k->n_head == sizeof(k->head))
		guess(d);
}

void dump_decode_end(struct dump *d)
{
	if (d->decoder.encoding == ENCODING_UNKNOWN)
		guess(d);
	if (d->decoder.left > 0)
		take_code(d, '?');
	if (d->length > 0)
		end_line(d);
}

/* ---- markup ---- */

/* A tag of HTML: "<b>", "</code>", "<pre style=…>"; *ret_breaks: what follows is another line. */
static size_t tag_length(const char *s, bool *ret_breaks)
{
	static const char *const breaks[] = {"br", "p", "li", "div", "tr", "pre", "ul", "ol"};
	size_t name = s[0] == '<' && s[1] == '/' ? 2 : 1, length, n;

	*ret_breaks = false;
	if (s[0] != '<')
		return 0;
	n = strspn(s + name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ123456");
	length = strcspn(s, ">");
	if (n == 0 || n > 12 || s[length] != '>' || length > 400 || !strchr(" \t/>", s[name + n]))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(breaks); i++)
		*ret_breaks |= strlen(breaks[i]) == n && dump_starts(s + name, breaks[i]);
	return length + 1;
}

/* The markup of forums: "[code]", "[/quote]", "[color=red]". */
static size_t bbcode_length(const char *s)
{
	static const char *const names[] = {"code", "icode", "quote", "spoiler", "b", "i", "u", "color", "size", "font", "pre", "plain"};
	size_t at = s[1] == '/' ? 2 : 1;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *end = s + at + strlen(names[i]);

		if (!dump_starts(s + at, names[i]) || (*end != ']' && *end != '='))
			continue;
		end += strcspn(end, "]");
		return *end == ']' && end - s < 100 ? (size_t)(end - s) + 1 : 0;
	}
	return 0;
}

void dump_uncolour(char *line)
{
	char *to = line;

	for (const char *from = line; *from;) {
		size_t n = *from == '[' || *from == '^' || *from == '\\' ? markup_colour(from, strlen(from)) : 0;

		if (n == 0)
			*to++ = *from++;
		from += n;
	}
	*to = '\0';
}

void dump_unmark(char *line)
{
	char *to = line;

	for (const char *from = line; *from;) {
		bool breaks = false;
		char c = 0;
		size_t n = 0;

		if (*from == '[')
			n = bbcode_length(from);
		else if (*from == '<')
			n = tag_length(from, &breaks);
		else if (*from == '&')
			n = markup_entity(from, strlen(from), &c);
		if (n == 0) {
			c = *from;
			n = 1;
		}
		if (breaks)
			c = '\n';
		if (c)
			*to++ = c;
		from += n;
	}
	*to = '\0';
}
