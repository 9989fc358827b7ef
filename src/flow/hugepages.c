/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/hugepages.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "flow/bind.h"
#include "plan/hugepages.h"
#include "sys/read_hugepages.h"

int flow_look_at_hugepages(struct flow *f, struct hugepages *ret, struct err *e)
{
	return read_hugepages(f->s, f->mem, ret, e);
}

int flow_find_node(struct flow *f, const char *word, int *ret, struct err *e)
{
	struct pci_addr addr;
	struct hugepages all;
	bool is_one_node = true;
	int r = flow_find_target(f, word, &addr, e);

	if (r < 0)
		return r;
	r = read_function_node(f->s, f->mem, addr, ret);
	if (r < 0)
		return err_set(e, r, "there is no PCI function %s", word);
	if (*ret != NODE_ANY)
		return 0;
	r = read_hugepages(f->s, f->mem, &all, e);
	if (r < 0)
		return r;
	for (size_t i = 0; i < all.n_pools; i++)
		is_one_node &= all.pools[i].node == all.pools[0].node;
	if (is_one_node) {
		*ret = all.n_pools > 0 ? all.pools[0].node : NODE_ANY;
		return 0;
	}
	(void)err_set(e, -ENODATA, "%s does not tell which NUMA node it is near", word);
	return err_hint(e, "the firmware is silent about it; --node=N says it, the board's manual knows");
}

/* ---- what both ways share ---- */

static const struct huge_pool *find_pool(const struct hugepages *h, const char *target)
{
	for (size_t i = 0; i < h->n_pools; i++)
		if (str_eq(h->pools[i].target, target))
			return &h->pools[i];
	return NULL;
}

/* Reading with every ledger known: what cannot be read is no answer here. */
static int read_known(struct flow *f, struct hugepages *ret, struct err *e)
{
	int r = read_hugepages(f->s, f->mem, ret, e);

	for (size_t i = 0; r == 0 && i < ret->n_pools; i++)
		if (ret->pools[i].has_ours == TRI_UNKNOWN)
			r = read_huge_ours(f->s, f->mem, &ret->pools[i], e);
	return r;
}

/* An interrupted change of the same pool decides first. */
static int check_interrupted(struct flow *f, const struct plan *p, struct err *e)
{
	struct journal *journals;
	size_t n;
	int r = journal_read(f->s, f->mem, FOLDER_JOURNAL, &journals, &n, e);

	for (size_t i = 0; r == 0 && i < n; i++)
		for (size_t k = 0; k < journals[i].plan.n_steps; k++)
			for (size_t m = 0; m < p->n_steps; m++) {
				const struct step *theirs = &journals[i].plan.steps[k];

				if (theirs->kind != KIND_HUGEPAGES || !str_eq(theirs->target, p->steps[m].target))
					continue;
				(void)err_set(e, -EUCLEAN, "change %u (%s) was interrupted and is in the way", journals[i].id,
				    journals[i].wish);
				return err_hint(e, "passthru recover brings it to an end");
			}
	return r;
}

static const char *place(struct flow *f, const struct huge_pool *p)
{
	return p->node == NODE_ANY ? "" : arena_printf(f->mem, " on node %d", p->node);
}

/* ---- reserving ---- */

/* What came of it, where that is not what was asked. */
static void note_result(struct flow *f, struct change *c)
{
	struct hugepages now;

	if (read_hugepages(f->s, f->mem, &now, NULL) < 0)
		return;
	for (size_t i = 0; i < c->plan.n_steps; i++) {
		const struct step *s = &c->plan.steps[i];
		const struct huge_pool *p = find_pool(&now, s->target);
		uint64_t asked = s->want.number - s->have.number, got;

		if (!p || p->has_ours == TRI_UNKNOWN)
			continue;
		got = p->ours > s->have.number ? p->ours - s->have.number : 0;
		if (got < asked)
			flow_note(f, c,
			    arena_printf(f->mem, "%llu of %llu pages came%s: more memory could not be had in one piece",
				(unsigned long long)got, (unsigned long long)asked, place(f, p)));
		if (p->free < got)
			flow_note(f, c,
			    arena_printf(f->mem, "%llu of the pages%s are in use already: surplus pages of somebody became lasting ones",
				(unsigned long long)(got - p->free), place(f, p)));
	}
}

static void note_use(struct flow *f, struct change *c, const struct hugepages *before)
{
	const struct huge_pool *p = c->plan.n_steps > 0 ? find_pool(before, c->plan.steps[0].target) : NULL;

	if (p)
		flow_note(f, c,
		    arena_printf(f->mem, "for a guest: qemu … -mem-prealloc -mem-path DIR, DIR a hugetlbfs of %s (/dev/hugepages has the "
			"kernel's default size); libvirt: <memoryBacking><hugepages/></memoryBacking>", size_words(f->mem, p->page_kb)));
}

static int plan_reserve(struct flow *f, const struct hugepages_wish *wish, bool is_dry_run, struct change *ret, struct err *e)
{
	struct hugepages before;
	/* A dry run needs no rights; what is ours already is then taken to be none. */
	int r = is_dry_run ? read_hugepages(f->s, f->mem, &before, e) : read_known(f, &before, e);

	if (r == 0)
		r = plan_hugepages(f->mem, &before, wish, &ret->plan, e);
	if (r < 0)
		return r;
	for (size_t i = 0; i < ret->plan.n_steps; i++) {
		const struct step *s = &ret->plan.steps[i];
		const struct huge_pool *p = find_pool(&before, s->target);
		uint64_t asked = s->want.number - s->have.number;

		if (p && p->has_memory && asked * p->page_kb > p->free_kb)
			flow_note(f, ret,
			    arena_printf(f->mem, "only %s are free%s: the kernel drops cached files for the rest, or gives fewer pages",
				size_words(f->mem, p->free_kb), place(f, p)));
	}
	note_use(f, ret, &before);
	return 0;
}

enum outcome flow_reserve_hugepages(struct flow *f, const struct hugepages_wish *wish, const struct change_options *options,
    struct change *ret, struct err *e)
{
	struct session session = {.f = f, .lock = -1};
	enum outcome outcome = OUTCOME_FAILED;

	*ret = (struct change){0};
	if (options->is_dry_run)
		return plan_reserve(f, wish, true, ret, e) < 0 ? OUTCOME_FAILED : OUTCOME_DONE;
	if (session_open(f, options->wish, &session, e) == 0 && plan_reserve(f, wish, false, ret, e) == 0) {
		if (check_interrupted(f, &ret->plan, e) < 0)
			outcome = flow_fail(e);
		else
			outcome = flow_carry_out(&session, "hugepages", options, true, 0, ret, e);
	}
	if (outcome == OUTCOME_DONE)
		note_result(f, ret);
	session_close(&session);
	return outcome;
}

/* ---- giving back ---- */

static bool takes_hugepages(const struct journal *j)
{
	for (size_t i = 0; i < j->plan.n_steps; i++)
		if (j->plan.steps[i].kind == KIND_HUGEPAGES)
			return true;
	return false;
}

/* One record, or with NULL what no record tells of any more (set aside by hand). */
static enum outcome release_one(struct session *session, const struct journal *held, const struct change_options *options,
    struct change *one, struct err *e)
{
	struct flow *f = session->f;
	struct hugepages now;

	*one = (struct change){0};
	if (read_known(f, &now, e) < 0)
		return OUTCOME_FAILED;
	plan_hugepages_release(f->mem, &now, held ? &held->plan : NULL, &one->plan);
	if (check_interrupted(f, held ? &held->plan : &one->plan, e) < 0)
		return flow_fail(e);
	if (plan_count_moves(&one->plan) > 0)
		return flow_carry_out(session, "hugepages", options, false, held ? held->id : 0, one, e);
	if (held && journal_move(f->s, held->id, FOLDER_HELD, FOLDER_HISTORY, e) < 0)
		return OUTCOME_FAILED;
	return OUTCOME_NOTHING;
}

static void join(struct flow *f, struct change *all, const struct change *one)
{
	for (size_t i = 0; i < one->plan.n_steps; i++)
		*ARENA_PUSH(f->mem, all->plan.steps, all->plan.n_steps) = one->plan.steps[i];
	if (one->id != 0)
		all->id = one->id;
}

static enum outcome release_all(struct session *session, const struct change_options *options, struct change *ret,
    struct err *e)
{
	struct flow *f = session->f;
	enum outcome result = OUTCOME_NOTHING;
	struct journal *held;
	size_t n;

	if (journal_read(f->s, f->mem, FOLDER_HELD, &held, &n, e) < 0)
		return OUTCOME_FAILED;
	/* The last round is for what is left without a record. */
	for (size_t i = n + 1; i-- > 0;) {
		const struct journal *record = i > 0 ? &held[i - 1] : NULL;
		struct change one;
		enum outcome o;

		if (record && !takes_hugepages(record))
			continue;
		o = release_one(session, record, options, &one, e);
		join(f, ret, &one);
		if (o != OUTCOME_DONE && o != OUTCOME_NOTHING) {
			if (result == OUTCOME_NOTHING || o == OUTCOME_STUCK)
				return o;
			(void)err_add(e, "some pages are given back, but not those of change %u", record ? record->id : 0);
			return OUTCOME_NEEDS_RECOVER;
		}
		if (o == OUTCOME_DONE)
			result = OUTCOME_DONE;
	}
	return result;
}

/* Pages in use stay until their user lets go. */
static void note_surplus(struct flow *f, const struct hugepages *before, struct change *c)
{
	struct hugepages now;

	if (read_hugepages(f->s, f->mem, &now, NULL) < 0)
		return;
	for (size_t i = 0; i < now.n_pools; i++) {
		const struct huge_pool *p = &now.pools[i], *old = find_pool(before, p->target);

		if (old && p->surplus > old->surplus)
			flow_note(f, c,
			    arena_printf(f->mem, "%llu pages of %s%s are in use (surplus_hugepages): the kernel frees each when its user "
				"lets go, a guest when it ends", (unsigned long long)(p->surplus - old->surplus),
				size_words(f->mem, p->page_kb), place(f, p)));
	}
}

static enum outcome plan_release_all(struct flow *f, const struct hugepages *now, struct change *ret)
{
	plan_hugepages_release(f->mem, now, NULL, &ret->plan);
	for (size_t i = 0; i < ret->plan.n_steps; i++) {
		const struct step *s = &ret->plan.steps[i];
		const struct huge_pool *p = find_pool(now, s->target);

		if (p && s->have.number > p->free)
			flow_note(f, ret,
			    arena_printf(f->mem, "%llu of these pages%s are in use: they go when their user lets go",
				(unsigned long long)(s->have.number - p->free), place(f, p)));
	}
	return plan_count_moves(&ret->plan) > 0 ? OUTCOME_DONE : OUTCOME_NOTHING;
}

enum outcome flow_release_hugepages(struct flow *f, const struct change_options *options, struct change *ret,
    struct err *e)
{
	struct session session = {.f = f, .lock = -1};
	enum outcome outcome = OUTCOME_FAILED;
	struct hugepages before;

	*ret = (struct change){0};
	if (options->is_dry_run)
		return read_known(f, &before, e) < 0 ? OUTCOME_FAILED : plan_release_all(f, &before, ret);
	if (session_open(f, options->wish, &session, e) == 0 && read_known(f, &before, e) == 0) {
		outcome = release_all(&session, options, ret, e);
		note_surplus(f, &before, ret);
	}
	session_close(&session);
	return outcome;
}
