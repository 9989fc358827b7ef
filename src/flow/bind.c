/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/bind.h"
#include "flow/free.h"
#include "flow/user.h"
#include "flow/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "judge/verdict.h"
#include "sys/read_access.h"
#include "sys/read_host.h"
#include "sys/signals.h"

/* ---- drivers that may have to be loaded ---- */

static bool driver_exists(struct flow *f, const char *driver)
{
	char path[SYS_PATH];

	return f->s->ops->exists(f->s, sys_path(path, "sys/bus/pci/drivers/%s", driver)) == 1;
}

int flow_add_driver_modules(struct flow *f, const char *function, const char *driver, struct host *h, struct err *e)
{
	char path[SYS_PATH], module[128];
	char *modalias;
	int r;

	if (driver_exists(f, driver))
		return 0;
	/* A module mostly bears its driver's name; where not, the function's own alias finds it. */
	r = read_module_chain(f->s, f->mem, h, driver);
	if (r == 0)
		return 0;
	modalias = sys_text(f->s, f->mem, sys_path(path, "sys/bus/pci/devices/%s/modalias", function), NULL);
	(void)err_set(e, -ENOENT, "there is no driver called %s, nor a module of that name", driver);
	if (!modalias || f->s->ops->module_for(f->s, modalias, module, sizeof(module)) < 0)
		return err_hint(e, "ls /sys/bus/pci/drivers shows the drivers there are");
	return err_hint(e, "module %s fits %s; modprobe it, then look below /sys/bus/pci/drivers for its driver", module,
	    function);
}

/* The best VFIO driver of each function that moves, and the modules that bring them. */
static int add_vfio_modules(struct flow *f, struct change *c, struct err *e)
{
	int *functions;
	size_t n = plan_functions(f->mem, &c->host, &c->plan, &functions);
	int r = read_vfio_modules(f->s, f->mem, &c->host, e);

	for (size_t i = 0; r == 0 && i < n; i++) {
		const char *module;

		read_vfio_driver(f->s, f->mem, &c->host.functions[functions[i]], &module);
		if (module)
			r = read_module_chain(f->s, f->mem, &c->host, module);
		if (r < 0)
			(void)err_set(e, r, "module %s, the VFIO driver for %s, cannot be found", module,
			    c->host.functions[functions[i]].name);
	}
	return r;
}

static int add_modules(struct flow *f, const struct bind_wish *wish, struct change *c, struct err *e)
{
	char name[PCI_ADDR_TEXT];
	int r = 0;

	if (wish->verb == VERB_UNBIND)
		return 0;
	if (!wish->driver)
		return add_vfio_modules(f, c, e);
	if (str_eq(wish->driver, "vfio-pci"))
		return read_vfio_modules(f->s, f->mem, &c->host, e);
	for (size_t i = 0; r == 0 && i < wish->n_targets; i++)
		r = flow_add_driver_modules(f, pci_addr_format(wish->targets[i], name), wish->driver, &c->host, e);
	return r;
}

/* ---- what the person should know ---- */

static bool is_target(const struct bind_wish *wish, const char *name)
{
	char text[PCI_ADDR_TEXT];

	for (size_t i = 0; i < wish->n_targets; i++)
		if (str_eq(pci_addr_format(wish->targets[i], text), name))
			return true;
	return false;
}

static void note_companions(struct flow *f, const struct bind_wish *wish, struct change *c)
{
	for (size_t i = 0; i < c->plan.n_steps; i++) {
		const struct step *step = &c->plan.steps[i];

		if (step->kind != KIND_BINDING || is_target(wish, step->target))
			continue;
		if (step->want.driver)
			flow_note(f, c, arena_printf(f->mem, "%s goes along: it belongs to the same card", step->target));
		else
			flow_note(f, c,
			    arena_printf(f->mem, "%s is parked without a driver: it shares the IOMMU group", step->target));
	}
}

static void note_lost_groups(struct flow *f, struct change *c)
{
	int *groups;
	size_t n = plan_groups_no_longer_viable(f->mem, &c->host, &c->plan, &groups);

	for (size_t i = 0; i < n; i++)
		flow_note(f, c,
		    arena_printf(f->mem, "IOMMU group %d is no longer viable: VFIO will not take it until all of it is free again",
			groups[i]));
}

/* What was overridden is said once more, for the record. */
static void note_allowed_guards(struct flow *f, const struct bind_wish *wish, struct change *c)
{
	struct guard *guards;
	size_t n = plan_allowed_guards(f->mem, &c->host, wish, &c->plan, &guards);

	for (size_t i = 0; i < n; i++)
		flow_note(f, c,
		    arena_printf(f->mem, "%s, allowed although %s", c->host.functions[guards[i].function].name, guards[i].text));
}

/* ---- bind ---- */

/* What the verdicts say of resetting is said before anything moves. */
static void note_resets(struct flow *f, const struct bind_wish *wish, struct change *c)
{
	for (size_t i = 0; i < wish->n_targets; i++) {
		const struct pci_function *function = host_find(&c->host, wish->targets[i]);
		struct verdict v = judge_function(f->mem, &c->host, function);

		for (size_t k = 0; k < v.n_notes; k++)
			if (str_eq(v.notes[k].id, "no-reset") || str_eq(v.notes[k].id, "bus-reset-only"))
				flow_note(f, c, arena_printf(f->mem, "%s: %s", function->name, v.notes[k].text));
	}
}

/* Whose nodes they are to be, and whose they are. */
static int look_for_user(struct flow *f, struct bind_wish *wish, struct change *c, struct err *e)
{
	struct sys_user user;
	int r = flow_find_user(f, wish->user, &user, e);

	if (r < 0)
		return r;
	wish->user = user.name; /* a number that has a name is said by it */
	wish->uid = user.uid;
	wish->gid = user.gid;
	return read_accesses(f->s, f->mem, &c->host, e);
}

int flow_plan_bind(struct flow *f, const struct bind_wish *as_typed, struct change *ret, struct err *e)
{
	struct bind_wish known = *as_typed;
	const struct bind_wish *wish = &known;
	struct read_request request = {.facets = FACET_TOPOLOGY | FACET_GROUPS | FACET_OVERRIDE,
	    .targets = wish->targets,
	    .n_targets = wish->n_targets,
	    .attributes = 1u << ATTR_RESET_METHOD | 1u << ATTR_VFS,
	    .has_uses = true,
	    .may_try = true};
	int r = flow_look(f, &request, &ret->host, e);

	if (r == 0 && wish->server_type != SERVER_UNKNOWN) {
		ret->host.server_type = wish->server_type;
		ret->host.server_evidence = NULL;
	}
	if (r == 0 && wish->user)
		r = look_for_user(f, &known, ret, e);
	/* Whether it may go at all is said before a missing module is. */
	if (r == 0)
		r = plan_bind(f->mem, &ret->host, wish, &ret->plan, e);
	if (r == 0 && plan_count_moves(&ret->plan) > 0) {
		r = flow_read_holders(f, ret, e);
		if (r == 0 && f->s->is_live)
			r = add_modules(f, wish, ret, e);
		if (r == 0)
			r = plan_bind(f->mem, &ret->host, wish, &ret->plan, e);
	}
	if (r < 0)
		return r;
	if (plan_count_moves(&ret->plan) == 0)
		return 0;
	note_allowed_guards(f, wish, ret);
	if (wish->driver || wish->verb == VERB_UNBIND) {
		note_lost_groups(f, ret);
	} else {
		note_companions(f, wish, ret);
		note_resets(f, wish, ret);
	}
	if (wish->user)
		flow_note_user(f, wish, ret);
	return 0;
}

int flow_check_expected(const struct change_options *options, const struct plan *p, struct err *e)
{
	if (!options->expected || plan_equal(options->expected, p))
		return 0;
	(void)err_set(e, -ESTALE, "planned again, the steps are not those of the file: the host has changed since");
	return err_hint(e, "make the plan anew with --dry-run --json, and look at it before applying it");
}

enum outcome flow_fail(const struct err *e)
{
	switch (e->code) {
	case -EUCLEAN:
		return OUTCOME_NEEDS_RECOVER;
	default:
		return OUTCOME_FAILED;
	}
}

enum outcome flow_carry_out(struct session *session, const char *verb, const struct change_options *options, bool is_held,
    unsigned closes, struct change *c, struct err *e)
{
	struct flow *f = session->f;
	enum outcome outcome;
	struct journal j;
	sigset_t before;
	int r = session_check_interrupted(session, &c->plan, e);

	if (r == 0)
		r = session_journal(session, verb, options, &c->plan, &j, e);
	if (r < 0)
		return flow_fail(e);
	j.is_held = is_held;
	j.closes = closes;
	j.closes_too = session->closes;
	j.n_closes_too = session->n_closes;
	c->id = j.id;
	c->is_lasting = j.is_lasting;
	signals_hold(&before);
	outcome = outcome_of_apply(apply_journal(f->s, f->mem, &j, f->progress, f->progress_data, e));
	flow_log_change(f, &j, NULL, outcome, e);
	signals_restore(&before);
	return outcome;
}

enum outcome flow_change_lasting(struct flow *f, const char *verb, flow_planner *plan, const void *wish,
    const struct change_options *options, struct change *ret, struct err *e)
{
	struct session session = {.f = f, .lock = -1};
	enum outcome outcome;

	*ret = (struct change){.is_lasting = true};
	if (!options->is_dry_run && session_open(f, options->wish, &session, e) < 0)
		outcome = OUTCOME_FAILED;
	else if (plan(f, wish, ret, e) < 0)
		outcome = OUTCOME_FAILED;
	else if (!plan_is_lasting(&ret->plan))
		outcome = OUTCOME_NOTHING;
	else if (options->is_dry_run)
		outcome = OUTCOME_DONE;
	else
		outcome = flow_carry_out(&session, verb, options, plan_count_moves(&ret->plan) > 0, 0, ret, e);
	session_close(&session);
	return outcome;
}

enum outcome flow_bind(struct flow *f, const struct bind_wish *wish, const struct change_options *options,
    struct change *ret, struct err *e)
{
	struct session session = {.f = f, .lock = -1};
	enum outcome outcome = OUTCOME_FAILED;
	bool is_held = wish->verb != VERB_UNBIND && (!wish->driver || judge_is_vfio_driver(wish->driver));

	*ret = (struct change){0};
	if (options->is_dry_run) {
		if (flow_plan_bind(f, wish, ret, e) < 0)
			return OUTCOME_FAILED;
		return plan_count_moves(&ret->plan) > 0 ? OUTCOME_DONE : OUTCOME_NOTHING;
	}
	if (session_open(f, options->wish, &session, e) < 0 || flow_plan_bind(f, wish, ret, e) < 0)
		outcome = OUTCOME_FAILED;
	else if (flow_check_expected(options, &ret->plan, e) < 0)
		outcome = OUTCOME_FAILED;
	else if (plan_count_moves(&ret->plan) == 0)
		outcome = OUTCOME_NOTHING;
	else if (session_lease(&session, &ret->plan, &ret->host, NULL, 0, options->wish, e) == 0)
		outcome = flow_carry_out(&session, verb_name(wish->verb), options, is_held, 0, ret, e);
	session_close(&session);
	return outcome;
}
