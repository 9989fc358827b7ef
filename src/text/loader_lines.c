/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/loader_lines.h"

#include <string.h>

#include "base/str.h"
#include "text/kernel_cmdline.h"

enum { MOST_LINES = 4096 };

static size_t blanks(const char *at)
{
	return strspn(at, " \t");
}

/* The words behind a key and its separator. */
static bool behind_key(const char *line, const char *key, const char *separators, size_t *ret_start, size_t *ret_end)
{
	const char *at = line + blanks(line);
	size_t length = strlen(key);

	for (size_t i = 0; i < length; i++)
		if ((at[i] >= 'A' && at[i] <= 'Z' ? at[i] - 'A' + 'a' : at[i]) != key[i])
			return false;
	if (at[length] == '\0' || !strchr(separators, at[length]))
		return false;
	at += length + 1;
	at += blanks(at);
	*ret_start = (size_t)(at - line);
	*ret_end = strlen(line);
	while (*ret_end > *ret_start && strchr(" \t\r", line[*ret_end - 1]))
		--*ret_end;
	return true;
}

/* Behind the label, in quotes; a doubled quote inside is more than is edited here. */
static bool behind_label(const char *line, size_t *ret_start, size_t *ret_end)
{
	const char *at = line + blanks(line), *end;

	if (*at != '"' || !(end = strchr(at + 1, '"')))
		return false;
	at = end + 1 + blanks(end + 1);
	if (*at != '"' || !(end = strchr(at + 1, '"')) || end[1] == '"')
		return false;
	*ret_start = (size_t)(at + 1 - line);
	*ret_end = (size_t)(end - line);
	return true;
}

static bool words_at(enum loader_file kind, const char *line, unsigned number, size_t *ret_start, size_t *ret_end)
{
	switch (kind) {
	case LOADER_EXTLINUX:
		return behind_key(line, "append", " \t", ret_start, ret_end);
	case LOADER_REFIND:
		return behind_label(line, ret_start, ret_end);
	case LOADER_LIMINE:
		return behind_key(line, "cmdline", ":", ret_start, ret_end) || behind_key(line, "kernel_cmdline", ":", ret_start, ret_end);
	case LOADER_CMDLINE:
		*ret_start = 0;
		*ret_end = strlen(line);
		return number == 1;
	case LOADER_FILES:
		break;
	}
	return false;
}

static bool is_for_repairs(struct arena *mem, const char *words)
{
	struct kernel_cmdline c;

	if (!kernel_cmdline_parse(mem, words, &c))
		return false;
	for (size_t i = 0; i < c.n_words; i++)
		if (!c.words[i].value && (str_eq(c.words[i].key, "single") || str_eq(c.words[i].key, "recovery") ||
		    str_eq(c.words[i].key, "rescue") || str_eq(c.words[i].key, "emergency") || str_eq(c.words[i].key, "1")))
			return true;
	return false;
}

bool loader_line_changes(struct arena *mem, enum loader_file kind, const char *text, const char *const *words, size_t n_words,
    struct line_change **ret, size_t *ret_n, size_t *ret_n_all)
{
	char *rest = arena_strdup(mem, text), *line;

	*ret = NULL;
	*ret_n = *ret_n_all = 0;
	for (unsigned number = 1; (line = strsep(&rest, "\n")) && number < MOST_LINES; number++) {
		const char *inner, *edited;
		size_t start, end;

		if (!words_at(kind, line, number, &start, &end))
			continue;
		inner = arena_strndup(mem, line + start, end - start);
		if (is_for_repairs(mem, inner))
			continue;
		++*ret_n_all;
		/* The first is the default, the others are ways out of it. */
		if (kind == LOADER_REFIND && *ret_n_all > 1)
			continue;
		edited = kernel_cmdline_edit(mem, inner, words, n_words, NULL, 0);
		if (!edited)
			return false;
		if (!str_eq(edited, inner))
			*ARENA_PUSH(mem, *ret, *ret_n) = (struct line_change){.line = number, .before = line,
			    .after = arena_printf(mem, "%.*s%s%s", (int)start, line, edited, line + end)};
	}
	return true;
}

size_t text_line_changes(struct arena *mem, const char *before, const char *after, struct line_change **ret)
{
	char *a = arena_strdup(mem, before), *b = arena_strdup(mem, after);
	size_t n = 0;

	*ret = NULL;
	for (unsigned number = 1; (a || b) && number < MOST_LINES; number++) {
		const char *one = a ? strsep(&a, "\n") : NULL, *other = b ? strsep(&b, "\n") : NULL;

		if (str_eq(one, other) || !other || (!one && *other == '\0'))
			continue;
		/* The end of a text that ends in a newline is a line of nothing. */
		if (!one || (*one == '\0' && !a))
			*ARENA_PUSH(mem, *ret, n) = (struct line_change){.line = 0, .after = other};
		else
			*ARENA_PUSH(mem, *ret, n) = (struct line_change){.line = number, .before = one, .after = other};
	}
	return n;
}
