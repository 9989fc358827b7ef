/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/boot_start.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "apply/boots.h"
#include "base/str.h"
#include "flow/bind.h"
#include "flow/claim.h"
#include "judge/boots.h"
#include "judge/claims.h"
#include "judge/verdict.h"
#include "plan/claim.h"
#include "sys/read_claims.h"
#include "sys/read_host.h"
#include "text/claims_words.h"

struct serving {
	struct flow *f;
	const struct change_options *options;
	struct boot_start *b;
	struct host host;
	struct claim_verdict *verdicts;
};

const char *boot_claim_state_name(enum boot_claim_state s)
{
	static const char *const names[] = {
	    [BOOT_CLAIM_SERVED] = "served",
	    [BOOT_CLAIM_PLANNED] = "planned",
	    [BOOT_CLAIM_ABSENT] = "absent",
	    [BOOT_CLAIM_REFUSED] = "refused",
	    [BOOT_CLAIM_RELEASED] = "released",
	};
	static_assert(ARRAY_LEN(names) == BOOT_CLAIM_STATES, "every state has a name");

	return names[s];
}

static bool has_unread(const struct claims *c)
{
	for (size_t i = 0; i < c->n_troubles; i++)
		if (c->troubles[i].is_unread)
			return true;
	return false;
}

bool boot_start_is_good(const struct boot_start *b)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->items[i].state == BOOT_CLAIM_REFUSED || b->items[i].state == BOOT_CLAIM_RELEASED)
			return false;
	return !has_unread(&b->claims);
}

static void warn(struct serving *s, const char *text)
{
	*ARENA_PUSH(s->f->mem, s->b->warnings, s->b->n_warnings) = text;
}

static void add_plan(struct serving *s, const struct plan *p)
{
	for (size_t i = 0; i < p->n_steps; i++)
		*ARENA_PUSH(s->f->mem, s->b->plan.steps, s->b->plan.n_steps) = p->steps[i];
}

static bool has_unknown(const struct serving *s)
{
	for (size_t i = 0; i < s->b->claims.n; i++)
		if (s->verdicts[i].state == CLAIM_UNKNOWN)
			return true;
	return false;
}

/* ---- counting ---- */

static int begin_count(struct serving *s, struct err *e)
{
	struct flow *f = s->f;
	int r = 0;
	const char *boot_id = sys_text(f->s, f->mem, "proc/sys/kernel/random/boot_id", &r);
	struct boots was;

	if (!boot_id)
		return err_set(e, r, "cannot read /proc/sys/kernel/random/boot_id: %s", strerror(-r));
	/* One that cannot be read may say that this boot should give back: then neither is done. */
	r = flow_read_boots(f, &was);
	if (r < 0 && r != -ENOENT) {
		(void)err_set(e, r, "how many boots were not confirmed cannot be read (/" BOOTS_FILE "): %s", strerror(-r));
		return err_hint(e, "passthru boot confirm writes it anew; then passthru boot start");
	}
	/* What cannot be read is not another claim. */
	s->b->boots = boots_begin(&was, boot_id, has_unread(&s->b->claims) ? was.claims : boots_claims(&s->b->claims));
	return 0;
}

/* Before anything is done: a boot that dies of it must be found counted. */
static void count_boot(struct serving *s)
{
	struct flow *f = s->f;
	struct session session = {.f = f, .lock = -1};
	struct err e = {0};
	int r = session_open(f, s->options->wish, &session, &e);

	if (r == 0)
		r = boots_put(f->s, f->mem, &s->b->boots, &e);
	if (r < 0)
		warn(s, arena_printf(f->mem, "this boot could not be counted: %s", e.what));
	session_close(&session);
}

/* ---- serving ---- */

static const struct pci_function *function_of(const struct serving *s, size_t i)
{
	return s->verdicts[i].state == CLAIM_HERE ? &s->host.functions[s->verdicts[i].function] : NULL;
}

/* What the rules of udev take for a claim: by path and ids alone, also another card of the kind, which the claim does not
 * mean by its serial number. */
static const struct pci_function *taken_by(const struct serving *s, size_t i)
{
	const struct claim *c = &s->b->claims.items[i].claim;
	const struct pci_function *f = function_of(s, i);

	for (size_t k = 0; !f && k < s->host.n_functions; k++) {
		const struct pci_function *one = &s->host.functions[k];

		if (one->path && port_path_equal(one->path, &c->path) && claim_fits_ids(c, one))
			f = one;
	}
	return f;
}

static bool is_served(const struct pci_function *f)
{
	return judge_is_vfio_driver(f->driver);
}

/* The claims of one card go together, as they were claimed. */
static bool is_one_card(const struct serving *s, size_t i, size_t first)
{
	return i == first || port_path_equal(&s->b->claims.items[i].claim.card, &s->b->claims.items[first].claim.card);
}

static bool is_to_serve(const struct serving *s, size_t i, size_t first)
{
	const struct pci_function *f = function_of(s, i);

	return f && !is_served(f) && is_one_card(s, i, first);
}

static void take_result(struct serving *s, size_t i, enum outcome outcome, const struct change *c, const struct err *e)
{
	struct boot_claim *row = &s->b->items[i];

	row->change = c->id;
	row->outcome = outcome;
	if (outcome == OUTCOME_DONE || outcome == OUTCOME_NOTHING) {
		row->state = s->options->is_dry_run ? BOOT_CLAIM_PLANNED : BOOT_CLAIM_SERVED;
		return;
	}
	row->state = BOOT_CLAIM_REFUSED;
	row->text = row->text ? arena_printf(s->f->mem, "%s; %s", row->text, e->what) : arena_strdup(s->f->mem, e->what);
	row->hint = e->hint[0] ? arena_strdup(s->f->mem, e->hint) : NULL;
}

static void serve_card(struct serving *s, size_t first, bool *is_done)
{
	struct flow *f = s->f;
	struct bind_wish wish = {.verb = VERB_BIND};
	struct pci_addr *targets = arena_alloc(f->mem, s->b->n * sizeof(*targets));
	struct change change = {0};
	struct err e = {0};
	enum outcome outcome;

	for (size_t i = first; i < s->b->n; i++) {
		const struct pci_function *function = function_of(s, i);

		if (!is_to_serve(s, i, first))
			continue;
		targets[wish.n_targets++] = function->addr;
		claim_add_allowed(f->mem, &s->b->claims.items[i].claim, function->addr, &wish);
		if (s->b->claims.items[i].claim.server_type != SERVER_UNKNOWN)
			wish.server_type = s->b->claims.items[i].claim.server_type;
		/* Somebody had it before the rules came to it: a driver that is built in, or loaded early. */
		if (function->driver && judge_is_vfio_driver(function->driver_override))
			s->b->items[i].text = arena_printf(f->mem, "driver_override says %s, but %s had it already",
			    function->driver_override, function->driver);
	}
	wish.targets = targets;
	outcome = flow_bind(f, &wish, s->options, &change, &e);
	add_plan(s, &change.plan);
	for (size_t i = 0; i < change.n_notes; i++)
		warn(s, change.notes[i]);
	for (size_t i = first; i < s->b->n; i++)
		if (is_to_serve(s, i, first)) {
			take_result(s, i, outcome, &change, &e);
			is_done[i] = true;
		}
}

static void serve_all(struct serving *s)
{
	bool *is_done = arena_alloc(s->f->mem, s->b->n + 1);

	for (size_t i = 0; i < s->b->n; i++) {
		const struct pci_function *f = function_of(s, i);

		if (is_done[i] || !f)
			continue;
		if (is_served(f))
			s->b->items[i].state = BOOT_CLAIM_SERVED;
		else
			serve_card(s, i, is_done);
	}
}

/* ---- giving back ---- */

#define TRY_AGAIN "passthru boot confirm lets the next boot try again"

static bool is_with_vfio(const struct pci_function *f)
{
	return judge_is_vfio_driver(f->driver) || judge_is_vfio_driver(f->driver_override);
}

static bool goes_back(const struct serving *s, size_t i, size_t first)
{
	const struct pci_function *f = taken_by(s, i);

	return f && is_with_vfio(f) && is_one_card(s, i, first);
}

/* What udev's rules did to it, as if a change of ours had: its inverse is the way back. */
static int plan_back(struct serving *s, size_t first, struct change *c, struct err *e)
{
	struct flow *f = s->f;
	struct read_request request = {.facets = FACET_OVERRIDE};
	struct plan taken = {0};
	int r = flow_look(f, &request, &c->host, e);

	for (size_t i = first; r == 0 && i < s->b->n; i++) {
		const struct pci_function *was = taken_by(s, i);
		const struct pci_function *now = was && goes_back(s, i, first) ? host_find(&c->host, was->addr) : NULL;
		const char *native;

		if (!now || !is_with_vfio(now))
			continue;
		r = read_native_driver(f->s, f->mem, now->name, &native);
		if (r < 0)
			return err_set(e, r, "which driver %s has of its own cannot be read: %s", now->name, strerror(-r));
		plan_add_move(f->mem, &taken, KIND_BINDING, now->name, (struct value){.driver = native},
		    (struct value){.driver = now->driver, .driver_override = now->driver_override});
	}
	return r < 0 ? r : plan_release(f->mem, &c->host, &taken, &c->plan, e);
}

static enum outcome give_back(struct serving *s, size_t first, struct change *c, struct err *e)
{
	struct session session = {.f = s->f, .lock = -1};
	enum outcome outcome = OUTCOME_FAILED;

	if (!s->options->is_dry_run && session_open(s->f, s->options->wish, &session, e) < 0)
		outcome = OUTCOME_FAILED;
	else if (plan_back(s, first, c, e) < 0)
		outcome = OUTCOME_FAILED;
	else if (plan_count_moves(&c->plan) == 0)
		outcome = OUTCOME_NOTHING;
	else if (s->options->is_dry_run)
		outcome = OUTCOME_DONE;
	else if (session_lease(&session, &c->plan, &c->host, NULL, 0, s->options->wish, e) == 0)
		outcome = flow_carry_out(&session, "release", s->options, false, 0, c, e);
	session_close(&session);
	return outcome;
}

static void release_card(struct serving *s, size_t first, bool *is_done)
{
	struct change change = {0};
	struct err e = {0};
	enum outcome outcome = give_back(s, first, &change, &e);

	add_plan(s, &change.plan);
	for (size_t i = first; i < s->b->n; i++) {
		if (!goes_back(s, i, first))
			continue;
		take_result(s, i, outcome, &change, &e);
		if (s->b->items[i].state == BOOT_CLAIM_SERVED)
			s->b->items[i].state = BOOT_CLAIM_RELEASED;
		is_done[i] = true;
	}
}

static void release_all(struct serving *s)
{
	const struct change_options *before = s->options;
	struct change_options options = *before;
	bool *is_done = arena_alloc(s->f->mem, s->b->n + 1);
	const char *text = arena_printf(s->f->mem,
	    "%u boots in a row with these claims were not confirmed as good: in this one no claim is served; " TRY_AGAIN,
	    s->b->boots.unconfirmed);
	struct err e = {0};

	warn(s, text);
	options.reason = text;
	s->options = &options;
	for (size_t i = 0; i < s->b->n; i++) {
		if (is_done[i] || !taken_by(s, i))
			continue;
		s->b->items[i].state = BOOT_CLAIM_RELEASED;
		if (goes_back(s, i, i))
			release_card(s, i, is_done);
	}
	if (!options.is_dry_run && notice_put(s->f->s, text, &e) < 0)
		warn(s, arena_strdup(s->f->mem, e.what));
	s->options = before;
}

/* ---- the verb ---- */

/* What could not be read is read once more: nobody is there to try again, and half a card is worse than none. */
static int look_at_claims(struct serving *s, struct err *e)
{
	int r = read_claims(s->f->s, s->f->mem, &s->b->claims, e);

	if (r == 0 && has_unread(&s->b->claims))
		r = read_claims(s->f->s, s->f->mem, &s->b->claims, e);
	return r;
}

static int look_once(struct serving *s, struct err *e)
{
	struct read_request request = {.facets = FACET_PATH | FACET_OVERRIDE};
	int r = flow_look(s->f, &request, &s->host, e);

	if (r < 0)
		return r;
	read_claim_serials(s->f->s, s->f->mem, &s->b->claims, &s->host);
	s->verdicts = judge_claims(s->f->mem, &s->host, &s->b->claims);
	return 0;
}

static int look(struct serving *s, struct err *e)
{
	int r = look_once(s, e);

	return r == 0 && has_unknown(s) ? look_once(s, e) : r;
}

static void begin_rows(struct serving *s)
{
	struct boot_start *b = s->b;

	b->n = b->claims.n;
	b->items = arena_alloc(s->f->mem, (b->n + 1) * sizeof(*b->items));
	for (size_t i = 0; i < b->n; i++) {
		const struct claim_verdict *v = &s->verdicts[i];
		const struct pci_function *f = function_of(s, i), *taken = f ? f : taken_by(s, i);
		bool is_wrong = !f && taken && is_with_vfio(taken);

		b->items[i] = (struct boot_claim){.saved = &b->claims.items[i],
		    .state = v->state == CLAIM_UNKNOWN || v->state == CLAIM_HERE || is_wrong ? BOOT_CLAIM_REFUSED : BOOT_CLAIM_ABSENT,
		    .function = f ? f->name : is_wrong ? taken->name : NULL,
		    .outcome = OUTCOME_NOTHING,
		    .text = v->text};
	}
	for (size_t i = 0; i < b->claims.n_troubles; i++)
		warn(s, arena_printf(s->f->mem, "%s is not used: %s", b->claims.troubles[i].file, b->claims.troubles[i].text));
}

/* What came of it, as the kernel has it: a companion may have come along with another claim. */
static void look_again(struct serving *s)
{
	struct err e = {0};

	if (look(s, &e) < 0) {
		warn(s, arena_printf(s->f->mem, "what came of it cannot be seen: %s", e.what));
		return;
	}
	for (size_t i = 0; i < s->b->n; i++) {
		const struct pci_function *f = function_of(s, i);
		struct boot_claim *row = &s->b->items[i];

		row->driver = f ? f->driver : NULL;
		if (f && is_served(f) && !s->b->boots.is_released)
			row->state = BOOT_CLAIM_SERVED;
		else if (row->state == BOOT_CLAIM_SERVED) {
			row->state = BOOT_CLAIM_REFUSED;
			row->text = f && f->driver ? arena_printf(s->f->mem, "%s has taken it since", f->driver) : "it has no driver any more";
		}
	}
}

int flow_boot_start(struct flow *f, const struct change_options *options, struct boot_start *ret, struct err *e)
{
	struct serving s = {.f = f, .options = options, .b = ret};
	struct session session = {.f = f, .lock = -1};
	const char *cmdline = sys_text(f->s, f->mem, "proc/cmdline", NULL);
	int r;

	*ret = (struct boot_start){.off_word = cmdline ? claims_off_word(f->mem, cmdline) : NULL};
	if (ret->off_word)
		return 0;
	/* Rights are asked for once; each change takes the lock for itself. */
	r = options->is_dry_run ? 0 : session_open(f, options->wish, &session, e);
	session_close(&session);
	if (r == 0)
		r = look_at_claims(&s, e);
	if (r < 0)
		return r;
	if (ret->claims.n > 0)
		r = begin_count(&s, e);
	if (r < 0)
		return r;
	if (ret->claims.n > 0 && !options->is_dry_run)
		count_boot(&s);
	r = look(&s, e);
	if (r < 0)
		return r;
	begin_rows(&s);
	if (ret->boots.is_released)
		release_all(&s);
	else
		serve_all(&s);
	if (!options->is_dry_run)
		look_again(&s);
	return 0;
}
