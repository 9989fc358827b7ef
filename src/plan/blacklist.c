/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/blacklist.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "model/our_file.h"
#include "plan/bind.h"
#include "plan/notes.h"
#include "text/kernel_cmdline.h"

/* Somebody else's line that does the same; NULL: there is none. */
static const struct modprobe_line *find_line(const struct modprobe_conf *c, const char *module)
{
	for (size_t i = 0; i < c->n_lines; i++)
		if (c->lines[i].verb == MODPROBE_BLACKLIST && str_eq(c->lines[i].name, module) &&
		    !str_eq(c->lines[i].file, MODPROBE_BLACKLIST_FILE))
			return &c->lines[i];
	return NULL;
}

/* The word of the running kernel's command line that names the module; NULL: none does. */
static const char *find_word(struct arena *mem, const char *cmdline, const char *module)
{
	struct kernel_cmdline words;

	if (!cmdline || !kernel_cmdline_parse(mem, cmdline, &words))
		return NULL;
	for (size_t i = 0; i < words.n_words; i++) {
		const struct kernel_word *word = &words.words[i];
		bool is_list = word->value && (str_eq(word->key, "modprobe.blacklist") || str_eq(word->key, "module_blacklist"));

		for (const char *at = is_list ? word->value : ""; *at; at += *at == ',') {
			size_t length = strcspn(at, ",");

			if (str_same_module(arena_strndup(mem, at, length), module))
				return word->key;
			at += length;
		}
	}
	return NULL;
}

struct names {
	const char **items;
	size_t n;
};

static bool has_name(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (str_eq(names->items[i], name))
			return true;
	return false;
}

static int read_ours(struct arena *mem, const struct blacklist_facts *facts, struct names *ret, struct err *e)
{
	*ret = (struct names){0};
	if (!facts->is_odd && (!facts->ours || modprobe_blacklist_parse(mem, facts->ours, &ret->items, &ret->n)))
		return 0;
	(void)err_set(e, -EEXIST, "%s is there, and not as passthru writes it", MODPROBE_BLACKLIST_FILE);
	return err_hint(e, "move what somebody wrote there to a file of another name");
}

static void add_move(struct arena *mem, const struct blacklist_facts *facts, const struct names *names, struct plan *p)
{
	plan_add_move(mem, p, KIND_FILE, MODPROBE_BLACKLIST_FILE, (struct value){.text = facts->ours},
	    (struct value){.text = modprobe_blacklist_text(mem, names->items, names->n)});
}

/* What has it now stays with the host, where something stands against that: without its driver it is as good as gone. */
static int check_users(struct arena *mem, const struct host *h, const struct module_fact *m, const struct bind_wish *wish,
    struct err *e)
{
	int *functions = NULL;
	size_t n = 0;

	for (size_t i = 0; i < m->n_users; i++)
		if (m->users[i].is_bound)
			*ARENA_PUSH(mem, functions, n) = m->users[i].function;
	if (n > 0 && plan_check_guards(mem, h, wish, functions, n, e) < 0)
		return err_add(e, "%s would not be loaded any more", m->name);
	return 0;
}

int plan_blacklist(struct arena *mem, const struct host *h, const struct blacklist_facts *facts, const struct bind_wish *wish,
    struct plan *ret, struct err *e)
{
	struct plan p = {0};
	struct names names;
	size_t n_before;
	int r = read_ours(mem, facts, &names, e);

	n_before = names.n;
	for (size_t i = 0; r == 0 && i < facts->n_modules; i++) {
		const struct module_fact *m = &facts->modules[i];

		if (m->is_builtin) {
			(void)err_set(e, -EOPNOTSUPP, "%s is built into this kernel: no line of modprobe.d keeps it out", m->name);
			return err_hint(e, "passthru bind and passthru claim take a device from it all the same");
		}
		if (has_name(&names, m->name) || find_line(&facts->conf, m->name))
			continue;
		r = check_users(mem, h, m, wish, e);
		*ARENA_PUSH(mem, names.items, names.n) = m->name;
	}
	if (r == 0 && names.n > n_before)
		add_move(mem, facts, &names, &p);
	*ret = p;
	return r;
}

int plan_unblacklist(struct arena *mem, const struct blacklist_facts *facts, struct plan *ret, struct err *e)
{
	struct names before, after = {0};
	struct plan p = {0};
	int r = read_ours(mem, facts, &before, e);

	for (size_t i = 0; r == 0 && i < facts->n_modules; i++) {
		const struct modprobe_line *other = find_line(&facts->conf, facts->modules[i].name);

		if (has_name(&before, facts->modules[i].name))
			continue;
		r = err_set(e, -ENOENT, "passthru did not blacklist %s", facts->modules[i].name);
		if (other)
			(void)err_hint(e, "%.200s line %u does", other->file, other->number);
	}
	for (size_t i = 0; r == 0 && i < before.n; i++) {
		bool is_going = false;

		for (size_t k = 0; k < facts->n_modules; k++)
			is_going |= str_eq(before.items[i], facts->modules[k].name);
		if (!is_going)
			*ARENA_PUSH(mem, after.items, after.n) = before.items[i];
	}
	if (r == 0)
		add_move(mem, facts, &after, &p);
	*ret = p;
	return r;
}

/* ---- notes ---- */

static void add_user_notes(struct notes *notes, const struct host *h, const struct module_fact *m)
{
	for (size_t i = 0; i < m->n_users; i++) {
		const struct module_user *user = &m->users[i];
		const struct pci_function *f = &h->functions[user->function];
		const char *after = user->others ? arena_printf(notes->mem, "%s fits too", user->others) : "nothing else fits it";
		const char *now = user->is_bound ? arena_printf(notes->mem, "%s, which has it now", m->name) : m->name;

		notes_add(notes, arena_printf(notes->mem, "%s loses %s; %s", f->name, now, after));
		if (f->claim)
			notes_add(notes, arena_printf(notes->mem, "%s is claimed: that keeps %s from it already, and from nothing else", f->name, m->name));
	}
	if (m->n_users == 0 && m->exists == TRI_YES)
		notes_add(notes, arena_printf(notes->mem, "no PCI function here would have %s loaded", m->name));
}

static void add_module_notes(struct notes *notes, const struct host *h, const struct blacklist_facts *facts, const struct module_fact *m)
{
	const struct modprobe_line *line = find_line(&facts->conf, m->name);
	const char *word = find_word(notes->mem, facts->cmdline, m->name);

	if (line) {
		notes_add(notes, arena_printf(notes->mem, "%s is blacklisted by %s line %u already", m->name, line->file, line->number));
		return;
	}
	if (word)
		notes_add(notes, arena_printf(notes->mem, "the kernel that runs was started with %s= and %s among it", word, m->name));
	if (m->exists == TRI_NO)
		notes_add(notes,
		    arena_printf(notes->mem, "there is no module %s for kernel %s: the line waits for one", m->name, facts->release));
	add_user_notes(notes, h, m);
	if (m->dependants)
		notes_add(notes,
		    arena_printf(notes->mem, "%s: built on it, and they load it all the same: %s", m->name, m->dependants));
}

size_t blacklist_notes(struct arena *mem, const struct host *h, const struct blacklist_facts *facts, const char ***ret)
{
	struct notes notes = {.mem = mem};
	size_t n_users = 0;

	for (size_t i = 0; i < facts->n_modules; i++) {
		add_module_notes(&notes, h, facts, &facts->modules[i]);
		n_users += facts->modules[i].n_users;
	}
	if (n_users > 0)
		notes_add(&notes, "a blacklist takes the driver from every device it drives; passthru claim keeps it from one card alone");
	for (size_t i = 0; i < facts->conf.n_unread; i++)
		notes_add(&notes, arena_printf(mem, "%s cannot be read: %s", facts->conf.unread[i].file, facts->conf.unread[i].text));
	*ret = notes.items;
	return notes.n;
}
