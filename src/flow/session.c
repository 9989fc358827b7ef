/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "flow/log.h"

enum {
	LOCK_LIMIT_MS = 60 * 1000, /* a change takes seconds; one that is stuck has dropped the lock */
	LOCK_POLL_MS = 50,
};

void flow_note(struct flow *f, struct change *c, const char *text)
{
	*ARENA_PUSH(f->mem, c->notes, c->n_notes) = text;
}

enum outcome outcome_of_apply(enum apply_result r)
{
	static const enum outcome outcomes[] = {
	    [APPLY_DONE] = OUTCOME_DONE,
	    [APPLY_UNCHANGED] = OUTCOME_FAILED,
	    [APPLY_ROLLED_BACK] = OUTCOME_ROLLED_BACK,
	    [APPLY_NEEDS_RECOVER] = OUTCOME_NEEDS_RECOVER,
	    [APPLY_STUCK] = OUTCOME_STUCK,
	};

	return outcomes[r];
}

/* "1234 (bind 01:00.0)": who, for whoever waits. */
static const char *owner_text(struct flow *f, const char *wish)
{
	return arena_printf(f->mem, "%d (passthru %s)", f->s->pid, wish);
}

int session_lock(struct session *s, const char *wish, struct err *e)
{
	struct sys *sys = s->f->s;
	const char *text = owner_text(s->f, wish);
	int64_t start = sys->ops->now_ms(sys), told = 0;
	char holder[256];

	for (;;) {
		int64_t waited = sys->ops->now_ms(sys) - start;
		int r = sys->ops->lock(sys, "run/passthru/lock", text, holder, sizeof(holder));

		if (r >= 0) {
			s->lock = r;
			return 0;
		}
		if (r != -EWOULDBLOCK)
			return err_set(e, r, "cannot lock /run/passthru/lock: %s", strerror(-r));
		if (waited >= LOCK_LIMIT_MS || sys->ops->sleep_ms(sys, LOCK_POLL_MS) < 0) {
			(void)err_set(e, -EBUSY, "another passthru is at work: process %s", holder);
			return err_hint(e, "wait until it is done, then try again");
		}
		if (waited >= 2000 && waited / 1000 != told && sys->waiting)
			sys->waiting(sys->waiting_data, "another passthru to finish", (unsigned)(waited / 1000),
			    LOCK_LIMIT_MS / 1000);
		told = waited / 1000;
	}
}

int session_open(struct flow *f, const char *wish, struct session *ret, struct err *e)
{
	int r;

	*ret = (struct session){.f = f, .lock = -1};
	if (!f->s->is_live) {
		(void)err_set(e, -EROFS, "only the running host can be changed so; --root shows a recorded one");
		return err_hint(e, "--dry-run shows what would be done there");
	}
	if (!f->s->may_write) {
		(void)err_set(e, -EPERM, "this changes the machine and needs root");
		return err_hint(e, "run it with sudo; --dry-run shows the plan without");
	}
	r = journal_init(f->s, e);
	return r < 0 ? r : session_lock(ret, wish, e);
}

void session_unlock(struct session *s)
{
	if (s->lock >= 0)
		s->f->s->ops->unlock(s->f->s, s->lock);
	s->lock = -1;
}

void session_close(struct session *s)
{
	for (size_t i = 0; i < s->n_leases; i++)
		s->f->s->ops->unlock(s->f->s, s->leases[i]);
	s->n_leases = 0;
	session_unlock(s);
}

static int lease_one(struct session *s, const char *function, const char *text, struct err *e)
{
	char path[SYS_PATH], holder[256];
	size_t n = s->n_leases;
	int r;

	/* Two records of one function may be given back in one go. */
	for (size_t i = 0; i < n; i++)
		if (str_eq(s->leased[i], function))
			return 0;
	r = s->f->s->ops->lock(
	    s->f->s, sys_path(path, "run/passthru/lease/%s", function), text, holder, sizeof(holder));

	if (r == -EWOULDBLOCK) {
		(void)err_set(e, -EBUSY, "%s is in use by process %s", function, holder);
		return err_hint(e, "it is given back when that process ends");
	}
	if (r < 0)
		return err_set(e, r, "cannot take the lease on %s: %s", function, strerror(-r));
	*ARENA_PUSH(s->f->mem, s->leased, n) = arena_strdup(s->f->mem, function);
	*ARENA_PUSH(s->f->mem, s->leases, s->n_leases) = r;
	return 0;
}

int session_lease(struct session *s, const struct plan *p, const struct host *h, const int *functions, size_t n,
    const char *wish, struct err *e)
{
	const char *text = owner_text(s->f, wish);
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = lease_one(s, h->functions[functions[i]].name, text, e);
	for (size_t i = 0; r == 0 && i < p->n_steps; i++) {
		bool is_taken = !plan_concerns(p, &p->steps[i]);

		for (size_t k = 0; !is_taken && k < i; k++)
			is_taken = str_eq(p->steps[k].target, p->steps[i].target) && plan_concerns(p, &p->steps[k]);
		for (size_t k = 0; !is_taken && k < n; k++)
			is_taken = str_eq(p->steps[i].target, h->functions[functions[k]].name);
		if (!is_taken)
			r = lease_one(s, p->steps[i].target, text, e);
	}
	return r;
}

static bool plan_names(const struct plan *p, const char *function)
{
	for (size_t i = 0; i < p->n_steps; i++)
		if (str_eq(p->steps[i].target, function) && plan_concerns(p, &p->steps[i]))
			return true;
	return false;
}

int session_check_interrupted_functions(struct session *s, const struct pci_addr *targets, size_t n, struct err *e)
{
	struct journal *journals;
	char name[PCI_ADDR_TEXT];
	size_t n_journals;
	int r = journal_read(s->f->s, s->f->mem, FOLDER_JOURNAL, &journals, &n_journals, e);

	for (size_t i = 0; r == 0 && i < n_journals; i++)
		for (size_t k = 0; k < n; k++) {
			if (!plan_names(&journals[i].plan, pci_addr_format(targets[k], name)))
				continue;
			(void)err_set(
			    e, -EUCLEAN, "change %u (%s) was interrupted and is in the way", journals[i].id, journals[i].wish);
			return err_hint(e, "passthru recover brings it to an end");
		}
	return r;
}

/* Do two lasting plans move the same thing, or remake what is made from files both? */
static bool plans_meet(const struct plan *a, const struct plan *b)
{
	for (size_t i = 0; i < a->n_steps; i++)
		for (size_t k = 0; kind_is_lasting(a->steps[i].kind) && k < b->n_steps; k++)
			if (a->steps[i].kind == b->steps[k].kind && str_eq(a->steps[i].target, b->steps[k].target))
				return true;
	return a->n_derived > 0 && b->n_derived > 0;
}

static int check_interrupted_lasting(struct session *s, const struct plan *p, struct err *e)
{
	struct journal *journals;
	char id[CHANGE_ID_TEXT];
	size_t n;
	int r = journal_read(s->f->s, s->f->mem, FOLDER_LASTING_JOURNAL, &journals, &n, e);

	for (size_t i = 0; r == 0 && i < n; i++) {
		if (!plans_meet(p, &journals[i].plan))
			continue;
		(void)err_set(e, -EUCLEAN, "change %s (%s) was interrupted and is in the way",
		    change_id_format(journals[i].id, true, id), journals[i].wish);
		return err_hint(e, "passthru recover brings it to an end");
	}
	return r;
}

int session_check_interrupted(struct session *s, const struct plan *p, struct err *e)
{
	struct pci_addr *targets = NULL, addr;
	size_t n = 0;

	if (plan_is_lasting(p))
		return check_interrupted_lasting(s, p, e);
	for (size_t i = 0; i < p->n_steps; i++)
		if (plan_concerns(p, &p->steps[i]) && pci_addr_parse(p->steps[i].target, &addr))
			*ARENA_PUSH(s->f->mem, targets, n) = addr;
	return session_check_interrupted_functions(s, targets, n, e);
}

int session_journal(struct session *s, const char *verb, const struct change_options *options, const struct plan *p,
    struct journal *ret, struct err *e)
{
	struct sys *sys = s->f->s;
	int r;
	char *boot_id = sys_text(sys, s->f->mem, "proc/sys/kernel/random/boot_id", &r);

	if (!boot_id)
		return err_set(e, r, "cannot read /proc/sys/kernel/random/boot_id: %s", strerror(-r));
	*ret = (struct journal){
	    .boot_id = boot_id,
	    .verb = verb,
	    .wish = options->wish,
	    .reason = options->reason,
	    .time_s = sys->ops->clock_s(sys),
	    .owner_pid = sys->pid,
	    .owner_start = process_start(sys, s->f->mem, sys->pid),
	    .login_uid = flow_login_uid(s->f),
	    .is_lasting = plan_is_lasting(p),
	    .plan = *p,
	};
	r = ret->is_lasting ? journal_init_lasting(sys, e) : 0;
	return r < 0 ? r : journal_next_id(sys, ret->is_lasting, &ret->id, e);
}

bool session_owner_is_alive(struct flow *f, const struct journal *j)
{
	uint64_t start = process_start(f->s, f->mem, j->owner_pid);

	return start != 0 && start == j->owner_start;
}
