/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/claim.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "flow/bind.h"
#include "flow/boot_files.h"
#include "flow/boot_ids.h"
#include "flow/by_id.h"
#include "sys/read_claims.h"
#include "sys/read_host.h"
#include "text/udev_rules.h"

/* ---- looking ---- */

int flow_look_at_claims(struct flow *f, struct claims_seen *ret, struct err *e)
{
	int r = read_claims(f->s, f->mem, &ret->claims, e);

	return r < 0 ? r : flow_look_at_saved(f, ret, e);
}

int flow_look_at_saved(struct flow *f, struct claims_seen *ret, struct err *e)
{
	struct read_request request = {.facets = FACET_PATH};
	int r = flow_look(f, &request, &ret->host, e);

	if (r < 0)
		return r;
	read_claim_serials(f->s, f->mem, &ret->claims, &ret->host);
	ret->verdicts = judge_claims(f->mem, &ret->host, &ret->claims);
	return 0;
}

int flow_mark_claims(struct flow *f, struct host *h, struct claims *ret, struct err *e)
{
	struct claim_verdict *verdicts;
	int r = read_claims(f->s, f->mem, ret, e);

	if (r < 0)
		return r;
	read_claim_serials(f->s, f->mem, ret, h);
	verdicts = judge_claims(f->mem, h, ret);
	for (size_t i = 0; i < ret->n; i++)
		if (verdicts[i].state == CLAIM_HERE)
			h->functions[verdicts[i].function].claim = ret->items[i].claim.vm ? ret->items[i].claim.vm : "yes";
	return 0;
}

/* ---- claiming ---- */

static bool is_target(const struct claim_wish *wish, const struct pci_function *function)
{
	for (size_t i = 0; i < wish->bind.n_targets; i++)
		if (pci_addr_cmp(wish->bind.targets[i], function->addr) == 0)
			return true;
	return false;
}

/* Who takes them when, and what a person will see of it. */
static void add_boot_note(struct flow *f, struct change *c, const int *functions, size_t n)
{
	bool by_rule = false, is_boot_display = false;

	for (size_t i = 0; i < n; i++) {
		const struct pci_function *function = &c->host.functions[functions[i]];

		by_rule |= udev_rules_take(function->class_code);
		for (size_t k = 0; k < c->host.n_uses; k++)
			is_boot_display |= c->host.uses[k].function == functions[i] && c->host.uses[k].kind == USE_BOOT_DISPLAY;
	}
	flow_note(f, c, by_rule ? "from the next boot on its VFIO driver has it before any other; passthru bind hands it over until then"
			       : "from the next boot on passthru-claims.service binds it; passthru bind hands it over until then");
	if (is_boot_display)
		flow_note(f, c, "the screen at it stays dark from the loader on, with nothing to type at; passthru.claims=off among the kernel's "
			       "words, from the loader's menu, gives it back for one boot");
	if (f->s->ops->exists(f->s, "lib/systemd/system/passthru-claims.service") == 0 &&
	    f->s->ops->exists(f->s, "usr/lib/systemd/system/passthru-claims.service") == 0 &&
	    f->s->ops->exists(f->s, "usr/local/lib/systemd/system/passthru-claims.service") == 0 &&
	    f->s->ops->exists(f->s, "etc/systemd/system/passthru-claims.service") == 0)
		flow_note(f, c, "passthru-claims.service is not installed: nobody looks after the boot whether it came so");
}

static void add_claim_notes(struct flow *f, const struct claim_wish *wish, const int *functions, size_t n, struct change *c)
{
	struct guard *guards;
	size_t n_guards = plan_guards(f->mem, &c->host, &wish->bind, functions, n, &guards);

	for (size_t i = 0; i < n; i++)
		if (!is_target(wish, &c->host.functions[functions[i]]))
			flow_note(f, c,
			    arena_printf(f->mem, "%s goes along: it belongs to the same card", c->host.functions[functions[i]].name));
	for (size_t i = 0; i < n_guards; i++)
		flow_note(f, c,
		    arena_printf(f->mem, "%s, allowed although %s", c->host.functions[guards[i].function].name, guards[i].text));
	add_boot_note(f, c, functions, n);
}

static void add_by_id_notes(struct flow *f, const struct claim_wish *wish, const struct claims *claims, const int *functions,
    size_t n, struct change *c)
{
	const char **texts;
	size_t n_texts = by_id_notes(f->mem, wish->facts, &c->host, claims, functions, n, &texts);

	for (size_t i = 0; i < n_texts; i++)
		flow_note(f, c, texts[i]);
}

/* What --by-id needs to know of everything that might be claimed: the targets' slots and groups. */
static int read_facts(struct flow *f, const struct host *h, struct claim_wish *wish, struct by_id_facts *facts, struct err *e)
{
	struct err none = {0};
	int *functions, r;
	size_t n;

	/* A refusal is said by the plan. */
	if (plan_usable_set(f->mem, h, &wish->bind, &functions, &n, &none) < 0)
		n = 0;
	r = flow_read_by_id(f, h, functions, n, facts, e);
	wish->facts = facts;
	return r;
}

static int add_boot_files(struct flow *f, struct host *h, const struct claims *now, struct change *c, struct err *e)
{
	struct claims after;
	int r = flow_claims_after(f, now, &c->plan, &after, e);

	if (r == 0)
		r = flow_add_boot_files(f, h, &after, c, e);
	if (r == 0)
		flow_follow_ids(f, h, now, &after, c);
	return r;
}

/* What a claim of the wish's targets would be, with the host it was judged by. */
static int look_and_plan(struct flow *f, struct claim_wish *wish, const struct claims *claims, struct by_id_facts *facts,
    struct change *ret, int **functions, size_t *n, struct err *e)
{
	struct read_request request = {.facets = FACET_TOPOLOGY | FACET_GROUPS | FACET_OVERRIDE | FACET_PATH,
	    .targets = wish->bind.targets,
	    .n_targets = wish->bind.n_targets,
	    .attributes = 1u << ATTR_SLOT | 1u << ATTR_SERIAL | 1u << ATTR_VFS,
	    .has_uses = true,
	    .may_try = true};
	int r = 0;

	if (wish->by_id)
		r = flow_add_twins(f, wish->bind.targets, wish->bind.n_targets, &request.targets, &request.n_targets, e);
	if (r == 0)
		r = flow_look(f, &request, &ret->host, e);
	if (r < 0)
		return r;
	if (wish->bind.server_type != SERVER_UNKNOWN) {
		ret->host.server_type = wish->bind.server_type;
		ret->host.server_evidence = NULL;
	}
	if (wish->by_id)
		r = read_facts(f, &ret->host, wish, facts, e);
	return r < 0 ? r : plan_claim(f->mem, &ret->host, claims, wish, &ret->plan, functions, n, e);
}

static int plan_new_claims(struct flow *f, const void *data, struct change *ret, struct err *e)
{
	struct claim_wish known = *(const struct claim_wish *)data, *wish = &known;
	struct by_id_facts facts;
	struct claims claims;
	int *functions;
	size_t n;
	int r = read_claims(f->s, f->mem, &claims, e);

	if (r == 0)
		r = look_and_plan(f, wish, &claims, &facts, ret, &functions, &n, e);
	if (r < 0 || plan_count_moves(&ret->plan) == 0)
		return r;
	add_claim_notes(f, wish, functions, n, ret);
	if (wish->by_id)
		add_by_id_notes(f, wish, &claims, functions, n, ret);
	return add_boot_files(f, &ret->host, &claims, ret, e);
}

enum outcome flow_claim(struct flow *f, const struct claim_wish *wish, const struct change_options *options,
    struct change *ret, struct err *e)
{
	struct claim_wish now = *wish;

	now.bind.verb = VERB_CLAIM;
	now.typed = options->wish;
	now.time_s = f->s->ops->clock_s(f->s);
	return flow_change_lasting(f, verb_name(VERB_CLAIM), plan_new_claims, &now, options, ret, e);
}

/* ---- claiming again ---- */

static int refuse_absent(const struct saved_claim *saved, const struct claim_verdict *v, struct err *e)
{
	(void)err_set(e, v->state == CLAIM_UNKNOWN ? -EIO : -ENODEV, "%s cannot be claimed again: %s", saved->name, v->text);
	return err_hint(e, "passthru claim ADDRESS claims what is there now");
}

/* Nothing can be allowed where a change is taken back. */
static int refuse_again(struct flow *f, const struct claim_wish *wish, struct err *e)
{
	const char *hint = arena_strdup(f->mem, e->hint);
	char name[PCI_ADDR_TEXT];

	if (!str_starts(hint, "--allow="))
		return e->code;
	return err_hint(e, "claim it anew then: passthru claim %s; %s", pci_addr_format(wish->bind.targets[0], name), hint);
}

int flow_check_claims_again(struct flow *f, const struct claims *now, const struct claims *back, struct change *ret, struct err *e)
{
	struct read_request request = {.facets = FACET_PATH};
	struct pci_addr *targets = arena_alloc(f->mem, (back->n + 1) * sizeof(*targets));
	struct claim_wish wish = {.bind = {.verb = VERB_CLAIM, .targets = targets}};
	struct by_id_facts facts;
	struct claim_verdict *verdicts;
	struct plan requires = {0};
	int *functions, r = flow_look(f, &request, &ret->host, e);
	size_t n;

	if (r < 0)
		return r;
	read_claim_serials(f->s, f->mem, back, &ret->host);
	verdicts = judge_claims(f->mem, &ret->host, back);
	for (size_t i = 0; i < back->n; i++) {
		const struct claim *c = &back->items[i].claim;

		if (verdicts[i].state != CLAIM_HERE)
			return refuse_absent(&back->items[i], &verdicts[i], e);
		targets[wish.bind.n_targets++] = ret->host.functions[verdicts[i].function].addr;
		claim_add_allowed(f->mem, c, targets[i], &wish.bind);
		wish.bind.server_type = c->server_type != SERVER_UNKNOWN ? c->server_type : wish.bind.server_type;
		wish.by_id |= c->by_id != NULL;
	}
	r = look_and_plan(f, &wish, now, &facts, ret, &functions, &n, e);
	if (r < 0)
		return refuse_again(f, &wish, e);
	for (size_t i = 0; i < ret->plan.n_steps; i++)
		if (ret->plan.steps[i].type == STEP_REQUIRE)
			*ARENA_PUSH(f->mem, requires.steps, requires.n_steps) = ret->plan.steps[i];
	ret->plan = requires;
	return 0;
}

/* ---- removing ---- */

struct choice {
	struct flow *f;
	const struct claims_seen *seen;
	bool *is_chosen; /* one a claim */
};

/* With what was claimed as its card. */
static void choose(struct choice *c, size_t index)
{
	const struct claims *claims = &c->seen->claims;

	for (size_t i = 0; i < claims->n; i++)
		if (i == index || port_path_equal(&claims->items[i].claim.card, &claims->items[index].claim.card))
			c->is_chosen[i] = true;
}

static bool choose_by_name(struct choice *c, const char *word)
{
	const struct claims *claims = &c->seen->claims;
	bool is_any = false;

	for (size_t i = 0; i < claims->n; i++) {
		if (!str_eq(claims->items[i].name, word) && !str_eq(claims->items[i].claim.vm, word))
			continue;
		choose(c, i);
		is_any = true;
	}
	return is_any;
}

/* The function that is there now comes first: an address that another card has by now is that one's. */
static bool choose_by_address(struct choice *c, struct pci_addr addr)
{
	const struct claims_seen *seen = c->seen;
	bool is_any = false;

	for (size_t i = 0; i < seen->claims.n; i++)
		if (seen->verdicts[i].state == CLAIM_HERE &&
		    pci_addr_cmp(seen->host.functions[seen->verdicts[i].function].addr, addr) == 0) {
			choose(c, i);
			return true;
		}
	for (size_t i = 0; i < seen->claims.n; i++) {
		if (seen->verdicts[i].state == CLAIM_HERE || pci_addr_cmp(seen->claims.items[i].claim.addr, addr) != 0)
			continue;
		choose(c, i);
		is_any = true;
	}
	return is_any;
}

static int choose_word(struct choice *c, const char *word, struct err *e)
{
	struct pci_addr addr;

	if (choose_by_name(c, word))
		return 0;
	if (flow_find_target(c->f, word, &addr, NULL) == 0 && choose_by_address(c, addr))
		return 0;
	for (size_t i = 0; i < c->seen->claims.n_troubles; i++) {
		const struct claim_trouble *t = &c->seen->claims.troubles[i];

		if (str_eq(t->file, claim_file(c->f->mem, word))) {
			(void)err_set(e, -EEXIST, "%s cannot be used: %s", t->file, t->text);
			return err_hint(e, "look at it; if it is of no use, remove it by hand");
		}
	}
	(void)err_set(e, -ENOENT, "nothing is claimed by the name or address %s", word);
	return err_hint(e, "passthru claim list shows what is");
}

static int plan_going(struct flow *f, struct claims_seen *seen, const int *indices, size_t n, struct change *ret, struct err *e)
{
	struct by_id_facts facts;
	bool is_by_id = false;
	int r = plan_unclaim(f->mem, &seen->claims, indices, n, &ret->plan, e);

	for (size_t i = 0; i < n; i++)
		is_by_id |= seen->claims.items[indices[i]].claim.by_id != NULL;
	if (r == 0 && is_by_id) {
		r = flow_read_by_id(f, &seen->host, NULL, 0, &facts, e);
		if (r == 0)
			r = plan_unclaim_ids(f->mem, &seen->claims, indices, n, &facts, &ret->plan, e);
	}
	return r < 0 ? r : add_boot_files(f, &seen->host, &seen->claims, ret, e);
}

struct words {
	char *const *items;
	size_t n;
};

static int plan_removal(struct flow *f, const void *data, struct change *ret, struct err *e)
{
	const struct words *words = data;
	struct claims_seen seen = {0};
	struct choice choice = {.f = f, .seen = &seen};
	int *indices, r = flow_look_at_claims(f, &seen, e);
	size_t n = 0;

	if (r < 0)
		return r;
	/* It might be one of those that are to go. */
	for (size_t i = 0; i < seen.claims.n_troubles; i++)
		if (seen.claims.troubles[i].is_unread)
			return err_set(e, -EIO, "%s: %s", seen.claims.troubles[i].file, seen.claims.troubles[i].text);
	choice.is_chosen = arena_alloc(f->mem, seen.claims.n + 1);
	indices = arena_alloc(f->mem, (seen.claims.n + 1) * sizeof(*indices));
	for (size_t i = 0; r == 0 && i < words->n; i++)
		r = choose_word(&choice, words->items[i], e);
	for (size_t i = 0; i < seen.claims.n; i++)
		if (choice.is_chosen[i])
			indices[n++] = (int)i;
	for (size_t i = 0; i < seen.claims.n_troubles; i++)
		flow_note(f, ret,
		    arena_printf(f->mem, "%s is no claim and was left: %s", seen.claims.troubles[i].file, seen.claims.troubles[i].text));
	return r < 0 ? r : plan_going(f, &seen, indices, n, ret, e);
}

enum outcome flow_unclaim(struct flow *f, char *const *words, size_t n_words, const struct change_options *options,
    struct change *ret, struct err *e)
{
	return flow_change_lasting(f, "claim remove", plan_removal, &(struct words){words, n_words}, options, ret, e);
}
