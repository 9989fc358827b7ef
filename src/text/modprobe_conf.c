/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/modprobe_conf.h"

#include <string.h>

#include "base/str.h"
#include "text/kernel_cmdline.h"

#define BLANKS "\t "

static const char ids_head[] = "# Made by passthru claim --by-id from the claims; changed by hand it is left alone and said.\n";
static const char blacklist_head[] = "# Made by passthru boot blacklist; changed by hand it is left alone and said.\n";

/* ---- lines ---- */

/* One logical line; *text goes on behind it, *ret_lines are the lines of the file that it takes. Cuts and shortens in
 * place, for it never grows. */
static char *next_line(char **text, unsigned *ret_lines)
{
	char *line = *text, *to = line, *from = line;

	*ret_lines = 1;
	for (; *from && *from != '\n'; from++) {
		if (*from != '\\') {
			*to++ = *from;
			continue;
		}
		from++;
		if (*from == '\0')
			break;
		if (*from == '\n')
			(*ret_lines)++;
		else
			*to++ = *from;
	}
	*text = *from ? from + 1 : from;
	*to = '\0';
	return line;
}

static char *next_word(char **rest)
{
	char *word = *rest + strspn(*rest, BLANKS);
	size_t length = strcspn(word, BLANKS);

	*rest = word + length;
	if (**rest)
		*(*rest)++ = '\0';
	return length > 0 ? word : NULL;
}

/* Dashes within brackets are ranges of a pattern (libkmod-util.c, underscores). false: a bracket is not closed, or not
 * opened. */
static bool make_underscores(char *name)
{
	for (; *name; name++) {
		if (*name == ']')
			return false;
		if (*name == '-')
			*name = '_';
		if (*name == '[') {
			name = strchr(name, ']');
			if (!name)
				return false;
		}
	}
	return true;
}

static bool parse_line(char *line, struct modprobe_line *ret)
{
	static const char *const verbs[] = {
	    [MODPROBE_ALIAS] = "alias",
	    [MODPROBE_BLACKLIST] = "blacklist",
	    [MODPROBE_OPTIONS] = "options",
	    [MODPROBE_INSTALL] = "install",
	    [MODPROBE_REMOVE] = "remove",
	    [MODPROBE_SOFTDEP] = "softdep",
	};
	static_assert(ARRAY_LEN(verbs) == MODPROBE_VERBS, "every verb has a word");
	/* No verb begins with "#". */
	char *verb = next_word(&line), *name = verb ? next_word(&line) : NULL, *rest = line;
	size_t i = 0;

	while (verb && i < MODPROBE_VERBS && !str_eq(verb, verbs[i]))
		i++;
	if (!name || i == MODPROBE_VERBS || !make_underscores(name))
		return false;
	ret->verb = (enum modprobe_verb)i;
	ret->name = name;
	ret->rest = "";
	if (ret->verb == MODPROBE_BLACKLIST)
		return true;
	if (ret->verb == MODPROBE_ALIAS) {
		rest = next_word(&line);
		ret->rest = rest;
		return rest && make_underscores(rest);
	}
	ret->rest = rest + strspn(rest, BLANKS);
	return *ret->rest;
}

void modprobe_conf_add(struct arena *mem, struct modprobe_conf *c, const char *file, const char *text)
{
	unsigned number = 1, taken;

	for (char *at = arena_strdup(mem, text); *at && c->n_lines < MOST_MODPROBE_LINES; number += taken) {
		struct modprobe_line line = {.file = file, .number = number};

		if (parse_line(next_line(&at, &taken), &line))
			*ARENA_PUSH(mem, c->lines, c->n_lines) = line;
	}
}

/* ---- what lines say ---- */

const char *modprobe_option(struct arena *mem, const char *options, const char *key)
{
	char *text = arena_strdup(mem, options);
	const struct kernel_word *word;
	struct kernel_cmdline words;

	/* As libkmod hands them to the kernel. */
	for (char *tab = text; (tab = strchr(tab, '\t'));)
		*tab = ' ';
	if (!kernel_cmdline_parse(mem, text, &words))
		return NULL;
	word = kernel_cmdline_last(&words, key);
	return word ? word->value : NULL;
}

bool modprobe_softdep_has_pre(struct arena *mem, const char *rest, const char *module)
{
	char *at = arena_strdup(mem, rest);
	bool is_pre = false;

	for (char *word; (word = next_word(&at));) {
		if (str_eq(word, "pre:") || str_eq(word, "post:"))
			is_pre = str_eq(word, "pre:");
		else if (is_pre && str_same_module(word, module))
			return true;
	}
	return false;
}

bool is_module_name(const char *name)
{
	size_t length = strlen(name);

	return length > 0 && length <= LONGEST_MODULE_NAME && name[0] != '-' &&
	    strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == length;
}

const char *module_name(struct arena *mem, const char *name)
{
	char *copy = arena_strdup(mem, name);

	for (char *c = copy; *c; c++)
		if (*c == '-')
			*c = '_';
	return copy;
}

/* ---- ours ---- */

const char *modprobe_ids_text(
    struct arena *mem, const char *const *ids, size_t n_ids, const char *const *modules, size_t n_modules)
{
	const char *text = arena_printf(mem, "%soptions vfio-pci ids=", ids_head);

	if (n_ids == 0)
		return NULL;
	for (size_t i = 0; i < n_ids; i++)
		text = arena_printf(mem, "%s%s%s", text, i > 0 ? "," : "", ids[i]);
	text = arena_printf(mem, "%s\n", text);
	for (size_t i = 0; i < n_modules; i++)
		text = arena_printf(mem, "%ssoftdep %s pre: vfio-pci\n", text, modules[i]);
	return text;
}

const char *modprobe_blacklist_text(struct arena *mem, const char *const *modules, size_t n)
{
	const char *text = blacklist_head;

	for (size_t i = 0; i < n; i++)
		text = arena_printf(mem, "%sblacklist %s\n", text, modules[i]);
	return n > 0 ? text : NULL;
}

bool modprobe_blacklist_parse(struct arena *mem, const char *text, const char ***ret, size_t *n_ret)
{
	struct modprobe_conf c = {0};
	const char *again;

	*ret = NULL;
	*n_ret = 0;
	modprobe_conf_add(mem, &c, "", text);
	for (size_t i = 0; i < c.n_lines; i++)
		if (c.lines[i].verb == MODPROBE_BLACKLIST && is_module_name(c.lines[i].name))
			*ARENA_PUSH(mem, *ret, *n_ret) = c.lines[i].name;
	again = modprobe_blacklist_text(mem, *ret, *n_ret);
	return again && str_eq(again, text);
}

bool modprobe_ids_is_ours(struct arena *mem, const char *text)
{
	const char **ids = NULL, **modules = NULL, *again;
	size_t n_ids = 0, n_modules = 0;
	struct modprobe_conf c = {0};

	modprobe_conf_add(mem, &c, "", text);
	for (size_t i = 0; i < c.n_lines; i++) {
		const struct modprobe_line *line = &c.lines[i];
		const char *list = line->verb == MODPROBE_OPTIONS ? modprobe_option(mem, line->rest, "ids") : NULL;

		if (list)
			*ARENA_PUSH(mem, ids, n_ids) = list;
		if (line->verb == MODPROBE_SOFTDEP)
			*ARENA_PUSH(mem, modules, n_modules) = line->name;
	}
	again = n_ids == 1 ? modprobe_ids_text(mem, ids, n_ids, modules, n_modules) : NULL;
	return again && str_eq(again, text);
}
