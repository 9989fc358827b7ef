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
