/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/markup.h"

#include <string.h>

#include "base/str.h"

enum { LONGEST_COLOUR = 24, LONGEST_ENTITY = 8 };

/* "^[" and other ways to show an escape character; 0: there is none. */
static size_t shown_escape(const char *s, size_t n)
{
	static const char *const shown[] = {"^[", "#033", "\\033", "\\x1b", "\\e", "\\u001b"};

	for (size_t i = 0; i < ARRAY_LEN(shown); i++) {
		size_t length = strlen(shown[i]);

		if (n > length && str_same_n(s, shown[i], length))
			return length;
	}
	return 0;
}

size_t markup_colour(const char *s, size_t n)
{
	size_t prefix = shown_escape(s, n), at = prefix, digits;
	char next;

	if (at >= n || s[at] != '[')
		return 0;
	for (digits = ++at; at < n && at < LONGEST_COLOUR && (char_is_digit(s[at]) || s[at] == ';');)
		at++;
	if (at >= n)
		return 0;
	/* "[mem 0x…]" and "[KVM]" are words. */
	next = at + 1 < n ? s[at + 1] : '\0';
	if (s[at] == 'K')
		return next >= 'A' && next <= 'Z' ? 0 : at + 1;
	if (s[at++] != 'm' || (at == digits + 1 && char_is_alnum(next)))
		return 0;
	/* grep writes "[K" behind each of its colours. */
	if (n - at >= prefix + 2 && memcmp(s + at, s, prefix) == 0 && memcmp(s + at + prefix, "[K", 2) == 0)
		at += prefix + 2;
	return at;
}

static char plain_of_code(uint64_t code)
{
	if (code == 0xa0 || code == 0x202f || code == '\t')
		return ' ';
	if (code >= 0x2010 && code <= 0x2015)
		return '-';
	if ((code >= 0x2018 && code <= 0x201b) || code == 0xb4)
		return '\'';
	if (code >= 0x201c && code <= 0x201f)
		return '"';
	return code >= ' ' && code < 0x7f ? (char)code : '\0';
}

/* "#39" or "#x27" */
static char numbered(const char *name, size_t length)
{
	bool is_hex = length > 1 && char_lower(name[1]) == 'x';
	size_t skip = is_hex ? 2 : 1;
	uint64_t code;

	if (length <= skip || !str_number_n(name + skip, length - skip, is_hex ? 16 : 10, 0xffff, &code))
		return '\0';
	return plain_of_code(code);
}

static char named(const char *name, size_t length)
{
	static const struct {
		const char *name;
		char c;
	} rows[] = {
	    {"amp", '&'},
	    {"lt", '<'},
	    {"gt", '>'},
	    {"quot", '"'},
	    {"apos", '\''},
	    {"nbsp", ' '},
	    {"lsquo", '\''},
	    {"rsquo", '\''},
	    {"ldquo", '"'},
	    {"rdquo", '"'},
	    {"ndash", '-'},
	    {"mdash", '-'},
	    {"lsqb", '['},
	    {"rsqb", ']'},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strlen(rows[i].name) == length && memcmp(name, rows[i].name, length) == 0)
			return rows[i].c;
	return '\0';
}

size_t markup_entity(const char *s, size_t n, char *ret)
{
	size_t length = 0;
	char c;

	if (n < 3 || s[0] != '&')
		return 0;
	while (length + 1 < n && length <= LONGEST_ENTITY && s[length + 1] != ';')
		length++;
	if (length + 1 >= n || length == 0 || length > LONGEST_ENTITY)
		return 0;
	c = s[1] == '#' ? numbered(s + 1, length) : named(s + 1, length);
	if (c != '\0')
		*ret = c;
	return c != '\0' ? length + 2 : 0;
}
