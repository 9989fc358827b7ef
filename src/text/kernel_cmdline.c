/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/kernel_cmdline.h"

#include <string.h>

#include "base/str.h"
#include "model/boot_word.h"

/* lib/ctype.c of the kernel: 0xa0, the no-break space of Latin 1, is one too. */
static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == '\xa0';
}

/* The word that begins at `at`, as next_arg takes it; answers where it ends. */
static size_t take_word(struct arena *mem, const char *text, size_t at, struct kernel_word *ret, bool *ret_is_open)
{
	bool is_quoted = text[at] == '"', in_quote = is_quoted;
	size_t begin = at + is_quoted, end = begin, equals = 0;
	char *part, *value = NULL;
	size_t length;

	for (; text[end] && (in_quote || !is_blank(text[end])); end++) {
		/* A "=" in the first place is none: it leaves `equals` at 0. */
		if (equals == 0 && text[end] == '=')
			equals = end - begin;
		if (text[end] == '"')
			in_quote = !in_quote;
	}
	part = arena_strndup(mem, text + begin, end - begin);
	length = end - begin;
	if (equals > 0) {
		part[equals] = '\0';
		value = part + equals + 1;
		if (*value == '"') {
			value++;
			if (part[length - 1] == '"')
				part[length - 1] = '\0';
		}
	}
	if (is_quoted && length > 0 && part[length - 1] == '"')
		part[length - 1] = '\0';
	*ret = (struct kernel_word){arena_strndup(mem, text + at, end - at), part, value, at, end};
	*ret_is_open = in_quote;
	return end;
}

bool kernel_cmdline_parse(struct arena *mem, const char *text, struct kernel_cmdline *ret)
{
	size_t at = 0;

	*ret = (struct kernel_cmdline){0};
	if (strlen(text) > KERNEL_CMDLINE_BYTES)
		return false;
	for (;;) {
		struct kernel_word w;

		while (is_blank(text[at]))
			at++;
		if (text[at] == '\0')
			return true;
		if (ret->n_words == KERNEL_WORDS)
			return false;
		at = take_word(mem, text, at, &w, &ret->is_open);
		if (!w.value && str_eq(w.key, "--")) {
			ret->has_init = true;
			ret->init_start = w.start;
			return true;
		}
		*ARENA_PUSH(mem, ret->words, ret->n_words) = w;
	}
}

const struct kernel_word *kernel_cmdline_last(const struct kernel_cmdline *c, const char *key)
{
	for (size_t i = c->n_words; i > 0; i--)
		if (str_same_module(c->words[i - 1].key, key))
			return &c->words[i - 1];
	return NULL;
}

bool kernel_word_eq(const struct kernel_word *a, const struct kernel_word *b)
{
	return str_same_module(a->key, b->key) && str_eq(a->value, b->value);
}

bool kernel_cmdline_has(const struct kernel_cmdline *c, const struct kernel_word *w)
{
	for (size_t i = 0; i < c->n_words; i++)
		if (kernel_word_eq(&c->words[i], w))
			return true;
	return false;
}

size_t kernel_cmdline_count(struct arena *mem, const char *text, const char *word)
{
	struct kernel_cmdline all, one;
	size_t n = 0;

	if (!text || !kernel_cmdline_parse(mem, text, &all) || !kernel_cmdline_parse(mem, word, &one) || one.n_words != 1)
		return 0;
	for (size_t i = 0; i < all.n_words; i++)
		n += kernel_word_eq(&all.words[i], &one.words[0]);
	return n;
}

bool kernel_cmdline_is_one_line(const char *text)
{
	const char *rest = text + strcspn(text, "\n");

	return !memchr(text, '#', (size_t)(rest - text)) && rest[strspn(rest, " \t\n")] == '\0';
}

/* Cuts what stands from start to end out, with the blank ahead of it, or the one behind where it comes first. What
 * stands ahead keeps its place. */
static void cut(char *text, size_t start, size_t end)
{
	size_t behind = end;

	if (start > 0 && is_blank(text[start - 1])) {
		start--;
	} else if (is_blank(text[end])) {
		while (is_blank(text[behind]))
			behind++;
		end += text[behind] != '\0';
	}
	memmove(text + start, text + end, strlen(text + end) + 1);
}

static const char *remove_word(struct arena *mem, const char *text, const struct kernel_word *w)
{
	char *copy = arena_strdup(mem, text);
	struct kernel_cmdline c;

	if (!kernel_cmdline_parse(mem, text, &c))
		return NULL;
	for (size_t i = c.n_words; i > 0; i--)
		if (kernel_word_eq(&c.words[i - 1], w))
			cut(copy, c.words[i - 1].start, c.words[i - 1].end);
	return copy;
}

static const char *add_word(struct arena *mem, const char *text, const char *word, const struct kernel_word *w)
{
	struct kernel_cmdline c;
	size_t at;

	if (!kernel_cmdline_parse(mem, text, &c))
		return NULL;
	if (kernel_cmdline_has(&c, w))
		return text;
	at = c.n_words > 0 ? c.words[c.n_words - 1].end : 0;
	if (at > 0)
		return arena_printf(mem, "%.*s %s%s", (int)at, text, word, text + at);
	return arena_printf(mem, "%s%s%s", word, c.has_init ? " " : "", text);
}

const char *kernel_cmdline_edit(
    struct arena *mem, const char *text, const char *const *add, size_t n_add, const char *const *remove, size_t n_remove)
{
	struct kernel_cmdline c;
	struct kernel_word w;
	bool is_open;

	if (!kernel_cmdline_parse(mem, text, &c) || c.is_open)
		return NULL;
	for (size_t i = 0; text && i < n_remove; i++) {
		if (!is_safe_boot_word(remove[i]))
			return NULL;
		(void)take_word(mem, remove[i], 0, &w, &is_open);
		text = remove_word(mem, text, &w);
	}
	for (size_t i = 0; text && i < n_add; i++) {
		if (!is_safe_boot_word(add[i]))
			return NULL;
		(void)take_word(mem, add[i], 0, &w, &is_open);
		text = add_word(mem, text, add[i], &w);
	}
	return text;
}
