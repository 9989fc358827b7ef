/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/grub_defaults.h"

#include <string.h>

#include "base/str.h"

enum { MENU_DEPTH = 8, LINE_WORDS = 1024 };

struct grub_words grub_defaults_words(struct arena *mem, const struct shell_vars *v)
{
	const struct shell_var *all = shell_vars_find(v, "GRUB_CMDLINE_LINUX"),
			       *normal = shell_vars_find(v, "GRUB_CMDLINE_LINUX_DEFAULT");
	const struct shell_var *bad = normal && !normal->value ? normal : all && !all->value ? all : NULL;
	const struct shell_var *seen = normal ? normal : all;

	if (bad)
		return (struct grub_words){NULL, bad->file, bad->line, bad->reason};
	if (v->doubt_file && (!all || !normal))
		return (struct grub_words){NULL, v->doubt_file, v->doubt_line, "a command there may set more"};
	return (struct grub_words){
	    .text = arena_printf(mem, "%s%s%s", all ? all->value : "", all && *all->value && normal && *normal->value ? " " : "", normal ? normal->value : ""),
	    .file = seen ? seen->file : NULL,
	    .line = seen ? seen->line : 0,
	};
}

/* ---- grub.cfg ---- */

struct menu {
	unsigned position;    /* of the next entry in it */
	const char *place, *titles, *ids; /* of itself, "" at the top */
};

struct cfg {
	struct arena *mem;
	struct grub_cfg *ret;
	struct menu menus[MENU_DEPTH];
	char braces[64]; /* what each open "{" belongs to: s submenu, m menuentry, o other */
	size_t n_menus, n_braces;
	struct grub_entry entry;
	unsigned line;
};

/* The next word of a line of GRUB's script: quotes are undone, variables stay; false: none is left. */
static bool take_word(struct arena *mem, const char **at, const char **ret)
{
	const char *from = *at + strspn(*at, " \t"), *end = from;
	char *word, *to;
	char quote = '\0';

	if (*from == '\0' || *from == '#')
		return false;
	for (; *end && (quote || !strchr(" \t;", *end)); end++) {
		if (quote ? *end == quote : *end == '\'' || *end == '"')
			quote = quote ? '\0' : *end;
		else if (*end == '\\' && quote != '\'' && end[1])
			end++;
	}
	word = to = arena_alloc(mem, (size_t)(end - from) + 1);
	for (quote = '\0'; from < end; from++) {
		if (!quote && (*from == '\'' || *from == '"')) {
			quote = *from;
		} else if (quote && *from == quote) {
			quote = '\0';
		} else if (*from == '\\' && quote != '\'' && from[1]) {
			*to++ = *++from;
		} else {
			*to++ = *from;
		}
	}
	/* An empty word is one, a lone ";" is passed over. */
	if (*from == ';')
		from++;
	*to = '\0';
	*at = from;
	*ret = word;
	return true;
}

/* A title may have a ">", but never a newline. */
static const char *join(struct arena *mem, const char *a, const char *b)
{
	return *a ? arena_printf(mem, "%s\n%s", a, b) : b;
}

/* menuentry 'Title' --class x $menuentry_id_option 'id' { */
static void open_menu(struct cfg *c, const char *line, bool is_submenu)
{
	const char *title = "", *id = "", *word, *last = "";
	struct menu *m = &c->menus[c->n_menus - 1];
	char *number;

	(void)take_word(c->mem, &line, &title);
	for (unsigned n = 0; n < LINE_WORDS && take_word(c->mem, &line, &word); n++) {
		if (str_eq(last, "--id") || str_eq(last, "$menuentry_id_option") || str_eq(last, "${menuentry_id_option}"))
			id = word;
		last = word;
	}
	number = arena_printf(c->mem, "%u", m->position++);
	if (is_submenu && c->n_menus < MENU_DEPTH) {
		c->menus[c->n_menus++] = (struct menu){0, join(c->mem, m->place, number), join(c->mem, m->titles, title),
		    join(c->mem, m->ids, *id ? id : "?")};
		return;
	}
	c->entry = (struct grub_entry){.title = title, .id = id, .menu = join(c->mem, m->place, number),
	    .menu_titles = join(c->mem, m->titles, title), .menu_ids = join(c->mem, m->ids, *id ? id : "?")};
}

static void close_brace(struct cfg *c)
{
	if (c->n_braces == 0)
		return;
	switch (c->braces[--c->n_braces]) {
	case 's':
		if (c->n_menus > 1)
			c->n_menus--;
		break;
	case 'm':
		c->entry = (struct grub_entry){0};
		break;
	default:
		break;
	}
}

static void open_brace(struct cfg *c, char what)
{
	if (c->n_braces < sizeof(c->braces))
		c->braces[c->n_braces++] = what;
}

static void add_kernel(struct cfg *c, const char *line)
{
	struct grub_entry e = c->entry;
	char *words = arena_alloc(c->mem, 2 * strlen(line) + 4), *to = words;
	const char *word;

	/* One outside of a menuentry is started by hand or by a function. */
	if (!e.title || c->ret->n_entries == GRUB_ENTRIES || !take_word(c->mem, &line, &e.kernel))
		return;
	for (unsigned n = 0; n < LINE_WORDS && take_word(c->mem, &line, &word); n++) {
		size_t length = strlen(word);

		if (to != words)
			*to++ = ' ';
		memcpy(to, word, length);
		to += length;
	}
	e.words = words;
	e.line = c->line;
	*ARENA_PUSH(c->mem, c->ret->entries, c->ret->n_entries) = e;
}

static void take_default(struct cfg *c, const char *value)
{
	/* ${next_entry} is for once, and not set where grubenv has none. */
	if (strchr(value, '$')) {
		c->ret->is_saved = c->ret->is_saved || strstr(value, "saved_entry");
		return;
	}
	c->ret->default_entry = value;
}

static void take_line(struct cfg *c, const char *line)
{
	const char *rest = line, *command, *word;
	size_t length = strlen(line);

	while (length > 0 && strchr(" \t", line[length - 1]))
		length--;
	if (!take_word(c->mem, &rest, &command))
		return;
	if (str_eq(command, "menuentry") || str_eq(command, "submenu")) {
		bool is_submenu = *command == 's';

		open_menu(c, rest, is_submenu);
		if (length > 0 && line[length - 1] == '{')
			open_brace(c, is_submenu ? 's' : 'm');
		return;
	}
	if (str_eq(command, "linux") || str_eq(command, "linux16") || str_eq(command, "linuxefi"))
		add_kernel(c, rest);
	else if ((str_eq(command, "module2") || str_eq(command, "module")) && strstr(rest, "vmlinuz"))
		add_kernel(c, rest);
	else if (str_eq(command, "blscfg"))
		c->ret->has_blscfg = true;
	else if (str_eq(command, "set") && take_word(c->mem, &rest, &word) && str_starts(word, "default="))
		take_default(c, word + strlen("default="));
	else if (str_eq(command, "}"))
		close_brace(c);
	else if (length > 0 && line[length - 1] == '{')
		open_brace(c, 'o');
}

bool grub_cfg_parse(struct arena *mem, const char *text, struct grub_cfg *ret)
{
	struct cfg c = {.mem = mem, .ret = ret, .n_menus = 1, .menus = {{0, "", "", ""}}};
	char *copy, *rest;

	*ret = (struct grub_cfg){0};
	if (strlen(text) > GRUB_CFG_BYTES)
		return false;
	copy = arena_strdup(mem, text);
	for (rest = copy; rest;) {
		char *line = rest, *end = strchr(rest, '\n');

		c.line++;
		rest = end ? end + 1 : NULL;
		if (end)
			*end = '\0';
		line += strspn(line, " \t");
		take_line(&c, line);
	}
	return true;
}

static const char *part_of(struct arena *mem, const char *path, unsigned depth, char separator)
{
	const char stop[] = {separator, '\0'};

	for (; depth > 0; depth--) {
		path = strchr(path, separator);
		if (!path)
			return NULL;
		path++;
	}
	return arena_strndup(mem, path, strcspn(path, stop));
}

/* Does the entry stand at, or below, what value says? Each part is a number, a title or an id. */
static bool is_at(struct arena *mem, const struct grub_entry *e, const char *value)
{
	/* A title may have a ">" of its own. */
	if (str_eq(value, e->title) || (*e->id && str_eq(value, e->id)))
		return true;
	for (unsigned depth = 0; depth <= MENU_DEPTH; depth++) {
		const char *want = part_of(mem, value, depth, '>'), *place = part_of(mem, e->menu, depth, '\n');

		if (!want)
			return depth > 0;
		if (!place || (!str_eq(want, place) && !str_eq(want, part_of(mem, e->menu_titles, depth, '\n')) &&
				  !str_eq(want, part_of(mem, e->menu_ids, depth, '\n'))))
			return false;
	}
	return false;
}

const struct grub_entry *grub_cfg_find(struct arena *mem, const struct grub_cfg *c, const char *value)
{
	for (size_t i = 0; i < c->n_entries; i++)
		if (is_at(mem, &c->entries[i], value))
			return &c->entries[i];
	return NULL;
}

const char *grubenv_value(struct arena *mem, const char *text, const char *name)
{
	size_t length = strlen(name);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (str_starts(line, name) && line[length] == '=' && line[length + 1] != '\n' && line[length + 1] != '\0')
			return arena_strndup(mem, line + length + 1, strcspn(line + length + 1, "\n"));
	}
	return NULL;
}
