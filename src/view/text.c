/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "view/text.h"

#include <locale.h>
#include <string.h>

/* Length of the UTF-8 sequence at s (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF), 0 where
 * there is none. */
static size_t sequence_length(const unsigned char *s)
{
	size_t n = 0;

	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		n = 2;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		n = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		n = 4;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf0 && s[1] < 0x90) ||
	    (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

/* C0, DEL, and C1 (which some terminals obey in UTF-8 as well). */
static bool is_control(const unsigned char *s, size_t length)
{
	return s[0] < 0x20 || s[0] == 0x7f || (length == 2 && s[0] == 0xc2 && s[1] < 0xa0);
}

static bool is_clean(const char *s)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t n;

	for (; *p; p += n) {
		n = sequence_length(p);
		if (n == 0 || is_control(p, n))
			return false;
	}
	return true;
}

const char *view_clean(struct arena *mem, const char *s)
{
	const unsigned char *p = (const unsigned char *)s;
	char *clean;
	size_t used = 0;

	if (!s || is_clean(s))
		return s;
	clean = arena_alloc(mem, strlen(s) + 1);
	while (*p) {
		size_t n = sequence_length(p);

		if (n == 0 || is_control(p, n)) {
			clean[used++] = '?';
			p += n > 0 ? n : 1;
			continue;
		}
		memcpy(clean + used, p, n);
		used += n;
		p += n;
	}
	return clean;
}

/* Each byte by what the table has for it; "" stays. */
static const char *replace(struct arena *mem, const char *s, const char *(*word)(const unsigned char *))
{
	size_t used = 0;
	char *text;

	if (!s)
		return NULL;
	/* The longest word is "&quot;". */
	text = arena_alloc(mem, strlen(s) * 6 + 1);
	while (*s) {
		const char *with = word((const unsigned char *)s);
		size_t taken = sequence_length((const unsigned char *)s);
		size_t n = with ? strlen(with) : taken;

		/* None of a clean string; the byte is not passed on. */
		if (taken == 0) {
			with = "?";
			n = taken = 1;
		}
		memcpy(text + used, with ? with : s, n);
		used += n;
		s += taken;
	}
	return text;
}

static const char *xml_word(const unsigned char *s)
{
	/* U+FFFE and U+FFFF are no characters of XML. */
	if (s[0] == 0xef && s[1] == 0xbf && s[2] >= 0xbe)
		return "?";
	switch (*s) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

static const char *dot_word(const unsigned char *s)
{
	switch (*s) {
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	case '&':
		return "&amp;";
	default:
		return NULL;
	}
}

const char *view_xml(struct arena *mem, const char *s)
{
	return replace(mem, s, xml_word);
}

const char *view_dot(struct arena *mem, const char *s)
{
	return replace(mem, s, dot_word);
}

static size_t letter_length(const char *s)
{
	size_t n = sequence_length((const unsigned char *)s);

	return n > 0 ? n : 1;
}

size_t view_letters(const char *s)
{
	size_t n = 0;

	for (; *s; s += letter_length(s))
		n++;
	return n;
}

const char *view_cut(struct arena *mem, const char *s, size_t letters)
{
	size_t kept = 0;

	if (view_letters(s) <= letters)
		return s;
	/* One less, for the mark that it is cut. */
	for (size_t n = 1; n < letters; n++)
		kept += letter_length(s + kept);
	return arena_printf(mem, "%.*s…", (int)kept, s);
}

bool view_is_ascii(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s >= 0x80)
			return false;
	return true;
}

void view_need_locale(void)
{
	static bool is_set;

	if (!is_set)
		(void)setlocale(LC_CTYPE, "");
	is_set = true;
}
