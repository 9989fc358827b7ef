/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/status.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "apply/journal.h"
#include "base/str.h"
#include "flow/boot_start.h"
#include "flow/session.h"
#include "judge/next.h"
#include "judge/verdict.h"
#include "sys/read_host.h"
#include "sys/read_hugepages.h"
#include "sys/read_stuck.h"

enum {
	MOST_LOCKS = 4096,
	TRIES = 3, /* a record may move on between the list and the read */
};

struct look {
	struct flow *f;
	struct status *st;
	struct host host;
	struct journal *records[FOLDERS];
	size_t n_records[FOLDERS];
};

/* Each reason once. */
static void add_unknown(struct look *l, const char *text)
{
	for (size_t i = 0; i < l->st->n_unknown; i++)
		if (str_eq(l->st->unknown[i], text))
			return;
	*ARENA_PUSH(l->f->mem, l->st->unknown, l->st->n_unknown) = text;
}

/* ---- locks ---- */

static void add_no_rights(struct look *l)
{
	l->st->needs_root = true;
	add_unknown(l, "what passthru did, and who is at work: that is root's alone");
}

static int read_lock(struct look *l, const char *path, char holder[256])
{
	struct sys *s = l->f->s;

	holder[0] = '\0';
	return s->ops->is_locked ? s->ops->is_locked(s, path, holder, 256) : -EOPNOTSUPP;
}

/* "812 (passthru bind 01:00.0)" */
static int pid_of(const char *who)
{
	uint64_t pid;

	return str_number_n(who, strcspn(who, " "), 10, INT32_MAX, &pid) ? (int)pid : 0;
}

static bool cannot_be_seen(struct look *l, int code)
{
	if (code >= 0 || code == -ENOENT)
		return false;
	l->st->knows_locks = false;
	if (code == -EACCES || code == -EPERM)
		add_no_rights(l);
	else if (code == -EXDEV)
		add_unknown(l, "who is at work: a recorded host does not tell");
	else
		add_unknown(l, arena_printf(l->f->mem, "who is at work: the locks cannot be looked at: %s", strerror(-code)));
	return true;
}

struct names {
	struct arena *mem;
	const char **items;
	size_t n;
};

static int add_name(void *data, const char *name)
{
	struct names *names = data;

	if (names->n >= MOST_LOCKS)
		return 1;
	*ARENA_PUSH(names->mem, names->items, names->n) = arena_strdup(names->mem, name);
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static struct names list_locks(struct look *l, const char *folder)
{
	struct names names = {.mem = l->f->mem};
	int r = l->f->s->ops->list(l->f->s, folder, add_name, &names);

	if (cannot_be_seen(l, r < 0 ? r : 0))
		names.n = 0;
	if (names.n > 1)
		qsort(names.items, names.n, sizeof(*names.items), compare_names);
	return names;
}

static void look_at_leases(struct look *l)
{
	struct names names = list_locks(l, "run/passthru/lease");

	for (size_t i = 0; i < names.n && l->st->knows_locks; i++) {
		struct pci_addr addr;
		char path[SYS_PATH], holder[256];
		int r;

		if (!pci_addr_parse(names.items[i], &addr))
			continue;
		r = read_lock(l, sys_path(path, "run/passthru/lease/%s", names.items[i]), holder);
		if (!cannot_be_seen(l, r) && r == 1)
			*ARENA_PUSH(l->f->mem, l->st->leases, l->st->n_leases) = (struct status_lease){
			    names.items[i], arena_strdup(l->f->mem, holder), pid_of(holder)};
	}
}

static void look_at_the_lock(struct look *l)
{
	char holder[256];
	int r = read_lock(l, "run/passthru/lock", holder);

	l->st->knows_locks = true;
	if (cannot_be_seen(l, r) || r != 1)
		return;
	l->st->at_work = arena_strdup(l->f->mem, holder);
	l->st->at_work_pid = pid_of(holder);
}

/* ---- records ---- */

static struct status_change change_of(struct look *l, const struct journal *j, const char *state)
{
	struct status_change c = {.id = j->id,
	    .verb = j->verb,
	    .wish = j->wish,
	    .reason = j->reason,
	    .state = state,
	    .time_s = j->time_s,
	    .pid = j->owner_pid,
	    .is_alive = session_owner_is_alive(l->f, j)};

	for (size_t i = 0; i < j->plan.n_steps; i++)
		if (j->plan.steps[i].kind == KIND_BINDING)
			*ARENA_PUSH(l->f->mem, c.functions, c.n_functions) = j->plan.steps[i].target;
	return c;
}

static bool read_folder(struct look *l, enum folder folder)
{
	struct err e = {0};
	int r = -ENOENT;

	for (int i = 0; r == -ENOENT && i < TRIES; i++)
		r = journal_read(l->f->s, l->f->mem, folder, &l->records[folder], &l->n_records[folder], &e);
	if (r == -EACCES)
		add_no_rights(l);
	else if (r < 0)
		*ARENA_PUSH(l->f->mem, l->st->broken, l->st->n_broken) =
		    e.hint[0] ? arena_printf(l->f->mem, "%s (%s)", e.what, e.hint) : arena_strdup(l->f->mem, e.what);
	return r == 0;
}

/* A record on its way moves from journal to held to history, so they are read in this order: seen twice does no harm,
 * not at all would. */
static void look_at_records(struct look *l)
{
	struct status *st = l->st;

	st->knows_records = true;
	if (!l->f->s->is_live && l->f->s->ops->exists(l->f->s, "run/passthru") != 1) {
		st->knows_records = false;
		add_unknown(l, "what passthru did: it is not in the recording");
		return;
	}
	for (int folder = 0; folder < FOLDERS; folder++)
		st->knows_records &= read_folder(l, (enum folder)folder);
	for (size_t i = 0; i < l->n_records[FOLDER_JOURNAL]; i++) {
		const struct journal *j = &l->records[FOLDER_JOURNAL][i];
		struct status_change c = change_of(l, j, phase_name(j->phase));

		if (c.is_alive)
			*ARENA_PUSH(l->f->mem, st->working, st->n_working) = c;
		else
			*ARENA_PUSH(l->f->mem, st->interrupted, st->n_interrupted) = c;
	}
	/* A `with` that has died gives nothing back any more: recover does. */
	for (size_t i = 0; i < l->n_records[FOLDER_HELD]; i++) {
		struct status_change c = change_of(l, &l->records[FOLDER_HELD][i], "held");

		if (str_eq(c.verb, "with") && !c.is_alive)
			*ARENA_PUSH(l->f->mem, st->interrupted, st->n_interrupted) = c;
	}
}

static const struct step *find_binding(const struct journal *j, const char *function)
{
	for (size_t i = 0; i < j->plan.n_steps; i++)
		if (j->plan.steps[i].kind == KIND_BINDING && str_eq(j->plan.steps[i].target, function))
			return &j->plan.steps[i];
	return NULL;
}

/* The last change in force, or on its way, that moved a function. */
static const struct journal *find_change(const struct look *l, const char *function, const char **ret_state)
{
	for (int folder = FOLDER_JOURNAL; folder <= FOLDER_HELD; folder++)
		for (size_t i = l->n_records[folder]; i-- > 0;)
			if (find_binding(&l->records[folder][i], function)) {
				*ret_state = folder == FOLDER_HELD ? "held" : phase_name(l->records[folder][i].phase);
				return &l->records[folder][i];
			}
	return NULL;
}

/* ---- functions ---- */

static bool is_written_to(const struct status *st, const char *function)
{
	for (size_t i = 0; i < st->n_writes; i++)
		if (str_eq(st->writes[i].name, function))
			return true;
	return false;
}

static void look_at_functions(struct look *l)
{
	for (size_t i = 0; i < l->host.n_functions; i++) {
		const struct pci_function *f = &l->host.functions[i];
		const char *state;
		const struct journal *j = find_change(l, f->name, &state);
		struct status_bound b = {.function = f->name, .driver = f->driver, .is_ours = tri_from(j != NULL)};

		if (!j && !judge_is_vfio_driver(f->driver))
			continue;
		if (!j && !l->st->knows_records)
			b.is_ours = TRI_UNKNOWN;
		if (j) {
			struct status_change *c = arena_alloc(l->f->mem, sizeof(*c));

			*c = change_of(l, j, state);
			b.change = c;
		}
		*ARENA_PUSH(l->f->mem, l->st->bound, l->st->n_bound) = b;
	}
}

static void take_holder(struct status *st, const struct holder *h)
{
	char name[PCI_ADDR_TEXT];

	(void)pci_addr_format(h->addr, name);
	for (size_t i = 0; i < st->n_bound && h->kind == HOLDER_PROCESS; i++)
		if (str_eq(st->bound[i].function, name) && st->bound[i].is_open != TRI_YES) {
			st->bound[i].is_open = TRI_YES;
			st->bound[i].user = h->pid;
			st->bound[i].user_command = h->command;
			st->bound[i].node = h->file;
		}
}

/* Not of what is being written to: its nodes may go at any moment, and read_stuck says who has it open. */
static void look_at_users(struct look *l)
{
	struct status *st = l->st;
	struct pci_addr *functions = arena_alloc(l->f->mem, (st->n_bound + 1) * sizeof(*functions));
	struct holders holders;
	size_t n = 0;

	for (size_t i = 0; i < st->n_bound; i++)
		if (judge_is_vfio_driver(st->bound[i].driver) && !is_written_to(st, st->bound[i].function) &&
		    pci_addr_parse(st->bound[i].function, &functions[n]))
			n++;
	if (n == 0)
		return;
	if (flow_holders(l->f, functions, n, &holders, NULL) < 0) {
		add_unknown(l, "who uses what is handed over: /proc cannot be looked at");
		return;
	}
	if (!holders.is_complete)
		add_unknown(l, "who uses what is handed over: not every process can be looked at");
	for (size_t i = 0; i < st->n_bound; i++)
		if (holders.is_complete && !is_written_to(st, st->bound[i].function))
			st->bound[i].is_open = TRI_NO;
	for (size_t i = 0; i < holders.n; i++)
		take_holder(st, &holders.items[i]);
}

/* ---- writes ---- */

static bool moves(const struct journal *j, const char *busy)
{
	char name[SYS_PATH];

	for (size_t i = 0; i < j->plan.n_steps; i++) {
		const struct step *s = &j->plan.steps[i];

		if (kind_is_of_function(s->kind) ? str_eq(s->target, busy)
						 : s->kind == KIND_HUGEPAGES && str_eq(huge_busy_name(name, s->target), busy))
			return true;
	}
	return false;
}

/* Who began it waits for it, or whoever ends that change; a write takes milliseconds mostly. */
static int find_waiter(const struct look *l, const char *busy)
{
	for (size_t i = 0; i < l->n_records[FOLDER_JOURNAL]; i++) {
		const struct journal *j = &l->records[FOLDER_JOURNAL][i];

		if (moves(j, busy) && session_owner_is_alive(l->f, j))
			return j->owner_pid;
	}
	return l->st->at_work && strstr(l->st->at_work, "(passthru recover") ? l->st->at_work_pid : 0;
}

static void look_at_writes(struct look *l)
{
	struct names names = list_locks(l, "run/passthru/busy");

	for (size_t i = 0; i < names.n && l->st->knows_locks; i++) {
		char path[SYS_PATH], holder[256];
		int r = read_lock(l, sys_path(path, "run/passthru/busy/%s", names.items[i]), holder);
		struct stuck stuck;

		if (cannot_be_seen(l, r) || r != 1)
			continue;
		stuck = read_stuck(l->f->s, l->f->mem, names.items[i]);
		*ARENA_PUSH(l->f->mem, l->st->writes, l->st->n_writes) = (struct status_write){.name = names.items[i],
		    .waited_by = find_waiter(l, names.items[i]),
		    .pid = stuck.pid,
		    .path = stuck.path,
		    .where = stuck.where,
		    .holder = stuck.holder,
		    .holder_command = stuck.holder_command};
	}
}

/* ---- huge pages, and what a reboot does ---- */

static void look_at_pools(struct look *l)
{
	struct hugepages all;

	if (read_hugepages(l->f->s, l->f->mem, &all, NULL) < 0) {
		add_unknown(l, "huge pages: they cannot be read");
		return;
	}
	l->st->knows_pools = true;
	for (size_t i = 0; i < all.n_pools; i++) {
		if (all.pools[i].has_ours == TRI_UNKNOWN) {
			l->st->knows_pools = false;
			add_unknown(l, "which huge pages passthru reserved");
		}
		if (all.pools[i].has_ours == TRI_YES)
			*ARENA_PUSH(l->f->mem, l->st->pools, l->st->n_pools) = all.pools[i];
	}
}

/* What passthru saw when it first touched a function since the boot is what the boot made of it. */
static const struct step *find_first_binding(const struct look *l, const char *function)
{
	const struct step *first = NULL;
	unsigned id = 0;

	for (int folder = 0; folder < FOLDERS; folder++)
		for (size_t i = 0; i < l->n_records[folder]; i++) {
			const struct journal *j = &l->records[folder][i];
			const struct step *s = find_binding(j, function);

			if (s && (!first || j->id < id)) {
				first = s;
				id = j->id;
			}
		}
	return first;
}

static void look_at_reboot(struct look *l)
{
	struct status *st = l->st;

	for (size_t i = 0; i < l->host.n_functions; i++) {
		const struct pci_function *f = &l->host.functions[i];
		const struct step *s = find_first_binding(l, f->name);

		if (s && !str_eq(s->have.driver, f->driver))
			*ARENA_PUSH(l->f->mem, st->reboot, st->n_reboot) =
			    (struct status_reboot){.target = f->name, .now = f->driver, .after = s->have.driver};
	}
	for (size_t i = 0; i < st->n_pools; i++) {
		const struct huge_pool *p = &st->pools[i];

		*ARENA_PUSH(l->f->mem, st->reboot, st->n_reboot) = (struct status_reboot){.target = p->target,
		    .is_pool = true,
		    .now = arena_printf(l->f->mem, "%llu pages of passthru's", (unsigned long long)p->ours)};
	}
}

int flow_status(struct flow *f, struct status *ret, struct err *e)
{
	struct read_request request = {0};
	struct look l = {.f = f, .st = ret};
	int r;

	*ret = (struct status){0};
	look_at_the_lock(&l);
	look_at_records(&l);
	r = flow_look(f, &request, &l.host, e);
	if (r < 0)
		return r;
	look_at_leases(&l);
	look_at_writes(&l);
	look_at_functions(&l);
	look_at_users(&l);
	look_at_pools(&l);
	look_at_reboot(&l);
	ret->notice = flow_read_notice(f);
	ret->next = judge_next(f->mem, ret);
	return 0;
}
