/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "flow/bind.h"
#include "flow/log.h"
#include "sys/signals.h"

struct results {
	struct arena *mem;
	struct recovery *items;
	size_t n;
};

static void add_result(struct results *r, const struct journal *j, enum outcome outcome, const struct err *e)
{
	bool has_failed = outcome != OUTCOME_DONE && outcome != OUTCOME_ROLLED_BACK;
	const char *message = NULL;

	if (has_failed)
		message = e->hint[0] ? arena_printf(r->mem, "%s (%s)", e->what, e->hint) : arena_strdup(r->mem, e->what);
	*ARENA_PUSH(r->mem, r->items, r->n) =
	    (struct recovery){
	    .id = j->id, .is_lasting = j->is_lasting, .wish = j->wish, .outcome = outcome, .message = message};
}

/* The worst of two, as the exit code tells it. */
static enum outcome worse(enum outcome a, enum outcome b)
{
	return a > b ? a : b;
}

static enum outcome recover_journals(struct session *session, enum folder folder, struct results *results, struct err *e)
{
	struct flow *f = session->f;
	enum outcome worst = OUTCOME_DONE;
	struct journal *journals;
	size_t n;

	if (journal_read(f->s, f->mem, folder, &journals, &n, e) < 0)
		return OUTCOME_NEEDS_RECOVER;
	/* We hold the lock, so whoever wrote these is dead or has given up. */
	for (size_t i = n; i-- > 0;) {
		struct err why = {0};
		enum outcome one =
		    outcome_of_apply(apply_recover(f->s, f->mem, &journals[i], f->progress, f->progress_data, &why));

		add_result(results, &journals[i], one, &why);
		flow_log_change(f, &journals[i], "recover", one, &why);
		if (one != OUTCOME_DONE && one != OUTCOME_ROLLED_BACK) {
			worst = worse(worst, one);
			if (e->code == 0)
				*e = why;
		}
	}
	return worst;
}

/* A `with` that was killed cannot give back; whoever recovers does, once no guest has the devices open. */
static enum outcome release_orphans(struct session *session, struct results *results, struct err *e)
{
	struct flow *f = session->f;
	enum outcome worst = OUTCOME_DONE;
	struct journal *held;
	size_t n;

	if (journal_read(f->s, f->mem, FOLDER_HELD, &held, &n, e) < 0)
		return OUTCOME_NEEDS_RECOVER;
	for (size_t i = n; i-- > 0;) {
		struct change_options options = {.wish = arena_printf(f->mem, "recover of %s", held[i].wish)};
		struct change change;
		struct err why = {0};
		enum outcome one;

		if (!str_eq(held[i].verb, "with") || session_owner_is_alive(f, &held[i]))
			continue;
		one = flow_release_record(session, &held[i], false, &options, &change, &why);
		if (one == OUTCOME_NOTHING)
			one = OUTCOME_DONE;
		add_result(results, &held[i], one == OUTCOME_DONE ? OUTCOME_ROLLED_BACK : one, &why);
		if (one != OUTCOME_DONE) {
			worst = worse(worst, one == OUTCOME_FAILED ? OUTCOME_NEEDS_RECOVER : one);
			if (e->code == 0)
				*e = why;
		}
	}
	return worst;
}

enum outcome flow_recover(struct flow *f, struct recovery **ret, size_t *n_ret, struct err *e)
{
	struct results results = {.mem = f->mem};
	struct session session = {.f = f, .lock = -1};
	enum outcome outcome = OUTCOME_FAILED;
	struct err other = {0};
	sigset_t before;

	signals_hold(&before);
	if (session_open(f, "recover", &session, e) == 0) {
		outcome = recover_journals(&session, FOLDER_JOURNAL, &results, e);
		/* What fails first is what is said; the rest is done all the same. */
		outcome = worse(outcome, recover_journals(&session, FOLDER_LASTING_JOURNAL, &results, e->code ? &other : e));
		outcome = worse(outcome, release_orphans(&session, &results, e->code ? &other : e));
		if (outcome == OUTCOME_DONE && results.n == 0)
			outcome = OUTCOME_NOTHING;
	}
	session_close(&session);
	signals_restore(&before);
	*ret = results.items;
	*n_ret = results.n;
	return outcome;
}

enum outcome flow_abandon(struct flow *f, unsigned id, bool is_lasting, struct err *e)
{
	struct session session = {.f = f, .lock = -1};
	enum outcome outcome = OUTCOME_FAILED;
	char shown[CHANGE_ID_TEXT];

	if (session_open(f, "recover --abandon", &session, e) == 0) {
		enum folder open = is_lasting ? FOLDER_LASTING_JOURNAL : FOLDER_JOURNAL;
		enum folder held = is_lasting ? FOLDER_LASTING_HELD : FOLDER_HELD;
		enum folder over = is_lasting ? FOLDER_LASTING_HISTORY : FOLDER_HISTORY;
		int r = journal_move(f->s, id, open, over, e);

		if (r == -ENOENT)
			r = journal_move(f->s, id, held, over, e);
		if (r == -ENOENT) {
			(void)err_set(e, r, "there is no open change %s", change_id_format(id, is_lasting, shown));
			(void)err_hint(e, "passthru history lists them");
		}
		outcome = r < 0 ? OUTCOME_FAILED : OUTCOME_DONE;
		if (r == 0)
			flow_log_abandoned(f, id, is_lasting);
	}
	session_close(&session);
	return outcome;
}

int flow_history(struct flow *f, struct journal **ret, enum folder **ret_folders, size_t *n_ret, struct err *e)
{
	struct journal *all = NULL;
	enum folder *folders = NULL;
	size_t n = 0, n_folders = 0;

	for (int folder = 0; folder < FOLDERS; folder++) {
		struct journal *some;
		size_t n_some;
		int r = journal_read(f->s, f->mem, (enum folder)folder, &some, &n_some, e);

		if (r < 0)
			return r;
		for (size_t i = 0; i < n_some; i++) {
			*ARENA_PUSH(f->mem, all, n) = some[i];
			*ARENA_PUSH(f->mem, folders, n_folders) = (enum folder)folder;
		}
	}
	*ret = all;
	*ret_folders = folders;
	*n_ret = n;
	return 0;
}
