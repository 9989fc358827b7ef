/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/apply.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "apply/derived.h"
#include "apply/kinds.h"
#include "apply/kinds_file.h"
#include "apply/kinds_freeing.h"
#include "apply/lanes.h"
#include "base/str.h"
#include "sys/read_host.h"

/* What was stopped, or has just found the function, closes it within moments. */
enum { CLOSED_LIMIT_MS = 10 * 1000 };

struct run {
	struct sys *s;
	struct arena *mem;
	struct journal *j;
	apply_progress *progress;
	void *data;
};

static void tell(const struct run *run, const struct step *step, bool is_back)
{
	if (run->progress)
		run->progress(run->data, step, is_back);
}

static int refuse_stale(struct arena *mem, const struct step *step, const struct value *now, struct err *e)
{
	(void)err_set(e, -ESTALE, "%s is %s now; when this was planned it was %s", step->target,
	    value_describe(mem, step->kind, now), value_describe(mem, step->kind, &step->have));
	return err_hint(e, "somebody else changed it meanwhile: try again");
}

/* Every move must still find what the plan saw, or the plan is stale. */
static int check_fresh(const struct run *run, struct err *e)
{
	for (size_t i = 0; i < run->j->plan.n_steps; i++) {
		const struct step *step = &run->j->plan.steps[i];
		struct value now = {0};
		int state;

		if (step->type != STEP_MOVE)
			continue;
		state = move_state(run->s, run->mem, step, &now, e);
		if (state < 0)
			return state;
		if (state == STATE_GONE)
			return err_set(e, -ENODEV, "%s is gone", step->target);
		/* Who was to be ended has ended by himself. */
		if (state == STATE_WANT && step->kind == KIND_PROCESS)
			continue;
		if (state != STATE_HAVE)
			return refuse_stale(run->mem, step, &now, e);
	}
	return 0;
}

static int refuse_foreign(const struct run *run, const struct step *step, const struct value *now, struct err *e)
{
	char id[CHANGE_ID_TEXT];

	(void)err_set(e, -ESTALE, "%s is %s, which is none of ours: somebody else changed it", step->target,
	    value_describe(run->mem, step->kind, now));
	return err_hint(e, "nothing was overwritten; put it right by hand, then passthru recover --abandon %s",
	    change_id_format(run->j->id, run->j->is_lasting, id));
}

/* Going back takes functions from VFIO; a guest may have started on them since. */
static int check_unheld(const struct run *run, const struct step *move, const struct value *now, struct err *e)
{
	struct step unheld = {.type = STEP_REQUIRE, .kind = KIND_UNHELD, .want = {.flag = true}};
	char path[SYS_PATH], node[SYS_PATH];
	const char *group;

	if (move->kind != KIND_BINDING || !now->driver || !str_eq(now->driver, move->want.driver) ||
	    !str_eq(move->want.driver, move->want.driver_override))
		return 0; /* not with the driver we gave it for a guest */
	group = sys_link_base(run->s, run->mem, sys_path(path, "sys/bus/pci/devices/%s/iommu_group", move->target));
	if (!group)
		return err_set(e, -EIO, "cannot tell the IOMMU group of %s, so a guest may have it open", move->target);
	unheld.target = sys_path(node, "/dev/vfio/%s", group);
	return condition_check(run->s, run->mem, &unheld, e);
}

/* Going back may also take a function from the host's driver again, which somebody may have found there: a service that
 * was started, a desktop that looks for sound cards. Their ends are waited for; the kernel would wait for ever. */
static int check_closed(const struct run *run, const struct step *move, const struct value *now, struct err *e)
{
	if (move->kind != KIND_BINDING || !now->driver || str_eq(now->driver, move->have.driver) ||
	    str_eq(move->want.driver, move->want.driver_override))
		return 0; /* not with the host's driver, or nothing to be taken off */
	return await_closed(run->s, move->target, CLOSED_LIMIT_MS, e);
}

/* One move back; what is back already, or gone, needs nothing. */
static int move_back(const struct run *run, const struct step *move, struct err *e)
{
	struct step back = *move;
	struct value now = {0};
	int state, r;

	if (move->back == BACK_NONE)
		return 0; /* said beforehand */
	state = move_state(run->s, run->mem, move, &now, e);
	if (state < 0)
		return state;
	if (state == STATE_HAVE || state == STATE_GONE)
		return 0;
	if (state == STATE_FOREIGN)
		return refuse_foreign(run, move, &now, e);
	r = check_unheld(run, move, &now, e);
	if (r == 0)
		r = check_closed(run, move, &now, e);
	if (r < 0)
		return r;
	back.have = move->want;
	back.want = move->have;
	tell(run, &back, true);
	r = move_set(run->s, run->mem, &back, &now, e);
	if (r < 0 && r != -ETIME && move->back == BACK_BEST_EFFORT)
		return 0; /* said beforehand, too */
	if (r == -ENODEV && move->kind == KIND_ACCESS)
		return 0; /* the node is gone with its functions */
	/* Vanished while we worked on it: a final answer too. */
	if (r < 0 && r != -ETIME && move_state(run->s, run->mem, move, &now, NULL) == STATE_GONE)
		return 0;
	return r;
}

static enum apply_result be_stuck(const struct run *run)
{
	run->j->phase = PHASE_STUCK;
	/* Should this fail, the phase stays what it was, and recover finds the busy lock. */
	(void)journal_put(run->s, run->j, FOLDER_JOURNAL, NULL);
	return APPLY_STUCK;
}

/* Takes back what the first n steps did, last first. */
static enum apply_result roll_back(const struct run *run, size_t n, struct err *e)
{
	run->j->phase = PHASE_BACK;
	/* Should this fail, the journal says forward still, which recover ends in the same way. */
	(void)journal_put(run->s, run->j, FOLDER_JOURNAL, NULL);
	while (n-- > 0) {
		int r = 0;

		if (run->j->plan.steps[n].type == STEP_MOVE)
			r = move_back(run, &run->j->plan.steps[n], e);
		if (r < 0)
			return r == -ETIME ? be_stuck(run) : APPLY_NEEDS_RECOVER;
	}
	/* They may have run, or half of one may have. */
	if (derived_run(run->s, run->mem, &run->j->plan, e) < 0)
		return APPLY_NEEDS_RECOVER;
	run->j->phase = PHASE_ROLLED_BACK;
	return journal_finish(run->s, run->j, e) < 0 ? APPLY_NEEDS_RECOVER : APPLY_ROLLED_BACK;
}

/* Why it failed is said first; what came of the way back after it. */
static enum apply_result fail(const struct run *run, size_t n_steps, struct err *e)
{
	struct err why = *e, back = {0};
	enum apply_result result = roll_back(run, n_steps, &back);

	if (result == APPLY_ROLLED_BACK) {
		*e = why;
		return result;
	}
	(void)err_set(e, back.code, "%.220s; and going back failed: %.250s", why.what, back.what);
	(void)err_hint(e, "%s", back.hint[0] ? back.hint : "passthru recover tries again");
	return result;
}

static bool moves_between(const struct plan *p, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (p->steps[i].type == STEP_MOVE)
			return true;
	return false;
}

/* What was loaded, stopped or unloaded since the plan's own looks took its time, in which a guest may have started,
 * somebody mounted a disk or opened a node. */
static int check_again(const struct run *run, size_t next, struct err *e)
{
	const struct plan *p = &run->j->plan;
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->n_steps; i++) {
		const struct step *step = &p->steps[i];

		if (step->kind == KIND_UNHELD ||
		    ((step->kind == KIND_UNUSED || step->kind == KIND_USES) && moves_between(p, i, next)))
			r = condition_check(run->s, run->mem, step, e);
	}
	return r;
}

/* Requirements before the first move can still stop us without a trace. */
static int check_leading(const struct run *run, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < run->j->plan.n_steps; i++) {
		if (run->j->plan.steps[i].type == STEP_MOVE || kind_is_of_derived(run->j->plan.steps[i].kind))
			break;
		r = condition_check(run->s, run->mem, &run->j->plan.steps[i], e);
	}
	return r;
}

/* What is made from files is made anew, and looked at: a generator may say that all is well and have written nothing. */
static int derive(const struct run *run, struct err *e)
{
	const struct plan *p = &run->j->plan;
	int r;

	if (p->n_derived > 0) {
		run->j->phase = PHASE_DERIVED;
		/* Should this fail, the journal says forward still, which recover ends in the same way. */
		(void)journal_put(run->s, run->j, FOLDER_JOURNAL, NULL);
	}
	r = derived_run(run->s, run->mem, p, e);
	for (size_t i = 0; r == 0 && i < p->n_steps; i++)
		if (kind_is_of_derived(p->steps[i].kind)) {
			tell(run, &p->steps[i], false);
			r = condition_check(run->s, run->mem, &p->steps[i], e);
		}
	return r;
}

static int run_step(void *data, struct arena *mem, const struct step *step, struct err *e)
{
	const struct run *run = data;
	struct value now = {0};
	int state;

	tell(run, step, false);
	if (step->type != STEP_MOVE)
		return condition_check(run->s, mem, step, e);
	/* Steps before this one may have taken seconds: is it still what the plan saw? */
	state = move_state(run->s, mem, step, &now, e);
	if (state < 0)
		return state;
	if (state == STATE_GONE)
		return err_set(e, -ENODEV, "%s is gone", step->target);
	if (state == STATE_WANT)
		return 0;
	/* A node that came with a step before this one is what the kernel and udev made it. */
	if (state != STATE_HAVE && !(step->kind == KIND_ACCESS && *step->have.text == '\0' && state == STATE_BETWEEN))
		return refuse_stale(mem, step, &now, e);
	return move_set(run->s, mem, step, &now, e);
}

enum apply_result apply_journal(struct sys *s, struct arena *mem, struct journal *j, apply_progress *progress,
    void *data, struct err *e)
{
	struct run run = {s, mem, j, progress, data};
	bool has_moved = false;

	j->phase = PHASE_FORWARD;
	if (check_fresh(&run, e) < 0 || check_leading(&run, e) < 0)
		return APPLY_UNCHANGED;
	if (journal_put(s, j, FOLDER_JOURNAL, e) < 0)
		return journal_drop(s, j) == 0 ? APPLY_UNCHANGED : APPLY_NEEDS_RECOVER;
	for (size_t i = 0; i < j->plan.n_steps;) {
		const struct step *step = &j->plan.steps[i];
		size_t n = lanes_length(&j->plan, i);
		int r;

		if (step->type != STEP_MOVE && (!has_moved || kind_is_of_derived(step->kind))) {
			i++;
			continue; /* checked a moment ago, or at the end */
		}
		r = n > 0 && has_moved ? check_again(&run, i, e) : 0;
		has_moved = true;
		if (r < 0)
			n = 0;
		else if (n > 0)
			r = lanes_run(s, mem, step, n, run_step, &run, e);
		else
			r = run_step(&run, mem, step, e);
		i += n > 0 ? n : 1;
		if (r == -ETIME)
			return be_stuck(&run);
		if (r < 0)
			return fail(&run, i, e);
	}
	if (derive(&run, e) < 0)
		return fail(&run, j->plan.n_steps, e);
	j->phase = PHASE_DONE;
	if (journal_finish(s, j, e) < 0) {
		(void)err_add(e, "all is done, but it could not be put on record");
		(void)err_hint(e, "passthru recover ends it");
		return APPLY_NEEDS_RECOVER;
	}
	return APPLY_DONE;
}

/* A module to be unloaded is a matter of tidiness: it does not decide how a change ends. */
static bool is_tidying(const struct step *step)
{
	return step->type == STEP_MOVE && step->kind == KIND_MODULE && !step->want.flag;
}

static enum apply_result tidy_and_finish(const struct run *run, struct err *e)
{
	for (size_t i = 0; i < run->j->plan.n_steps; i++) {
		const struct step *step = &run->j->plan.steps[i];
		struct value now = {0};

		if (!is_tidying(step))
			continue;
		tell(run, step, false);
		if (move_state(run->s, run->mem, step, &now, e) < 0 || move_set(run->s, run->mem, step, &now, e) < 0)
			return APPLY_NEEDS_RECOVER;
	}
	/* Where that was looked at already, the record it closes may be closed: there is no way back any more. */
	if (run->j->phase != PHASE_DONE && derive(run, e) < 0)
		return fail(run, run->j->plan.n_steps, e);
	run->j->phase = PHASE_DONE;
	return journal_finish(run->s, run->j, e) < 0 ? APPLY_NEEDS_RECOVER : APPLY_DONE;
}

/* Neither does a console that is to come back: it does with its picture, or not at all. An interface goes with the driver
 * that it was set down for. */
static bool has_arrived(const struct step *move, int state)
{
	return state == STATE_WANT || is_tidying(move) || (move->kind == KIND_CONSOLE && move->want.flag) ||
	    (move->kind == KIND_INTERFACE && state == STATE_GONE);
}

/* Says that something may be begun, not that it has come out well; or is looked at when all is derived. */
static bool is_guarding(const struct step *step)
{
	return step->kind == KIND_UNHELD || step->kind == KIND_UNUSED || step->kind == KIND_USES || step->kind == KIND_IDENTITY ||
	    kind_is_of_derived(step->kind);
}

/* All moves arrived, and what comes after them holds. */
static int is_complete(const struct run *run, struct err *e)
{
	bool has_moved = false;

	for (size_t i = 0; i < run->j->plan.n_steps; i++) {
		const struct step *step = &run->j->plan.steps[i];
		struct value now = {0};
		int state;

		if (step->type != STEP_MOVE) {
			/* A guest may have the node by now; what guarded the moves is past. */
			if (has_moved && !is_guarding(step) && condition_check(run->s, run->mem, step, NULL) < 0)
				return 0;
			continue;
		}
		has_moved = true;
		state = move_state(run->s, run->mem, step, &now, e);
		if (state < 0)
			return state;
		if (!has_arrived(step, state))
			return 0;
	}
	return 1;
}

/* Looked for over all moves before the first write: where somebody else was at work, nothing is touched. */
static int check_foreign(const struct run *run, struct err *e)
{
	for (size_t i = 0; i < run->j->plan.n_steps; i++) {
		const struct step *step = &run->j->plan.steps[i];
		struct value now = {0};
		int state;

		if (step->type != STEP_MOVE)
			continue;
		state = move_state(run->s, run->mem, step, &now, e);
		if (state < 0)
			return state;
		if (state == STATE_FOREIGN)
			return refuse_foreign(run, step, &now, e);
	}
	return 0;
}

enum apply_result apply_recover(struct sys *s, struct arena *mem, struct journal *j, apply_progress *progress,
    void *data, struct err *e)
{
	struct run run = {s, mem, j, progress, data};
	bool was_going_back = j->phase == PHASE_BACK || j->phase == PHASE_ROLLED_BACK;
	int r = check_foreign(&run, e);

	if (r == 0)
		file_tidy(s, &j->plan);
	if (r < 0)
		return r == -EBUSY ? APPLY_STUCK : APPLY_NEEDS_RECOVER;
	r = was_going_back ? 0 : is_complete(&run, e);
	if (r < 0)
		return APPLY_NEEDS_RECOVER;
	if (r == 1)
		return tidy_and_finish(&run, e);
	return roll_back(&run, j->plan.n_steps, e);
}
