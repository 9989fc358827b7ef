/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/loader_entry.h"

#include <string.h>

#include "base/str.h"
#include "text/kernel_cmdline.h"

struct line {
	const char *key, *value; /* key "": nothing on it */
	size_t value_at;	 /* in the text */
	size_t end;		 /* without the newline */
};

/* The line that begins at `at`: "key  value", comments empty. Answers where the next one begins; 0: it is the last. */
static size_t take_line(struct arena *mem, const char *text, size_t at, struct line *ret)
{
	size_t end = at + strcspn(text + at, "\n"), from = at + strspn(text + at, " \t"), key, value, to = end;

	while (to > from && strchr(" \t\r", text[to - 1]))
		to--;
	if (from > to || text[from] == '#')
		from = to;
	key = strcspn(text + from, " \t\n");
	if (key > to - from)
		key = to - from;
	value = from + key + strspn(text + from + key, " \t");
	if (value > to)
		value = to;
	*ret = (struct line){arena_strndup(mem, text + from, key), arena_strndup(mem, text + value, to - value), value, to};
	return text[end] == '\n' && text[end + 1] != '\0' ? end + 1 : 0;
}

const char *loader_entry_id(struct arena *mem, const char *name, const char *ending)
{
	size_t length = strlen(name), n = strlen(ending);
	char *id, *plus;

	if (length <= n || !str_eq(name + length - n, ending))
		return NULL;
	id = arena_strndup(mem, name, length - n);
	/* "+LEFT" or "+LEFT-DONE": how often it may still be tried (systemd, automatic boot assessment). */
	plus = strrchr(id, '+');
	if (plus && plus[1] != '\0' && plus[1 + strspn(plus + 1, "0123456789-")] == '\0')
		*plus = '\0';
	return id;
}

bool loader_entry_parse(struct arena *mem, const char *name, const char *text, struct loader_entry *ret)
{
	const char *id = loader_entry_id(mem, name, ".conf");
	struct line line;
	size_t at = 0;

	*ret = (struct loader_entry){.id = id ? id : name, .options = ""};
	if (strlen(text) > LOADER_TEXT_BYTES)
		return false;
	do {
		at = take_line(mem, text, at, &line);
		if (str_eq(line.key, "title"))
			ret->title = line.value;
		else if (str_eq(line.key, "version"))
			ret->version = line.value;
		else if (str_eq(line.key, "machine-id"))
			ret->machine_id = line.value;
		else if (str_eq(line.key, "sort-key"))
			ret->sort_key = line.value;
		else if (str_eq(line.key, "linux") || str_eq(line.key, "efi") || str_eq(line.key, "uki"))
			ret->kernel = line.value;
		ret->is_linux = ret->is_linux || str_eq(line.key, "linux");
		if (!str_eq(line.key, "options") || strlen(ret->options) + strlen(line.value) > KERNEL_CMDLINE_BYTES ||
		    ret->n_options == 256)
			continue;
		if (ret->n_options++ == 0)
			ret->first_options = ret->options = line.value;
		else
			ret->options = arena_printf(mem, "%s%s%s", ret->options, *ret->options ? " " : "", line.value);
	} while (at != 0);
	return true;
}

static const char *replace(struct arena *mem, const char *text, size_t start, size_t end, const char *with)
{
	return arena_printf(mem, "%.*s%s%s", (int)start, text, with, text + end);
}

const char *loader_entry_edit(
    struct arena *mem, const char *text, const char *const *add, size_t n_add, const char *const *remove, size_t n_remove)
{
	struct line lines[64], line;
	const char *edited;
	size_t n = 0, at = 0, length;

	if (strlen(text) > LOADER_TEXT_BYTES)
		return NULL;
	do {
		at = take_line(mem, text, at, &line);
		if (!str_eq(line.key, "options"))
			continue;
		/* A key without a value has no place for one behind it. */
		if (n == ARRAY_LEN(lines) || line.value_at == 0 || !strchr(" \t", text[line.value_at - 1]))
			return NULL;
		lines[n++] = line;
	} while (at != 0);
	/* The last first: what stands ahead keeps its place. */
	for (size_t i = n; i > 0; i--) {
		edited = kernel_cmdline_edit(mem, lines[i - 1].value, add, i == 1 ? n_add : 0, remove, n_remove);
		if (!edited)
			return NULL;
		if (!str_eq(edited, lines[i - 1].value))
			text = replace(mem, text, lines[i - 1].value_at, lines[i - 1].end, edited);
	}
	if (n > 0)
		return text;
	edited = kernel_cmdline_edit(mem, "", add, n_add, remove, n_remove);
	length = strlen(text);
	if (!edited || !*edited)
		return edited ? text : NULL;
	return arena_printf(mem, "%s%soptions %s\n", text, length > 0 && text[length - 1] != '\n' ? "\n" : "", edited);
}

const char *loader_conf_value(struct arena *mem, const char *text, const char *key)
{
	const char *value = NULL;
	struct line line;
	size_t at = 0;

	if (strlen(text) > LOADER_TEXT_BYTES)
		return NULL;
	do {
		at = take_line(mem, text, at, &line);
		if (str_eq(line.key, key))
			value = line.value;
	} while (at != 0);
	return value;
}

/* Wildcards "*" and "?", without recursion: the last "*" alone can take more. */
static bool matches(const char *pattern, const char *text)
{
	const char *star = NULL, *again = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = pattern++;
			again = text;
		} else if (*pattern == *text || *pattern == '?') {
			pattern++;
			text++;
		} else if (star) {
			pattern = star + 1;
			text = ++again;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

bool loader_default_matches(struct arena *mem, const char *pattern, const struct loader_entry *e)
{
	return matches(pattern, e->id) || matches(pattern, arena_printf(mem, "%s.conf", e->id)) ||
	    matches(pattern, arena_printf(mem, "%s.efi", e->id));
}

static int compare_part(const char **a, const char **b, bool (*is_part)(char c), bool is_number)
{
	size_t x = 0, y = 0;
	int r;

	while (is_number && **a == '0')
		(*a)++;
	while (is_number && **b == '0')
		(*b)++;
	while (is_part((*a)[x]))
		x++;
	while (is_part((*b)[y]))
		y++;
	if (is_number && x != y)
		return x < y ? -1 : 1;
	r = strncmp(*a, *b, x < y ? x : y);
	*a += x;
	*b += y;
	return r != 0 ? r : (x > y) - (x < y);
}

int loader_version_cmp(const char *a, const char *b)
{
	for (;;) {
		int r;

		while (*a && !char_is_digit(*a) && !char_is_letter(*a) && *a != '~' && *a != '^')
			a++;
		while (*b && !char_is_digit(*b) && !char_is_letter(*b) && *b != '~' && *b != '^')
			b++;
		if (*a == '~' || *b == '~' || *a == '^' || *b == '^') {
			if (*a != *b)
				return *a == '~' ? -1 : *b == '~' ? 1 : *a == '^' ? (*b ? -1 : 1) : (*a ? 1 : -1);
			a++;
			b++;
			continue;
		}
		if (*a == '\0' || *b == '\0')
			return (*a != '\0') - (*b != '\0');
		/* A number is newer than letters. */
		if (char_is_digit(*a) != char_is_digit(*b))
			return char_is_digit(*a) ? 1 : -1;
		r = compare_part(&a, &b, char_is_digit(*a) ? char_is_digit : char_is_letter, char_is_digit(*a));
		if (r != 0)
			return r;
	}
}
