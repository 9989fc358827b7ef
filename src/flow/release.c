/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "flow/bind.h"
#include "model/unit.h"
#include "sys/read_access.h"
#include "sys/read_host.h"

/* The functions a record took: what must be read and leased. */
static size_t record_targets(struct arena *mem, const struct plan *p, struct pci_addr **ret)
{
	struct pci_addr addr;
	size_t n = 0;

	*ret = NULL;
	for (size_t i = 0; i < p->n_steps; i++)
		if (plan_concerns(p, &p->steps[i]) && pci_addr_parse(p->steps[i].target, &addr))
			*ARENA_PUSH(mem, *ret, n) = addr;
	return n;
}

/* The driver a function came from may have been unloaded since. */
static int add_native_modules(struct flow *f, const struct plan *taken, struct host *h, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < taken->n_steps; i++) {
		const struct step *s = &taken->steps[i];

		if (s->kind == KIND_BINDING && s->have.driver)
			r = flow_add_driver_modules(f, s->target, s->have.driver, h, e);
	}
	return r;
}

/* One plan behind another. */
static void join_plan(struct arena *mem, struct plan *all, const struct plan *one)
{
	for (size_t i = 0; i < one->n_steps; i++)
		*ARENA_PUSH(mem, all->steps, all->n_steps) = one->steps[i];
}

static bool plan_loads(const struct plan *p, const char *module)
{
	for (size_t i = 0; i < p->n_steps; i++)
		if (p->steps[i].kind == KIND_MODULE && str_eq(p->steps[i].target, module))
			return true;
	return false;
}

/* The last thing each module saw of the changes that are over, in the order of first loading. */
static size_t last_module_steps(struct arena *mem, const struct journal *over, size_t n_over, const struct step ***ret)
{
	size_t n = 0;

	*ret = NULL;
	for (size_t i = 0; i < n_over; i++)
		for (size_t k = 0; over[i].phase == PHASE_DONE && k < over[i].plan.n_steps; k++) {
			const struct step *s = &over[i].plan.steps[k];
			size_t at = 0;

			if (s->kind != KIND_MODULE)
				continue;
			while (at < n && !str_eq((*ret)[at]->target, s->target))
				at++;
			if (at < n)
				(*ret)[at] = s;
			else
				*ARENA_PUSH(mem, *ret, n) = s;
		}
	return n;
}

/* Modules that an earlier change loaded and, being given back first, could not unload: the last one does. */
static int add_left_modules(struct flow *f, const struct plan *taken, struct plan *p, struct err *e)
{
	const struct step **steps;
	struct journal *over;
	size_t n;
	int r = journal_read(f->s, f->mem, FOLDER_HISTORY, &over, &n, e);

	if (r < 0)
		return r;
	n = last_module_steps(f->mem, over, n, &steps);
	for (size_t i = 0; i < n; i++)
		if (steps[i]->want.flag && !plan_loads(taken, steps[i]->target))
			*ARENA_PUSH(f->mem, p->steps, p->n_steps) = *steps[i];
	return 0;
}

/* 1: it is to be started again. A unit that is gone, or whose manager is, cannot be: nothing to give back. */
static int is_stopped(struct flow *f, const char *target)
{
	struct sys_unit unit;
	int r;

	if (!unit_target_parse(target, &unit.name, &unit.is_user, &unit.uid) || !f->s->ops->unit_active)
		return 0;
	r = f->s->ops->unit_active(f->s, &unit);
	if (r == -ENOENT || r == -ENODEV)
		return 0;
	return r < 0 ? r : r == 0;
}

/* Where its picture went the console did. The driver that comes back mostly takes it back by itself, but that is seen only
 * then; and should it all be taken back, the console must let go first. */
static int is_console_unbound(struct flow *f, const char *console)
{
	char path[SYS_PATH];
	int r;
	const char *text = sys_text(f->s, f->mem, sys_path(path, "sys/class/vtconsole/%s/bind", console), &r);

	if (!text)
		return r == -ENOENT ? 1 : r;
	return str_eq(text, "0");
}

/* Somebody else's later choice is left alone, and a node that is gone has gone with its driver. */
static int is_with_user(struct flow *f, const struct step *s)
{
	struct access access;
	int r = read_access(f->s, s->target, &access, NULL);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	return str_eq(access_format(f->mem, &access), s->want.text);
}

/* The record as it is to be given back now: modules that somebody unloaded by hand since need no unloading. */
static int plan_as_taken(struct flow *f, const struct plan *taken, struct plan *ret, struct err *e)
{
	struct plan all = {0}, p = {0};
	char path[SYS_PATH];

	if (add_left_modules(f, taken, &all, e) < 0)
		return e->code;
	join_plan(f->mem, &all, taken);
	for (size_t i = 0; i < all.n_steps; i++) {
		const struct step *s = &all.steps[i];
		int r = 1;

		if (s->kind == KIND_MODULE || s->kind == KIND_DEPENDANT)
			r = f->s->ops->exists(f->s, sys_path(path, "sys/module/%s", s->target));
		/* Loaded again by hand since, or started again: as it should be. */
		if (r >= 0 && s->kind == KIND_DEPENDANT)
			r = !r;
		if (s->kind == KIND_UNIT)
			r = is_stopped(f, s->target);
		if (s->kind == KIND_CONSOLE)
			r = is_console_unbound(f, s->target);
		if (s->kind == KIND_ACCESS)
			r = is_with_user(f, s);
		if (r < 0)
			return err_set(e, r, "cannot see what became of %s %s: %s", kind_name(s->kind), s->target, strerror(-r));
		if (r == 1)
			*ARENA_PUSH(f->mem, p.steps, p.n_steps) = *s;
	}
	*ret = p;
	return 0;
}

static int plan_record(struct flow *f, const struct journal *held, struct change *ret, struct err *e)
{
	struct read_request request = {.facets = FACET_OVERRIDE, .attributes = 1u << ATTR_RESET_METHOD};
	struct pci_addr *targets;
	struct plan taken;
	int r;

	*ret = (struct change){0};
	request.n_targets = record_targets(f->mem, &held->plan, &targets);
	request.targets = targets;
	r = plan_as_taken(f, &held->plan, &taken, e);
	if (r == 0)
		r = flow_look(f, &request, &ret->host, e);
	if (r == 0)
		r = add_native_modules(f, &held->plan, &ret->host, e);
	return r < 0 ? r : plan_release(f->mem, &ret->host, &taken, &ret->plan, e);
}

enum outcome flow_release_record(struct session *session, const struct journal *held, bool has_leases,
    const struct change_options *options, struct change *ret, struct err *e)
{
	struct flow *f = session->f;

	if (plan_record(f, held, ret, e) < 0)
		return OUTCOME_FAILED;
	if (plan_count_moves(&ret->plan) == 0) {
		/* A change that was cut off may yet take them again: its end decides. */
		if (session_check_interrupted(session, &held->plan, e) < 0)
			return flow_fail(e);
		/* Back already, or gone: only the record is left to close. */
		if (journal_move(f->s, held->id, FOLDER_HELD, FOLDER_HISTORY, e) < 0)
			return OUTCOME_FAILED;
		return OUTCOME_NOTHING;
	}
	if (!has_leases && session_lease(session, &ret->plan, &ret->host, NULL, 0, options->wish, e) < 0)
		return OUTCOME_FAILED;
	return flow_carry_out(session, "release", options, false, held->id, ret, e);
}

static bool record_has(const struct journal *j, struct pci_addr addr)
{
	char name[PCI_ADDR_TEXT];

	(void)pci_addr_format(addr, name);
	for (size_t i = 0; i < j->plan.n_steps; i++)
		if (plan_concerns(&j->plan, &j->plan.steps[i]) && str_eq(j->plan.steps[i].target, name))
			return true;
	return false;
}

static bool record_has_any(const struct journal *j, const struct pci_addr *targets, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (record_has(j, targets[i]))
			return true;
	return false;
}

/* Every target must be in a record, or it is not ours to give back. */
static int check_taken(struct flow *f, const struct journal *held, size_t n_held, const struct pci_addr *targets, size_t n,
    struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		const struct pci_function *function;
		char name[PCI_ADDR_TEXT];
		struct host h;
		bool is_taken = false;

		for (size_t k = 0; !is_taken && k < n_held; k++)
			is_taken = record_has(&held[k], targets[i]);
		if (is_taken)
			continue;
		if (flow_look(f, &(struct read_request){0}, &h, e) < 0)
			return e->code;
		function = host_find(&h, targets[i]);
		if (!function) {
			(void)err_set(e, -ENODEV, "there is no PCI function %s", pci_addr_format(targets[i], name));
			return err_hint(e, "passthru list shows those there are");
		}
		(void)err_set(e, -ENOENT, "passthru did not take %s; it is with %s", function->name,
		    function->driver ? function->driver : "no driver");
		return err_hint(e, "passthru bind --driver=NAME %s gives it to a driver by name", function->name);
	}
	return 0;
}

/* Everything the release would do, as one plan, doing nothing. */
static int plan_records(struct flow *f, const struct journal *held, size_t n_held, const struct pci_addr *targets, size_t n,
    struct change *ret, struct err *e)
{
	struct plan all = {0};

	/* The newest first: what was taken last stands on what was taken before. */
	for (size_t i = n_held; i-- > 0;) {
		if (!record_has_any(&held[i], targets, n))
			continue;
		if (plan_record(f, &held[i], ret, e) < 0)
			return e->code;
		join_plan(f->mem, &all, &ret->plan);
	}
	ret->plan = all;
	return 0;
}

static enum outcome release_records(struct session *session, const struct pci_addr *targets, size_t n,
    const struct change_options *options, struct change *ret, struct err *e)
{
	struct flow *f = session->f;
	enum outcome result = OUTCOME_NOTHING;
	struct journal *held;
	struct plan all = {0};
	size_t n_held;

	if (journal_read(f->s, f->mem, FOLDER_HELD, &held, &n_held, e) < 0)
		return OUTCOME_FAILED;
	if (session_check_interrupted_functions(session, targets, n, e) < 0)
		return flow_fail(e);
	if (check_taken(f, held, n_held, targets, n, e) < 0)
		return OUTCOME_FAILED;
	if (options->is_dry_run || options->expected) {
		if (plan_records(f, held, n_held, targets, n, ret, e) < 0 || flow_check_expected(options, &ret->plan, e) < 0)
			return OUTCOME_FAILED;
		if (options->is_dry_run)
			return plan_count_moves(&ret->plan) > 0 ? OUTCOME_DONE : OUTCOME_NOTHING;
	}
	for (size_t i = n_held; i-- > 0;) {
		enum outcome one;

		if (!record_has_any(&held[i], targets, n))
			continue;
		one = flow_release_record(session, &held[i], false, options, ret, e);
		join_plan(f->mem, &all, &ret->plan);
		ret->plan = all;
		if (one != OUTCOME_DONE && one != OUTCOME_NOTHING) {
			if (result == OUTCOME_NOTHING)
				return one;
			(void)err_add(e, "others are given back, but not those of change %u", held[i].id);
			return one == OUTCOME_STUCK ? one : OUTCOME_NEEDS_RECOVER;
		}
		if (one == OUTCOME_DONE)
			result = OUTCOME_DONE;
	}
	return result;
}

enum outcome flow_release(struct flow *f, const struct pci_addr *targets, size_t n_targets,
    const struct change_options *options, struct change *ret, struct err *e)
{
	struct session session = {.f = f, .lock = -1};
	enum outcome outcome = OUTCOME_FAILED;

	*ret = (struct change){0};
	if (options->is_dry_run || session_open(f, options->wish, &session, e) == 0)
		outcome = release_records(&session, targets, n_targets, options, ret, e);
	session_close(&session);
	return outcome;
}

enum outcome flow_change(struct flow *f, const struct bind_wish *wish, const struct change_options *options,
    struct change *ret, struct err *e)
{
	if (wish->verb == VERB_RELEASE)
		return flow_release(f, wish->targets, wish->n_targets, options, ret, e);
	return flow_bind(f, wish, options, ret, e);
}
