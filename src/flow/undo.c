/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "apply/kinds.h"
#include "base/str.h"
#include "flow/bind.h"
#include "flow/boot.h"
#include "flow/boot_files.h"
#include "flow/boot_ids.h"
#include "flow/boot_words.h"
#include "flow/claim.h"
#include "sys/read_claims.h"
#include "text/claim_file.h"

static int find_record(struct flow *f, unsigned id, struct journal *ret, struct err *e)
{
	struct journal *held;
	char shown[CHANGE_ID_TEXT];
	size_t n;
	int r = journal_read(f->s, f->mem, FOLDER_LASTING_HELD, &held, &n, e);

	for (size_t i = n; r == 0 && i-- > 0;)
		if (id == 0 || held[i].id == id) {
			*ret = held[i];
			return 0;
		}
	if (r < 0)
		return r;
	if (id == 0)
		return err_set(e, -ENOENT, "no lasting change is in force");
	(void)err_set(e, -ENOENT, "there is no change %s in force", change_id_format(id, true, shown));
	return err_hint(e, "passthru history lists them");
}

/* What would be in the way of making images and entries anew is said before. */
static int check_boot(struct flow *f, struct change *c, struct err *e)
{
	static const char *const folders[] = {"etc", "boot"};
	struct boot_answer answer;
	struct boot b;

	flow_boot_status(f, &b, &answer);
	return flow_check_boot_state(f, &b, &answer.loader, &c->plan, folders, ARRAY_LEN(folders), c, e);
}

/* ---- claims that come back ---- */

static bool is_same_card(const struct claim *a, const struct claim *b)
{
	return port_path_equal(&a->path, &b->path) && a->vendor == b->vendor && a->device == b->device &&
	    a->subvendor == b->subvendor && a->subdevice == b->subdevice && a->class_code == b->class_code &&
	    str_eq(a->serial, b->serial);
}

/* A file that says another thing of the same card is no new claim. */
static int add_claim_again(struct flow *f, const struct step *s, struct claims *ret, struct err *e)
{
	struct claim was;
	struct err none = {0};
	struct saved_claim saved = {.file = s->target, .text = s->want.text, .is_plain = true};
	int r;

	if (s->kind != KIND_FILE || !is_claim_file(s->target) || !s->want.text)
		return 0;
	r = claim_file_parse(f->mem, s->want.text, &saved.claim, e);
	if (r < 0)
		return r;
	if (s->have.text && claim_file_parse(f->mem, s->have.text, &was, &none) == 0 && is_same_card(&was, &saved.claim))
		return 0;
	saved.name = claim_name(f->mem, &saved.claim.path);
	*ARENA_PUSH(f->mem, ret->items, ret->n) = saved;
	return 0;
}

/* What is claimed again is weighed as what is claimed: much may be otherwise by now. */
static int check_claims(struct flow *f, const struct plan *p, struct change *ret, struct err *e)
{
	struct claims now, back = {0};
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->n_steps; i++)
		r = add_claim_again(f, &p->steps[i], &back, e);
	if (r < 0 || back.n == 0)
		return r;
	r = read_claims(f->s, f->mem, &now, e);
	return r < 0 ? r : flow_check_claims_again(f, &now, &back, ret, e);
}

/* ---- the verb ---- */

static bool moves_claims(const struct plan *p)
{
	for (size_t i = 0; i < p->n_steps; i++)
		if (p->steps[i].kind == KIND_FILE && is_claim_file(p->steps[i].target))
			return true;
	return false;
}

/* What it moved, the other way round; what is back already needs nothing. */
static int plan_moves(struct flow *f, const struct plan *inverse, struct plan *ret, bool *ret_is_composed, struct err *e)
{
	bool is_of_claims = moves_claims(inverse);
	int r = is_of_claims ? 0 : flow_undo_ids(f, inverse, ret, e);

	if (r < 0)
		return r;

	for (size_t i = 0; i < inverse->n_steps; i++) {
		const struct step *back = &inverse->steps[i];
		struct value now = {0}, want;
		int state;

		if (back->back == BACK_NONE)
			continue;
		/* Claims that came later are in it too. */
		if (back->kind == KIND_FILE && is_composed_file(back->target)) {
			*ret_is_composed = true;
			continue;
		}
		/* The word of ids follows the claims, whatever it was meanwhile. */
		if (is_step_of_ids(back) || (is_of_claims && back->kind == KIND_FILE && is_own_words_file(back->target)))
			continue;
		state = move_state(f->s, f->mem, back, &now, e);
		if (state < 0)
			return state;
		if (state == STATE_WANT || state == STATE_GONE)
			continue;
		if (state != STATE_HAVE && state != STATE_BETWEEN && flow_undo_ids_in_file(f, back, &now, &want)) {
			plan_add_move(f->mem, ret, back->kind, back->target, now, want);
			continue;
		}
		if (state != STATE_HAVE && state != STATE_BETWEEN) {
			(void)err_set(e, -ESTALE, "%s was changed since: it is %s, and not as it was left", back->target,
			    value_describe(f->mem, back->kind, &now));
			return err_hint(e, "nothing was touched; put it right by hand, or undo the later change first");
		}
		*ARENA_PUSH(f->mem, ret->steps, ret->n_steps) = *back;
	}
	return 0;
}

static int plan_undo(struct flow *f, const struct journal *record, struct change *ret, struct err *e)
{
	struct plan inverse = plan_inverse(f->mem, &record->plan), moves = {0};
	bool is_composed = false;
	int r = plan_moves(f, &inverse, &moves, &is_composed, e);

	if (r == 0)
		r = check_claims(f, &moves, ret, e);
	if (r < 0)
		return r;
	for (size_t i = 0; i < moves.n_steps; i++)
		*ARENA_PUSH(f->mem, ret->plan.steps, ret->plan.n_steps) = moves.steps[i];
	/* Images are made of the claims that stay, by the generator that is here now. */
	if (is_composed || moves_what_images_have(&moves))
		return flow_compose(f, ret->host.n_functions > 0 ? &ret->host : NULL, true, ret, e);
	ret->plan.derived = inverse.derived;
	ret->plan.n_derived = inverse.n_derived;
	return inverse.n_derived > 0 ? check_boot(f, ret, e) : 0;
}

static enum outcome undo_record(struct session *session, const struct journal *record, const struct change_options *options,
    struct change *ret, struct err *e)
{
	struct flow *f = session->f;
	bool has_work;

	if (plan_undo(f, record, ret, e) < 0)
		return OUTCOME_FAILED;
	/* What is made from files may still be as it was left. */
	has_work = plan_count_moves(&ret->plan) > 0 || ret->plan.n_derived > 0;
	if (options->is_dry_run)
		return has_work ? OUTCOME_DONE : OUTCOME_NOTHING;
	if (has_work)
		return flow_carry_out(session, "undo", options, false, record->id, ret, e);
	/* A change that was cut off may yet change it again: its end decides. */
	if (session_check_interrupted(session, &record->plan, e) < 0)
		return flow_fail(e);
	if (journal_move(f->s, record->id, FOLDER_LASTING_HELD, FOLDER_LASTING_HISTORY, e) < 0)
		return OUTCOME_FAILED;
	return OUTCOME_NOTHING;
}

enum outcome flow_undo(struct flow *f, unsigned id, const struct change_options *options, struct change *ret, struct err *e)
{
	struct session session = {.f = f, .lock = -1};
	enum outcome outcome = OUTCOME_FAILED;
	struct journal record;

	*ret = (struct change){.is_lasting = true};
	if ((options->is_dry_run || session_open(f, options->wish, &session, e) == 0) && find_record(f, id, &record, e) == 0)
		outcome = undo_record(&session, &record, options, ret, e);
	session_close(&session);
	return outcome;
}
