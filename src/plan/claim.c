/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/claim.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "judge/verdict.h"
#include "plan/bind.h"
#include "plan/by_id.h"
#include "text/claim_file.h"

static const struct saved_claim *find_claim(const struct claims *c, const struct port_path *path)
{
	for (size_t i = 0; i < c->n; i++)
		if (port_path_equal(&c->items[i].claim.path, path))
			return &c->items[i];
	return NULL;
}

/* What only root could have made so is left alone. */
static int refuse_odd_file(const struct saved_claim *saved, struct err *e)
{
	(void)err_set(e, -EEXIST, "%s is not as passthru writes its files: its mode is not 0644", saved->file);
	return err_hint(e, "chmod 0644 %s", saved->file);
}

static int check_claimable(const struct claim_wish *wish, const struct pci_function *f, struct err *e)
{
	if (f->is_vf == TRI_YES) {
		(void)err_set(e, -EOPNOTSUPP, "%s is a virtual function: it is made anew at each boot, so it cannot be claimed", f->name);
		return err_hint(e, "claim the physical function, or bind the virtual one when it is there");
	}
	if (!f->has_ids || !f->has_class || f->is_subsystem_unread)
		return err_set(e, -EIO, "%s cannot be claimed: what it is cannot be read", f->name);
	if (!f->path)
		return err_set(e, -EIO, "%s cannot be claimed: on which port it sits cannot be told", f->name);
	return wish->by_id ? check_by_id(wish->facts, f, e) : 0;
}

/* Of a function in the same slot nothing may be in doubt: it might be one that goes along. */
static int check_slot(const struct host *h, const struct pci_function *f, struct err *e)
{
	for (size_t i = 0; i < h->n_functions; i++) {
		const struct pci_function *other = &h->functions[i];

		if (pci_addr_same_slot(other->addr, f->addr) && (other->trouble || other->group == GROUP_UNKNOWN))
			return err_set(e, -EIO, "cannot tell whether %s belongs to %s%s%s", other->name, f->name,
			    other->trouble ? ": " : "", other->trouble ? other->trouble : "");
	}
	return 0;
}

/* Which target's card a function belongs to: the first it is a companion of. */
static const struct pci_function *card_of(struct arena *mem, const struct host *h, const struct claim_wish *wish,
    const struct pci_function *f)
{
	int index = host_index(h, f);

	for (size_t i = 0; i < wish->bind.n_targets; i++) {
		const struct pci_function *target = host_find(h, wish->bind.targets[i]);
		struct verdict v = judge_function(mem, h, target);

		if (target == f)
			return f;
		for (size_t k = 0; k < v.n_companions; k++)
			if (v.companions[k] == index)
				return target;
	}
	return f;
}

static const char *join_word(struct arena *mem, const char *list, const char *word, size_t length)
{
	if (!list)
		return arena_strndup(mem, word, length);
	if (str_has_word(list, word, length) || strlen(list) + length + 1 > LONGEST_CLAIM_TEXT)
		return list;
	return arena_printf(mem, "%s %.*s", list, (int)length, word);
}

static const char *join_allowed(struct arena *mem, const char *list, const char *more)
{
	for (const char *word = more; word; word = strchr(word, ' ')) {
		word += *word == ' ';
		list = join_word(mem, list, word, strcspn(word, " "));
	}
	return list;
}

/* What was allowed of this function. Its address is left out, for it may be another one at the next boot. */
static const char *allowed_for(struct arena *mem, const struct bind_wish *wish, const struct pci_function *f)
{
	const char *list = NULL;

	for (size_t i = 0; i < wish->n_allowed; i++) {
		const struct allowance *a = &wish->allowed[i];

		/* No claim parks strangers. */
		if (!str_eq(a->id, "stranger") && (a->is_of_all || pci_addr_cmp(a->addr, f->addr) == 0))
			list = join_word(mem, list, a->id, strlen(a->id));
	}
	return list;
}

/* Does the claim that is saved allow all that is allowed now? */
static bool allows_as_much(const char *saved, const char *now)
{
	for (const char *word = now; word; word = strchr(word, ' ')) {
		word += *word == ' ';
		if (!saved || !str_has_word(saved, word, strcspn(word, " ")))
			return false;
	}
	return true;
}

void claim_add_allowed(struct arena *mem, const struct claim *c, struct pci_addr addr, struct bind_wish *wish)
{
	struct allowance *allowed = arena_alloc(mem, (wish->n_allowed + LONGEST_CLAIM_TEXT) * sizeof(*allowed));

	for (size_t i = 0; i < wish->n_allowed; i++)
		allowed[i] = wish->allowed[i];
	for (const char *word = c->allow; word; word = strchr(word, ' ')) {
		struct allowance *a = &allowed[wish->n_allowed];

		word += *word == ' ';
		if (!allowance_parse(mem, arena_strndup(mem, word, strcspn(word, " ")), a))
			continue;
		a->is_of_all = false;
		a->addr = addr;
		wish->n_allowed++;
	}
	wish->allowed = allowed;
}

static struct claim new_claim(struct arena *mem, const struct host *h, const struct claim_wish *wish, const struct pci_function *f)
{
	const struct pci_function *card = card_of(mem, h, wish, f);
	struct claim c = {
	    .vendor = f->vendor,
	    .device = f->device,
	    .subvendor = f->subvendor,
	    .subdevice = f->subdevice,
	    .class_code = f->class_code,
	    .path = *f->path,
	    .addr = f->addr,
	    .card = card->path ? *card->path : *f->path,
	    .vm = wish->vm,
	    .allow = allowed_for(mem, &wish->bind, f),
	    .server_type = wish->bind.server_type,
	    .time_s = wish->time_s,
	    .wish = wish->typed,
	};

	if (f->attributes) {
		c.serial = f->attributes[ATTR_SERIAL];
		c.slot = f->attributes[ATTR_SLOT];
	}
	if (wish->by_id)
		c.by_id = by_id_modules(mem, &wish->facts->native[host_index(h, f)]);
	return c;
}

/* The same card for the same purpose: there is nothing to write, though the address or the hour are others. */
static bool is_claimed_so(const struct saved_claim *saved, const struct claim *c, const struct pci_function *f)
{
	return claim_fits_ids(&saved->claim, f) && allows_as_much(saved->claim.allow, c->allow) &&
	    (c->server_type == SERVER_UNKNOWN || c->server_type == saved->claim.server_type) &&
	    (!c->vm || str_eq(c->vm, saved->claim.vm)) &&
	    (!c->by_id || str_eq(c->by_id, saved->claim.by_id)) &&
	    (!c->serial || !saved->claim.serial || str_eq(c->serial, saved->claim.serial));
}

/* The same card: what was said before holds, where nothing else is said now. */
static void keep_said(struct arena *mem, const struct saved_claim *saved, const struct pci_function *f, struct claim *c)
{
	if (!claim_fits_ids(&saved->claim, f))
		return;
	c->allow = join_allowed(mem, saved->claim.allow, c->allow);
	c->server_type = c->server_type != SERVER_UNKNOWN ? c->server_type : saved->claim.server_type;
	c->by_id = c->by_id ? c->by_id : saved->claim.by_id;
	c->vm = c->vm ? c->vm : saved->claim.vm;
}

static int add_claim(struct arena *mem, const struct claims *all, const struct pci_function *f, struct claim *c, struct plan *p,
    struct err *e)
{
	const struct saved_claim *saved = find_claim(all, f->path);
	const char *file = claim_file(mem, claim_name(mem, f->path));
	struct value have = {0};

	for (size_t i = 0; i < all->n_troubles; i++)
		if (str_eq(all->troubles[i].file, file)) {
			(void)err_set(e, -EEXIST, "%s is in the way, and cannot be used: %s", file, all->troubles[i].text);
			return err_hint(e, "mend it or remove it, then claim again");
		}
	if (saved && is_claimed_so(saved, c, f))
		return 0;
	if (saved && !saved->is_plain)
		return refuse_odd_file(saved, e);
	if (saved) {
		have.text = saved->text;
		keep_said(mem, saved, f, c);
	}
	plan_add_move(mem, p, KIND_FILE, file, have, (struct value){.text = claim_file_text(mem, c)});
	return 0;
}

/* The file of ids, of all claims as they will be: those that stay, and the new ones. */
static int add_ids(struct arena *mem, const struct claims *all, const struct claim *added, size_t n_added, const bool *is_going,
    const struct by_id_facts *facts, struct plan *p, struct err *e)
{
	struct claim *after = NULL;
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++) {
		bool is_replaced = is_going && is_going[i];

		for (size_t k = 0; !is_replaced && k < n_added; k++)
			is_replaced = port_path_equal(&all->items[i].claim.path, &added[k].path);
		if (!is_replaced)
			*ARENA_PUSH(mem, after, n) = all->items[i].claim;
	}
	for (size_t i = 0; i < n_added; i++)
		*ARENA_PUSH(mem, after, n) = added[i];
	return plan_by_id_file(mem, facts, after, n, p, e);
}

/* By ids more is taken than was asked for: that stays with the host as well, where something stands against it. */
static int check_twins(struct arena *mem, const struct host *h, const struct claim_wish *wish, const int *functions, size_t n,
    struct err *e)
{
	int *twins, *all = arena_alloc(mem, (n + h->n_functions) * sizeof(*all));
	size_t n_twins = by_id_twins(mem, h, functions, n, &twins);

	memcpy(all, functions, n * sizeof(*all));
	if (n_twins > 0)
		memcpy(all + n, twins, n_twins * sizeof(*all));
	if (plan_check_guards(mem, h, &wish->bind, all, n + n_twins, e) < 0)
		return err_add(e, "what has the same ids would be taken too");
	return 0;
}

int plan_claim(struct arena *mem, const struct host *h, const struct claims *c, const struct claim_wish *wish,
    struct plan *ret, int **ret_functions, size_t *n_ret, struct err *e)
{
	struct plan files = {0}, p = {0};
	struct claim *added = NULL;
	size_t n, n_added = 0;
	int *functions;
	int r = plan_usable_set(mem, h, &wish->bind, &functions, &n, e);

	for (size_t i = 0; r == 0 && i < n; i++) {
		r = check_claimable(wish, &h->functions[functions[i]], e);
		if (r == 0)
			r = check_slot(h, &h->functions[functions[i]], e);
	}
	for (size_t i = 0; r == 0 && i < n; i++) {
		const struct pci_function *f = &h->functions[functions[i]];
		struct claim one = new_claim(mem, h, wish, f);

		r = add_claim(mem, c, f, &one, &files, e);
		*ARENA_PUSH(mem, added, n_added) = one;
	}
	if (r == 0 && wish->by_id)
		r = add_ids(mem, c, added, n_added, NULL, wish->facts, &files, e);
	/* What is claimed already has been weighed then. */
	if (r == 0 && files.n_steps > 0)
		r = plan_check_guards(mem, h, &wish->bind, functions, n, e);
	if (r == 0 && files.n_steps > 0 && wish->by_id)
		r = check_twins(mem, h, wish, functions, n, e);
	if (r < 0)
		return r;
	for (size_t i = 0; files.n_steps > 0 && i < n; i++) {
		const struct pci_function *f = &h->functions[functions[i]];

		plan_add_require(mem, &p, KIND_IDENTITY, f->name, (struct value){.text = function_identity(mem, f)});
	}
	for (size_t i = 0; i < files.n_steps; i++)
		*ARENA_PUSH(mem, p.steps, p.n_steps) = files.steps[i];
	*ret = p;
	*ret_functions = functions;
	*n_ret = n;
	return 0;
}

int plan_unclaim(struct arena *mem, const struct claims *c, const int *indices, size_t n, struct plan *ret, struct err *e)
{
	struct plan p = {0};

	for (size_t i = 0; i < n; i++) {
		const struct saved_claim *saved = &c->items[indices[i]];

		if (!saved->is_plain)
			return refuse_odd_file(saved, e);
		plan_add_move(mem, &p, KIND_FILE, saved->file, (struct value){.text = saved->text}, (struct value){0});
	}
	*ret = p;
	return 0;
}

int plan_unclaim_ids(struct arena *mem, const struct claims *c, const int *indices, size_t n, const struct by_id_facts *facts,
    struct plan *p, struct err *e)
{
	bool *is_going = arena_alloc(mem, c->n + 1), is_any = false;

	for (size_t i = 0; i < n; i++) {
		is_going[indices[i]] = true;
		is_any |= c->items[indices[i]].claim.by_id != NULL;
	}
	return is_any ? add_ids(mem, c, NULL, 0, is_going, facts, p, e) : 0;
}
