/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/mountinfo.h"

#include <string.h>

#include "base/str.h"

static bool is_octal(const char *s)
{
	return s[0] >= '0' && s[0] <= '3' && s[1] >= '0' && s[1] <= '7' && s[2] >= '0' && s[2] <= '7';
}

void mountinfo_unescape(char *s)
{
	char *to = s;

	for (; *s; to++) {
		int c = *s == '\\' && is_octal(s + 1) ? (s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0') : 0;

		/* An escaped NUL would cut the name; the kernel writes none. */
		*to = c ? (char)c : *s;
		s += c ? 4 : 1;
	}
	*to = '\0';
}

/* The next word, NUL-terminated; NULL at the end. */
static char *next_word(char **rest)
{
	char *word = *rest, *end;

	if (!word || !*word)
		return NULL;
	end = word + strcspn(word, " ");
	*rest = *end ? end + 1 : end;
	*end = '\0';
	return word;
}

static bool parse_number(const char *text, unsigned *major, unsigned *minor)
{
	const char *colon = strchr(text, ':');
	uint64_t a, b;

	if (!colon || !str_number_n(text, (size_t)(colon - text), 10, UINT32_MAX, &a) ||
	    !str_number(colon + 1, 10, UINT32_MAX, &b))
		return false;
	*major = (unsigned)a;
	*minor = (unsigned)b;
	return true;
}

bool mountinfo_parse(char *line, struct mountinfo *ret)
{
	struct mountinfo m = {.type = "", .source = "", .flags = "", .options = ""};
	char *rest = line, *number = NULL, *point = NULL, *word;
	uint64_t ignored;

	/* "36 35 98:0 /root /point options optional:fields - type source options" */
	for (int i = 0; i < 5; i++) {
		word = next_word(&rest);
		if (!word || (i < 2 && !str_number(word, 10, INT32_MAX, &ignored)))
			return false;
		if (i == 2)
			number = word;
		if (i == 4)
			point = word;
	}
	if (!parse_number(number, &m.major, &m.minor) || *point != '/')
		return false;
	mountinfo_unescape(point);
	m.point = point;
	word = next_word(&rest);
	if (word)
		m.flags = word;
	while (word && !str_eq(word, "-"))
		word = next_word(&rest);
	word = next_word(&rest);
	if (word) {
		mountinfo_unescape(word);
		m.type = word;
		word = next_word(&rest);
	}
	if (word) {
		mountinfo_unescape(word);
		m.source = word;
		word = next_word(&rest);
	}
	if (word)
		m.options = word;
	*ret = m;
	return true;
}
