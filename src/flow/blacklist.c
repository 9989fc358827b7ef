/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/blacklist.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "apply/kinds_file.h"
#include "base/str.h"
#include "flow/bind.h"
#include "flow/boot_files.h"
#include "flow/claim.h"
#include "model/our_file.h"
#include "plan/blacklist.h"
#include "sys/read_host.h"
#include "sys/read_claims.h"
#include "sys/read_modprobe.h"

enum { MOST_NAMED = 12 }; /* names in one sentence */

/* ---- what was typed ---- */

/* modprobe compares names letter by letter, so a pattern means nothing to it; what it was meant to mean is told. */
static int refuse_pattern(struct flow *f, const struct kernel_files *files, const char *word, struct err *e)
{
	const char *pattern = module_name(f->mem, word), *names = "";
	size_t n = 0;

	(void)err_set(e, -EINVAL, "%.100s is a pattern, and modprobe takes exact names alone: such a line does nothing", word);
	for (size_t i = 0; i < files->n; i++) {
		const struct kernel_file *file = &files->items[i];

		if (file->is_builtin || fnmatch(pattern, file->name, 0) != 0)
			continue;
		if (strlen(names) + strlen(file->name) < 200)
			names = arena_printf(f->mem, "%s%s%s", names, n > 0 ? " " : "", file->name);
		n++;
	}
	if (!files->is_known)
		return err_hint(e, "which modules it means cannot be told: this kernel's list of modules cannot be read");
	if (n == 0)
		return err_hint(e, "no module of kernel %s is called so", files->release);
	return err_hint(e, "here it means: %s", names);
}

static int check_words(struct flow *f, const struct blacklist_wish *wish, const struct kernel_files *files, struct err *e)
{
	for (size_t i = 0; i < wish->n_modules; i++) {
		const char *word = wish->modules[i];

		if (is_module_name(word))
			continue;
		if (strpbrk(word, "*?[") && strlen(word) <= LONGEST_MODULE_NAME)
			return refuse_pattern(f, files, word, e);
		return err_set(e, -EINVAL, "%.100s is no name of a module", word);
	}
	return 0;
}

/* ---- who is concerned ---- */

static const char *add_word(struct arena *mem, const char *list, const char *word)
{
	return list ? arena_printf(mem, "%s, %s", list, word) : word;
}

static const char *find_dependants(struct flow *f, const struct kernel_files *files, const char *name)
{
	const char *list = NULL;
	size_t n = 0;

	for (size_t i = 0; i < files->n; i++)
		if (kernel_file_needs(&files->items[i], name) && n++ < MOST_NAMED)
			list = add_word(f->mem, list, files->items[i].name);
	return n > MOST_NAMED ? arena_printf(f->mem, "%s and %zu more", list, n - MOST_NAMED) : list;
}

static void find_users(struct flow *f, const struct host *h, const struct function_modules *modules, struct module_fact *m)
{
	struct module_user *users = NULL;
	size_t n = 0;

	for (size_t i = 0; i < h->n_functions; i++) {
		struct module_user user = {.function = (int)i};
		bool is_user = false;

		for (size_t k = 0; k < modules[i].n; k++) {
			if (str_eq(modules[i].names[k], m->name))
				is_user = true;
			else
				user.others = add_word(f->mem, user.others, modules[i].names[k]);
		}
		user.is_bound = modules[i].bound && str_eq(modules[i].bound, m->name);
		if (is_user)
			*ARENA_PUSH(f->mem, users, n) = user;
	}
	m->users = users;
	m->n_users = n;
}

static void find_modules(struct flow *f, const struct blacklist_wish *wish, const struct host *h,
    const struct kernel_files *files, struct blacklist_facts *facts)
{
	struct function_modules *modules = arena_alloc(f->mem, (h->n_functions + 1) * sizeof(*modules));
	struct module_fact *list = NULL;
	size_t n = 0;

	for (size_t i = 0; !wish->is_removal && i < h->n_functions; i++)
		read_function_modules(f->s, f->mem, &h->functions[i], &modules[i]);
	for (size_t i = 0; i < wish->n_modules; i++) {
		const char *name = module_name(f->mem, wish->modules[i]);
		const struct kernel_file *file = kernel_files_find(files, name);
		struct module_fact m = {.name = name, .exists = file ? TRI_YES : files->is_known ? TRI_NO : TRI_UNKNOWN};
		bool is_known = false;

		for (size_t k = 0; k < n; k++)
			is_known |= str_eq(list[k].name, name);
		if (is_known)
			continue;
		m.is_builtin = file && file->is_builtin;
		m.dependants = find_dependants(f, files, name);
		find_users(f, h, modules, &m);
		*ARENA_PUSH(f->mem, list, n) = m;
	}
	facts->modules = list;
	facts->n_modules = n;
}

/* The host again, with the uses of what has one of the modules for its driver now. */
static int look_at_users(struct flow *f, const struct blacklist_wish *wish, const struct blacklist_facts *facts, struct host *h,
    struct err *e)
{
	struct read_request request = {.facets = FACET_TOPOLOGY | FACET_GROUPS | FACET_PATH,
	    .attributes = 1u << ATTR_VFS,
	    .has_uses = true,
	    .may_try = true};
	struct pci_addr *targets = NULL;
	struct claims claims;
	int r;

	for (size_t i = 0; i < facts->n_modules; i++)
		for (size_t k = 0; k < facts->modules[i].n_users; k++)
			if (facts->modules[i].users[k].is_bound)
				*ARENA_PUSH(f->mem, targets, request.n_targets) = h->functions[facts->modules[i].users[k].function].addr;
	request.targets = targets;
	if (request.n_targets == 0)
		request = (struct read_request){.facets = FACET_PATH};
	r = flow_look(f, &request, h, e);
	if (r == 0 && wish->bind.server_type != SERVER_UNKNOWN) {
		h->server_type = wish->bind.server_type;
		h->server_evidence = NULL;
	}
	return r < 0 ? r : flow_mark_claims(f, h, &claims, e);
}

/* ---- the change ---- */

static int plan_lines(struct flow *f, const struct blacklist_wish *wish, struct change *ret, struct err *e)
{
	struct blacklist_facts facts = {.cmdline = sys_text(f->s, f->mem, "proc/cmdline", NULL)};
	struct read_request request = {0};
	struct kernel_files files;
	size_t n_seen;
	struct value ours;
	const char **notes;
	size_t n_notes;
	int r;

	read_kernel_files(f->s, f->mem, &files);
	facts.release = files.release;
	r = check_words(f, wish, &files, e);
	r = r < 0 ? r : file_get(f->s, f->mem, MODPROBE_BLACKLIST_FILE, &ours, e);
	r = r < 0 ? r : flow_look(f, &request, &ret->host, e);
	if (r < 0)
		return r;
	facts.ours = ours.text;
	facts.is_odd = ours.flag;
	read_modprobe(f->s, f->mem, &facts.conf);
	find_modules(f, wish, &ret->host, &files, &facts);
	if (wish->is_removal)
		return plan_unblacklist(f->mem, &facts, &ret->plan, e);
	n_seen = ret->host.n_functions;
	r = look_at_users(f, wish, &facts, &ret->host, e);
	/* The numbers of functions are those of the first look. */
	if (r == 0 && ret->host.n_functions != n_seen)
		r = err_set(e, -EAGAIN, "a device came or went meanwhile: try again");
	r = r < 0 ? r : plan_blacklist(f->mem, &ret->host, &facts, &wish->bind, &ret->plan, e);
	if (r < 0)
		return r;
	n_notes = blacklist_notes(f->mem, &ret->host, &facts, &notes);
	for (size_t i = 0; i < n_notes; i++)
		flow_note(f, ret, notes[i]);
	return 0;
}

/* Early images have a copy of the lines. */
static int plan_change(struct flow *f, const void *wish, struct change *ret, struct err *e)
{
	struct claims claims;
	int r = plan_lines(f, wish, ret, e);

	r = r < 0 ? r : read_claims(f->s, f->mem, &claims, e);
	return r < 0 ? r : flow_add_boot_files(f, NULL, &claims, ret, e);
}

enum outcome flow_blacklist(struct flow *f, const struct blacklist_wish *wish, const struct change_options *options,
    struct change *ret, struct err *e)
{
	return flow_change_lasting(f, wish->is_removal ? "boot blacklist --remove" : "boot blacklist", plan_change, wish, options, ret, e);
}
