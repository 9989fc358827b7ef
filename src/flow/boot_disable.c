/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boot disable: what records in force say was changed, taken back in one plan, whatever number of changes made it. */
#include <errno.h>
#include <string.h>

#include "apply/kinds.h"
#include "base/str.h"
#include "flow/bind.h"
#include "flow/boot.h"
#include "flow/boot_files.h"
#include "flow/boot_ids.h"
#include "flow/boot_words.h"
#include "model/boot_word.h"
#include "model/claim.h"
#include "model/display.h"
#include "model/our_file.h"
#include "plan/boot_words.h"
#include "text/kernel_cmdline.h"

/* One thing that lasting changes moved: what it was before the first, and after the last of them. */
struct net {
	enum kind kind;
	const char *target;
	struct value first, last;
};

struct nets {
	struct net *items;
	size_t n;
};

static bool is_of_words(const struct step *s)
{
	if (s->kind == KIND_SETTING)
		return !is_prime_target(s->target);
	return s->kind == KIND_WORD || (s->kind == KIND_FILE && is_own_words_file(s->target));
}

static bool has_words(const struct journal *j)
{
	for (size_t i = 0; i < j->plan.n_steps; i++)
		if (j->plan.steps[i].type == STEP_MOVE && is_of_words(&j->plan.steps[i]))
			return true;
	return false;
}

static struct net *net_of(struct nets *n, const struct step *s)
{
	for (size_t i = 0; i < n->n; i++)
		if (n->items[i].kind == s->kind && str_eq(n->items[i].target, s->target))
			return &n->items[i];
	return NULL;
}

static const char *word_of(const char *target)
{
	const char *blank = strrchr(target, ' ');

	return blank ? blank + 1 : target;
}

/* What claims have made of it by now is what there is to take away. */
static const char *current(struct flow *f, const char *own_ids, const char *target)
{
	const char *word = word_of(target);

	return own_ids && ids_of_word(f->mem, word).n > 0 ? arena_printf(f->mem, "%.*s%s", (int)(word - target), target, own_ids) : target;
}

static void add_ids(struct flow *f, const struct step *s, const char *own_ids, struct nets *ret)
{
	struct step now = *s;

	now.target = current(f, own_ids, s->target);
	if (!net_of(ret, &now))
		*ARENA_PUSH(f->mem, ret->items, ret->n) = (struct net){.kind = s->kind, .target = now.target,
		    .first = {.text = s->kind == KIND_SETTING ? SETTING_NONE : NULL},
		    .last = {.flag = s->kind == KIND_WORD, .text = s->kind == KIND_SETTING ? SETTING_ALL : NULL}};
}

static void add_record(struct flow *f, const struct journal *j, bool is_all, const char *own_ids, struct nets *ret)
{
	for (size_t i = 0; i < j->plan.n_steps; i++) {
		const struct step *s = &j->plan.steps[i];
		struct net *net = net_of(ret, s);

		/* What has no way back stays; what is composed is composed anew. */
		if (s->type != STEP_MOVE || s->back == BACK_NONE || (!is_all && !is_of_words(s)) ||
		    (s->kind == KIND_FILE && is_composed_file(s->target)))
			continue;
		/* Where the last such word is somebody else's, ours may stand before it. */
		if (is_step_of_ids(s) && own_ids)
			add_ids(f, s, own_ids, ret);
		else if (net)
			net->last = s->want;
		else
			*ARENA_PUSH(f->mem, ret->items, ret->n) =
			    (struct net){.kind = s->kind, .target = s->target, .first = s->have, .last = s->want};
	}
}

/* A file of ours goes, also where an earlier change had taken it away. */
static struct value wanted(const struct net *n)
{
	return n->kind == KIND_FILE ? (struct value){0} : n->first;
}

static bool is_wanted(char *const *words, size_t n_words, const char *word)
{
	for (size_t i = 0; i < n_words; i++)
		if (str_eq(words[i], word))
			return true;
	return n_words == 0;
}

/* The words that our file lacks when these are out of it. */
static struct value without_words(struct flow *f, const struct net *n, const struct value *now, char *const *words, size_t n_words)
{
	const char **all, **kept = NULL;
	size_t n_all, n_kept = 0;

	if (!boot_own_words(f->mem, n->target, now->text, &all, &n_all))
		return *now;
	for (size_t i = 0; i < n_all; i++)
		if (!is_wanted(words, n_words, all[i]))
			*ARENA_PUSH(f->mem, kept, n_kept) = all[i];
	if (n_kept == n_all)
		return *now;
	return (struct value){.text = boot_own_text(f->mem, n->target, kept, n_kept)};
}

static int add_move(struct flow *f, struct net *n, char *const *words, size_t n_words, struct change *c, struct err *e)
{
	struct step step = {.type = STEP_MOVE, .kind = n->kind, .target = n->target, .have = n->last, .want = wanted(n)};
	struct value now = {0}, want;
	int state = move_state(f->s, f->mem, &step, &now, e);

	if (state < 0)
		return state;
	if (state == STATE_GONE || state == STATE_WANT)
		return 0;
	if (state != STATE_HAVE && !flow_undo_ids_in_file(f, &step, &now, &want)) {
		flow_note(f, c, arena_printf(f->mem, "%s is left alone: somebody else changed it since", n->target));
		return 0;
	}
	if (n->kind == KIND_FILE && n_words > 0 && now.text)
		step.want = without_words(f, n, &now, words, n_words);
	else if (n->kind != KIND_FILE && !is_wanted(words, n_words, word_of(n->target)))
		return 0;
	if (n->kind == KIND_FILE && n_words > 0 && !now.text)
		return 0;
	plan_add_move(f->mem, &c->plan, n->kind, n->target, now, step.want);
	return 0;
}

struct records {
	struct journal *items;
	size_t n;
	bool is_all;
};

/* What the loaders read is made anew as it was made. */
static void add_derived(struct flow *f, const struct records *records, struct plan *p)
{
	for (size_t i = 0; i < records->n; i++)
		for (size_t k = 0; has_words(&records->items[i]) && k < records->items[i].plan.n_derived; k++)
			plan_add_derived(f->mem, p, records->items[i].plan.derived[k]);
}

static int plan_disable(struct flow *f, const struct records *records, const char *own_ids, char *const *words, size_t n_words,
    struct change *c, struct err *e)
{
	struct nets nets = {0};
	int r = 0;

	for (size_t i = 0; i < records->n; i++) {
		if (!records->is_all && !has_words(&records->items[i]))
			continue;
		add_record(f, &records->items[i], records->is_all, own_ids, &nets);
	}
	for (size_t i = nets.n; r == 0 && i-- > 0;)
		r = add_move(f, &nets.items[i], words, n_words, c, e);
	if (r == 0 && plan_count_moves(&c->plan) > 0)
		add_derived(f, records, &c->plan);
	/* What claims leave behind follows from those that stay, which are none. */
	return r == 0 && records->is_all ? flow_compose(f, NULL, false, c, e) : r;
}

/* Nothing of those is in force when it is done. What was left alone is its changer's. */
static void close_records(struct flow *f, const struct records *records, struct session *session)
{
	for (size_t i = 0; i < records->n; i++) {
		const struct plan *p = &records->items[i].plan;
		bool is_ours = has_words(&records->items[i]);

		for (size_t k = 0; is_ours && k < p->n_steps; k++)
			is_ours = p->steps[k].type != STEP_MOVE || p->steps[k].back == BACK_NONE || is_of_words(&p->steps[k]);
		if (is_ours || records->is_all)
			*ARENA_PUSH(f->mem, session->closes, session->n_closes) = records->items[i].id;
	}
}

/* All was back already: there is nothing to journal. */
static int move_records(struct flow *f, const struct session *session, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < session->n_closes; i++)
		r = journal_move(f->s, session->closes[i], FOLDER_LASTING_HELD, FOLDER_LASTING_HISTORY, e);
	return r;
}

static int check_words(struct flow *f, char *const *words, size_t n_words, struct err *e)
{
	(void)f;
	for (size_t i = 0; i < n_words; i++)
		if (!is_safe_boot_word(words[i]))
			return err_set(e, -EINVAL, "%.100s is no word that passthru adds", words[i]);
	return 0;
}

static bool file_has_word(struct flow *f, const struct step *s, const char *text, const char *word)
{
	const char **words;
	size_t n;

	if (!text || !boot_own_words(f->mem, s->target, text, &words, &n))
		return false;
	for (size_t i = 0; i < n; i++)
		if (str_eq(words[i], word))
			return true;
	return false;
}

/* Does a step take the word out? */
static bool takes_out(struct flow *f, const struct step *s, const char *word)
{
	if (s->type != STEP_MOVE || !is_of_words(s) || s->kind == KIND_SETTING)
		return false;
	if (s->kind == KIND_WORD)
		return !s->want.flag && str_eq(word_of(s->target), word);
	return file_has_word(f, s, s->have.text, word) && !file_has_word(f, s, s->want.text, word);
}

/* What was required to have a word must be without it, unless others have it configured too. */
static void require_none(struct flow *f, const struct boot *b, const struct records *records, const char *own_ids, struct plan *p)
{
	size_t n_moves = p->n_steps;

	for (size_t i = 0; i < records->n; i++)
		for (size_t k = 0; k < records->items[i].plan.n_steps; k++) {
			const struct step *s = &records->items[i].plan.steps[k];
			const char *target = s->kind == KIND_GENERATED ? current(f, own_ids, s->target) : s->target;
			bool is_out = false, is_there = false;

			if (s->kind != KIND_GENERATED || kernel_cmdline_count(f->mem, b->configured.text, word_of(target)) != 1)
				continue;
			for (size_t m = 0; m < n_moves; m++)
				is_out = is_out || takes_out(f, &p->steps[m], word_of(target));
			for (size_t m = n_moves; m < p->n_steps; m++)
				is_there = is_there || str_eq(p->steps[m].target, target);
			if (is_out && !is_there)
				plan_add_require(f->mem, p, KIND_GENERATED, target, (struct value){.text = GENERATED_IN_NONE});
		}
}

static int check(struct flow *f, const struct boot *b, const struct boot_answer *answer, const struct records *records,
    const char *own_ids, struct words_change *c, struct err *e)
{
	static const char *const folders[] = {"etc", "boot"};

	c->loader = answer->loader;
	require_none(f, b, records, own_ids, &c->change.plan);
	c->needs_reboot = c->change.plan.n_steps > 0 ? TRI_YES : TRI_NO;
	return c->change.plan.n_steps == 0 ? 0
					   : flow_check_boot_state(f, b, &c->loader, &c->change.plan, folders,
		c->loader.stack == STACK_RPM_OSTREE ? 1 : ARRAY_LEN(folders), &c->change, e);
}

static int plan_and_check(struct flow *f, struct records *records, char *const *words, size_t n_words, struct words_change *c,
    struct err *e)
{
	struct boot_answer answer;
	const char *own_ids;
	struct boot b;
	int r = journal_read(f->s, f->mem, FOLDER_LASTING_HELD, &records->items, &records->n, e);

	if (r < 0)
		return r;
	flow_boot_status(f, &b, &answer);
	own_ids = flow_own_ids_word(f, &b);
	r = plan_disable(f, records, own_ids, words, n_words, &c->change, e);
	return r < 0 ? r : check(f, &b, &answer, records, own_ids, c, e);
}

enum outcome flow_boot_disable(struct flow *f, char *const *words, size_t n_words, bool is_all,
    const struct change_options *options, struct words_change *ret, struct err *e)
{
	struct session session = {.f = f, .lock = -1};
	struct records records = {.is_all = is_all};
	enum outcome outcome = OUTCOME_FAILED;
	bool is_part = n_words > 0;

	*ret = (struct words_change){.change = {.is_lasting = true}};
	if (check_words(f, words, n_words, e) < 0)
		return OUTCOME_FAILED;
	if ((options->is_dry_run || session_open(f, options->wish, &session, e) == 0) &&
	    plan_and_check(f, &records, words, n_words, ret, e) == 0) {
		outcome = plan_count_moves(&ret->change.plan) == 0 ? OUTCOME_NOTHING : OUTCOME_DONE;
		if (!is_part)
			close_records(f, &records, &session);
		if (outcome == OUTCOME_DONE && !options->is_dry_run)
			outcome = flow_carry_out(&session, "boot disable", options, is_part, 0, &ret->change, e);
		else if (!options->is_dry_run && move_records(f, &session, e) < 0)
			outcome = OUTCOME_FAILED;
	}
	session_close(&session);
	return outcome;
}
