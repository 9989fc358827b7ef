/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "flow/bind.h"
#include "flow/memlock.h"
#include "flow/user.h"
#include "sys/read_holders.h"
#include "sys/read_host.h"
#include "sys/signals.h"

enum {
	STATUS_OWN = 125, /* as env(1): ours, cannot be run, not found */
	STATUS_CANNOT_RUN = 126,
	STATUS_NOT_FOUND = 127,
	LINGER_MS = 5000, /* the end of a holder or a signal wakes us before */
};

static int find_command(struct flow *f, const char *name, char path[SYS_PATH], int *ret_status, struct err *e)
{
	int r = f->s->ops->find_command(f->s, name, path, SYS_PATH);

	if (r == 0)
		return 0;
	*ret_status = r == -ENOENT || r == -ENOTDIR ? STATUS_NOT_FOUND : STATUS_CANNOT_RUN;
	return err_set(e, r, "cannot run %s: %s", name, *ret_status == STATUS_NOT_FOUND ? "there is no such command" : strerror(-r));
}

/* The nodes a guest opens: one for each group of what was taken for it. What was with VFIO before is somebody
 * else's, and so is whoever has it open. */
static size_t find_nodes(struct flow *f, const struct change *c, const char ***ret)
{
	int *functions;
	size_t n_functions = plan_functions(f->mem, &c->host, &c->plan, &functions), n = 0;

	*ret = NULL;
	for (size_t i = 0; i < n_functions; i++) {
		const struct pci_function *function = &c->host.functions[functions[i]];
		const char *node = arena_printf(f->mem, "/dev/vfio/%d", function->group);
		bool is_known = function->group < 0;

		for (size_t k = 0; !is_known && k < n; k++)
			is_known = str_eq((*ret)[k], node);
		if (!is_known)
			*ARENA_PUSH(f->mem, *ret, n) = node;
	}
	return n;
}

/* QEMU may have gone into the background: the devices are in use until the last descriptor is closed. */
static int wait_for_holders(struct flow *f, const char **nodes, size_t n_nodes, struct err *e)
{
	for (size_t i = 0; i < n_nodes;) {
		struct holders holders;
		int pids[64];
		cleanup_arena struct arena round = {0}; /* a guest may run for months */
		int r = read_vfio_holders(f->s, &round, nodes[i], &holders, e);

		if (r < 0)
			return r;
		if (holders.n == 0) {
			i++;
			continue;
		}
		for (size_t k = 0; k < holders.n && k < ARRAY_LEN(pids); k++)
			pids[k] = holders.items[k].pid;
		r = f->s->ops->linger(f->s, pids, holders.n < ARRAY_LEN(pids) ? holders.n : ARRAY_LEN(pids), LINGER_MS);
		if (r < 0)
			return err_set(e, r, "cannot wait for process %d: %s", pids[0], strerror(-r));
	}
	return 0;
}

static int lease_targets(struct session *session, const struct bind_wish *wish, const struct change *c, const char *text,
    struct err *e)
{
	struct arena *mem = session->f->mem;
	int *functions = NULL;
	size_t n = 0;

	for (size_t i = 0; i < wish->n_targets; i++) {
		const struct pci_function *f = host_find(&c->host, wish->targets[i]);
		bool is_known = !f;

		for (size_t k = 0; !is_known && k < n; k++)
			is_known = functions[k] == host_index(&c->host, f);
		if (!is_known)
			*ARENA_PUSH(mem, functions, n) = host_index(&c->host, f);
	}
	return session_lease(session, &c->plan, &c->host, functions, n, text, e);
}

/* Lock, plan, hand over, unlock; the leases stay. */
static enum outcome hand_over(struct session *session, const struct with_wish *wish, const struct change_options *options,
    struct change *ret, struct err *e)
{
	enum outcome outcome = OUTCOME_NOTHING;

	if (session_open(session->f, options->wish, session, e) < 0 || flow_plan_bind(session->f, &wish->bind, ret, e) < 0 ||
	    lease_targets(session, &wish->bind, ret, options->wish, e) < 0)
		return OUTCOME_FAILED;
	if (plan_count_moves(&ret->plan) > 0)
		outcome = flow_carry_out(session, "with", options, true, 0, ret, e);
	session_unlock(session);
	return outcome;
}

static enum outcome give_back(struct session *session, unsigned id, const struct change_options *options, struct err *e)
{
	struct flow *f = session->f;
	struct change change;
	struct journal *held;
	size_t n;

	if (session_lock(session, options->wish, e) < 0 || journal_read(f->s, f->mem, FOLDER_HELD, &held, &n, e) < 0)
		return OUTCOME_FAILED;
	for (size_t i = 0; i < n; i++)
		if (held[i].id == id)
			return flow_release_record(session, &held[i], true, options, &change, e);
	return OUTCOME_NOTHING; /* released by hand while the command ran */
}

/* QEMU would say so too, but only that it could not map memory. */
static void note_memlock(struct flow *f, const struct with_wish *wish, struct change *c)
{
	struct memlock limit = flow_memlock_of(f, f->s->pid);
	struct memlock_answer a;

	if (flow_judge_memlock(f, wish->argv, &limit, NULL, &a) && a.is_enough == TRI_NO)
		*ARENA_PUSH(f->mem, c->notes, c->n_notes) = arena_printf(f->mem, "%s (%s)", a.text, a.mends[0]);
}

static enum outcome run_between(struct session *session, const struct with_wish *wish, const char *path,
    const struct sys_user *user, const struct change_options *options, int *ret_status, struct change *c, struct err *e)
{
	struct flow *f = session->f;
	struct sys_credentials as = {.user = user};
	struct err why = {0}, back = {0};
	const char **nodes;
	size_t n_nodes = find_nodes(f, c, &nodes);
	enum outcome outcome = OUTCOME_NOTHING;
	int r;

	if (signals_are_pending()) {
		/* Told to end while the devices were handed over: nothing is started any more. */
		*ret_status = STATUS_OWN;
		r = err_set(&why, -EINTR, "interrupted before %s was started; the devices are given back", wish->argv[0]);
	} else {
		if (user)
			as.memlock_bytes = flow_memlock_for_user(f, user, wish->argv, c);
		else
			note_memlock(f, wish, c);
		if (wish->started)
			wish->started(wish->started_data, c);
		r = f->s->ops->run(f->s, path, wish->argv, user ? &as : NULL, ret_status);
	}
	if (r < 0 && why.code == 0) {
		*ret_status = STATUS_CANNOT_RUN;
		(void)err_set(&why, r, "cannot run %s%s%s: %s", path, user ? " as " : "", user ? user->name : "", strerror(-r));
	}
	if (c->id != 0)
		outcome = wait_for_holders(f, nodes, n_nodes, &back) < 0 ? OUTCOME_FAILED
									   : give_back(session, c->id, options, &back);
	if (outcome != OUTCOME_DONE && outcome != OUTCOME_NOTHING) {
		(void)err_add(&back, "the command has ended, but its devices could not be given back");
		*ret_status = STATUS_OWN;
		*e = back;
		if (!e->hint[0])
			(void)err_hint(e, "passthru release gives them back by hand, passthru recover once this process has ended");
		return outcome == OUTCOME_STUCK ? outcome : OUTCOME_NEEDS_RECOVER;
	}
	*e = why;
	return why.code != 0 ? OUTCOME_FAILED : OUTCOME_DONE;
}

enum outcome flow_with(struct flow *f, const struct with_wish *wish, const struct change_options *options,
    int *ret_status, struct change *ret, struct err *e)
{
	struct session session = {.f = f, .lock = -1};
	const struct sys_user *as = NULL;
	char path[SYS_PATH];
	enum outcome outcome = OUTCOME_FAILED;
	struct sys_user user;
	sigset_t before;

	*ret = (struct change){0};
	*ret_status = STATUS_OWN;
	if (find_command(f, wish->argv[0], path, ret_status, e) < 0)
		return OUTCOME_FAILED;
	if (wish->bind.user) {
		if (flow_find_user(f, wish->bind.user, &user, e) < 0)
			return OUTCOME_FAILED;
		as = &user;
	}
	if (options->is_dry_run)
		return flow_plan_bind(f, &wish->bind, ret, e) < 0 ? OUTCOME_FAILED : OUTCOME_DONE;
	/* Whatever ends us gives back first; the command gets the signals that are held here. */
	signals_hold(&before);
	outcome = hand_over(&session, wish, options, ret, e);
	if (outcome == OUTCOME_DONE || outcome == OUTCOME_NOTHING)
		outcome = run_between(&session, wish, path, as, options, ret_status, ret, e);
	session_close(&session);
	signals_restore(&before);
	return outcome;
}
