/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/boot_ids.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "apply/journal.h"
#include "apply/kinds.h"
#include "base/str.h"
#include "flow/boot.h"
#include "flow/by_id.h"
#include "flow/session.h"
#include "judge/verdict.h"
#include "model/boot_word.h"
#include "model/our_file.h"
#include "plan/boot_words.h"
#include "sys/read_boot.h"
#include "sys/read_claims.h"
#include "sys/read_host.h"
#include "sys/read_modprobe.h"
#include "text/kernel_cmdline.h"
#include "text/shell_vars.h"
#include "text/udev_rules.h"

/* ---- the word ---- */

struct vfio_ids ids_of_word(struct arena *mem, const char *word)
{
	struct kernel_cmdline one;
	struct vfio_ids ids = {0};

	if (!word || !kernel_cmdline_parse(mem, word, &one) || one.n_words != 1 || !one.words[0].value ||
	    !str_same_module(one.words[0].key, VFIO_IDS_KEY) || vfio_ids_add(mem, &ids, one.words[0].value, NULL) < 0)
		return (struct vfio_ids){0};
	return ids;
}

static const char *last_ids_word(struct flow *f, const char *words)
{
	const struct kernel_word *last;
	struct kernel_cmdline all;

	if (!words || !kernel_cmdline_parse(f->mem, words, &all))
		return NULL;
	last = kernel_cmdline_last(&all, VFIO_IDS_KEY);
	return last ? last->raw : NULL;
}

/* What is configured; where that cannot be told, what came of it. */
static const struct boot_words *place_of(const struct boot *b)
{
	return b->configured.text ? &b->configured : &b->generated;
}

static const char *const own_files[] = {GRUB_D_FILE, CMDLINE_D_FILE, LIMINE_TOOL_FILE};

bool is_own_words_file(const char *path)
{
	for (size_t i = 0; i < ARRAY_LEN(own_files); i++)
		if (str_eq(own_files[i], path))
			return true;
	return false;
}

static bool is_in_own_file(struct flow *f, const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(own_files); i++) {
		const char *text = boot_text(f->s, f->mem, own_files[i] + 1, SHELL_TEXT_BYTES, NULL);
		const char **words;
		size_t n;

		if (!text || !boot_own_words(f->mem, own_files[i], text, &words, &n))
			continue;
		for (size_t k = 0; k < n; k++)
			if (str_eq(words[k], word))
				return true;
	}
	return false;
}

/* Which ids changes in force ever wrote into words of others' files: claims that came and went since make others of them,
 * and none that were not among these. */
static void add_written(struct flow *f, const struct plan *p, struct vfio_ids *ids)
{
	for (size_t k = 0; k < p->n_steps; k++) {
		const struct step *s = &p->steps[k];
		bool is_written = s->type == STEP_MOVE &&
		    ((s->kind == KIND_WORD && s->want.flag) || (s->kind == KIND_SETTING && str_eq(s->want.text, SETTING_ALL)));
		const char *blank = strrchr(s->target, ' ');
		struct vfio_ids some = is_written && blank ? ids_of_word(f->mem, blank + 1) : (struct vfio_ids){0};

		vfio_ids_join(f->mem, ids, &some);
	}
}

/* An undo brings claims back, and their ids with them; its record is past at once. */
static struct vfio_ids recorded_ids(struct flow *f)
{
	struct journal *records;
	struct vfio_ids ids = {0};
	struct err e = {0};
	size_t n = 0;

	if (journal_read(f->s, f->mem, FOLDER_LASTING_HELD, &records, &n, &e) < 0)
		return ids;
	for (size_t i = 0; i < n; i++)
		add_written(f, &records[i].plan, &ids);
	n = 0;
	if (ids.n == 0 || journal_read(f->s, f->mem, FOLDER_LASTING_HISTORY, &records, &n, &e) < 0)
		return ids;
	for (size_t i = 0; i < n; i++)
		if (str_eq(records[i].verb, "undo"))
			add_written(f, &records[i].plan, &ids);
	return ids;
}

const char *flow_own_ids_word(struct flow *f, const struct boot *b)
{
	const char *word = last_ids_word(f, place_of(b)->text);
	struct vfio_ids ids = ids_of_word(f->mem, word), recorded;

	if (ids.n == 0 || !is_safe_boot_word(word))
		return NULL;
	if (is_in_own_file(f, word))
		return word;
	recorded = recorded_ids(f);
	return vfio_ids_are_within(&ids, &recorded) ? word : NULL;
}

/* ---- who needs it ---- */

struct look {
	struct flow *f;
	struct kernel_files files;
	bool is_vfio_builtin;
	struct vfio_ids own, running;
};

static void begin(struct look *l, struct flow *f, const struct boot *b, const char *own_word)
{
	const struct kernel_file *vfio;

	*l = (struct look){.f = f, .own = ids_of_word(f->mem, own_word), .running = ids_of_word(f->mem, last_ids_word(f, b->cmdline))};
	read_kernel_files(f->s, f->mem, &l->files);
	vfio = kernel_files_find(&l->files, "vfio_pci");
	l->is_vfio_builtin = vfio && vfio->is_builtin;
}

/* A driver of a module has a link to it. */
static bool is_driver_builtin(struct flow *f, const char *driver)
{
	char path[SYS_PATH], target[SYS_PATH];

	return f->s->ops->exists(f->s, sys_path(path, "sys/bus/pci/drivers/%s", driver)) > 0 &&
	    f->s->ops->link(f->s, sys_path(path, "sys/bus/pci/drivers/%s/module", driver), target, sizeof(target)) == -ENOENT;
}

/* Which driver would have it can be told of one that it has not, or of what the word gave to vfio-pci, in part only. */
static bool needs_word(const struct look *l, const struct pci_function *function)
{
	struct native_modules native = {0};

	/* By ids all disks of a model would go, before anybody can see what is on them. */
	if (!l->is_vfio_builtin || !function->has_ids || !udev_rules_take(function->class_code))
		return false;
	if (function->driver && !judge_is_vfio_driver(function->driver))
		return is_driver_builtin(l->f, function->driver);
	flow_read_native(l->f, function, &l->files, &native);
	return native.n_builtin > 0 || vfio_ids_match(&l->own, function) || vfio_ids_match(&l->running, function);
}

static bool is_claimed_here(const struct claims_seen *seen, size_t function)
{
	for (size_t i = 0; i < seen->claims.n; i++)
		if (seen->verdicts[i].state == CLAIM_HERE && seen->verdicts[i].function == (int)function)
			return true;
	return false;
}

/* One that would be taken with those ids, and is the host's. */
static const struct pci_function *find_twin(const struct claims_seen *seen, const struct vfio_ids *ids)
{
	for (size_t i = 0; i < seen->host.n_functions; i++) {
		const struct pci_function *f = &seen->host.functions[i];

		if (!function_is_bridge(f) && !is_claimed_here(seen, i) && vfio_ids_match(ids, f))
			return f;
	}
	return NULL;
}

/* Those of our word stay, but for what leaves it, and are warned of. */
static void look_at_twins(struct look *l, const struct claims_seen *seen, const struct vfio_ids *left, struct boot_claimed *ret)
{
	for (size_t i = 0; i < l->own.n; i++) {
		const struct vfio_ids one = {.items = &l->own.items[i], .n = 1};
		const struct pci_function *twin = find_twin(seen, &one);

		if (twin && !vfio_ids_are_within(&one, left))
			*ARENA_PUSH(l->f->mem, ret->ids_notes, ret->n_ids_notes) = arena_printf(l->f->mem,
			    "%s has the ids %s too, and is not claimed: %s gives it to vfio-pci at boot as well", twin->name, one.items[0].text, ret->own_ids);
	}
}

static void add_needed(struct look *l, const struct claims_seen *seen, const struct pci_function *function, struct vfio_ids *ids,
    struct boot_claimed *ret)
{
	struct vfio_ids one = {0};
	const struct pci_function *twin;

	vfio_ids_add_function(l->f->mem, &one, function->vendor, function->device);
	twin = find_twin(seen, &one);
	if (!twin || vfio_ids_are_within(&one, &l->own))
		vfio_ids_join(l->f->mem, ids, &one);
	else
		*ARENA_PUSH(l->f->mem, ret->ids_notes, ret->n_ids_notes) = arena_printf(l->f->mem,
		    "vfio-pci.ids=%s is not used: %s is of the same kind, and is not claimed", one.items[0].text, twin->name);
}

void flow_look_at_ids(
    struct flow *f, const struct boot *b, const struct claims_seen *seen, const struct vfio_ids *left, struct boot_claimed *ret)
{
	struct vfio_ids ids = {0};
	struct look l;

	ret->own_ids = flow_own_ids_word(f, b);
	begin(&l, f, b, ret->own_ids);
	look_at_twins(&l, seen, left, ret);
	for (size_t i = 0; i < seen->host.n_functions; i++)
		if (is_claimed_here(seen, i) && needs_word(&l, &seen->host.functions[i]))
			add_needed(&l, seen, &seen->host.functions[i], &ids, ret);
	if (ids.n > 0)
		ret->ids = vfio_ids_text(f->mem, &ids);
}

/* ---- when claims come and go ---- */

static bool is_claimed(const struct claims *c, const struct claim *one)
{
	for (size_t i = 0; i < c->n; i++)
		if (port_path_equal(&c->items[i].claim.path, &one->path) && c->items[i].claim.vendor == one->vendor &&
		    c->items[i].claim.device == one->device)
			return true;
	return false;
}

/* Ids that only claims of `from` have. */
static struct vfio_ids ids_left_by(struct flow *f, const struct claims *from, const struct claims *after)
{
	struct vfio_ids left = {0}, kept = {0};

	for (size_t i = 0; i < after->n; i++)
		vfio_ids_add_function(f->mem, &kept, after->items[i].claim.vendor, after->items[i].claim.device);
	for (size_t i = 0; i < from->n; i++) {
		struct vfio_ids one = {0};

		vfio_ids_add_function(f->mem, &one, from->items[i].claim.vendor, from->items[i].claim.device);
		if (!vfio_ids_are_within(&one, &kept))
			vfio_ids_join(f->mem, &left, &one);
	}
	return left;
}

/* What goes was not read where it stands; elsewhere, or in some of the entries alone, it is for people to mend. */
static int check_is_so(struct flow *f, const struct step *step, struct err *e)
{
	struct value now = {0};
	int state = step->type == STEP_MOVE ? move_state(f->s, f->mem, step, &now, e) : STATE_HAVE;

	if (state < 0 || state == STATE_HAVE)
		return state < 0 ? state : 0;
	return err_set(e, -ESTALE, "%s is %s", step->target, value_describe(f->mem, step->kind, &now));
}

/* The same way as boot enable; what is in its way leaves the word as it is, and is said. */
static int plan_word(struct flow *f, const struct boot *b, const struct boot_loader *loader, const char *word, const char *gone,
    struct change *c, struct err *e)
{
	struct boot_need need = {word, "its ids are claimed"};
	struct words_change words = {.loader = *loader, .needs = {.items = &need, .n = word != NULL, .gone = gone}};
	int r = word && !is_safe_boot_word(word) ? err_set(e, -E2BIG, "it would be longer than %d letters", LONGEST_BOOT_WORD)
						 : flow_plan_words(f, b, &words, e);

	for (size_t i = 0; r >= 0 && i < words.change.plan.n_steps; i++)
		r = check_is_so(f, &words.change.plan.steps[i], e);
	if (r < 0)
		return r;
	for (size_t i = 0; i < words.change.plan.n_steps; i++)
		*ARENA_PUSH(f->mem, c->plan.steps, c->plan.n_steps) = words.change.plan.steps[i];
	for (size_t i = 0; i < words.change.plan.n_derived; i++)
		plan_add_derived(f->mem, &c->plan, words.change.plan.derived[i]);
	for (size_t i = 0; i < words.change.n_notes; i++)
		flow_note(f, c, words.change.notes[i]);
	return words.change.plan.n_steps > 0 ? 0 : err_set(e, -EOPNOTSUPP, "passthru does not write words of this loader");
}

static void follow(struct flow *f, const struct boot *b, const struct boot_loader *loader, const struct boot_claimed *claimed,
    const struct vfio_ids *left, struct change *c)
{
	struct vfio_ids own = ids_of_word(f->mem, claimed->own_ids), wanted = {0}, more = {0};
	const char *word = NULL;
	struct err e = {0};

	for (size_t i = 0; i < own.n; i++) {
		const struct vfio_ids one = {.items = &own.items[i], .n = 1};

		if (!vfio_ids_are_within(&one, left))
			vfio_ids_join(f->mem, &wanted, &one);
	}
	if (claimed->ids)
		(void)vfio_ids_add(f->mem, &more, claimed->ids, &e);
	vfio_ids_join(f->mem, &wanted, &more);
	if (wanted.n == own.n && vfio_ids_are_within(&wanted, &own))
		return;
	if (wanted.n > 0)
		word = arena_printf(f->mem, VFIO_IDS_KEY "=%s", vfio_ids_text(f->mem, &wanted));
	if (plan_word(f, b, loader, word, claimed->own_ids, c, &e) < 0)
		flow_note(f, c, arena_printf(f->mem, "%s among the kernel's words stays, and should be %s: %s", claimed->own_ids,
		    word ? word : "gone", e.what));
	else
		flow_note(f, c, arena_printf(f->mem, "%s among the kernel's words %s%s%s", claimed->own_ids, word ? "becomes " : "goes", word ? word : "",
		    word ? "; passthru.claims=off does not undo it: at the loader's menu, take it out as well" : ""));
}

/* Nobody has asked for the word yet, or somebody has one of his own. */
static void tell(struct flow *f, const struct boot *b, const struct boot_claimed *claimed, struct change *c)
{
	const struct boot_words *place = place_of(b);
	const char *foreign = last_ids_word(f, place->text);
	struct vfio_ids theirs = ids_of_word(f->mem, foreign), ours = {0}, all = {0};
	struct err e = {0};

	if (!claimed->ids || vfio_ids_add(f->mem, &ours, claimed->ids, &e) < 0 || vfio_ids_are_within(&ours, &theirs))
		return;
	vfio_ids_join(f->mem, &all, &theirs);
	vfio_ids_join(f->mem, &all, &ours);
	if (foreign && theirs.n > 0)
		flow_note(f, c, arena_printf(f->mem,
		    "its driver and vfio-pci are part of this kernel; /%s has %s, which is not passthru's and is left as it is: make it "
		    VFIO_IDS_KEY "=%s by hand, or the driver has it until passthru-claims.service takes it off", place->file, foreign,
		    vfio_ids_text(f->mem, &all)));
	else
		flow_note(f, c, arena_printf(f->mem,
		    "its driver and vfio-pci are part of this kernel: passthru boot enable adds " VFIO_IDS_KEY "=%s, else the driver has "
		    "it until passthru-claims.service takes it off", claimed->ids));
}

/* A word that is not ours still gives to vfio-pci what is claimed no more. */
static void tell_of_left(struct flow *f, const struct boot *b, const struct vfio_ids *left, struct change *c)
{
	const struct boot_words *place = place_of(b);
	const char *foreign = last_ids_word(f, place->text);
	struct vfio_ids theirs = ids_of_word(f->mem, foreign);

	for (size_t i = 0; i < left->n; i++) {
		const struct vfio_ids one = {.items = &left->items[i], .n = 1};

		if (vfio_ids_are_within(&one, &theirs))
			flow_note(f, c, arena_printf(f->mem, "/%s has %s, which is not passthru's and is left as it is: it still gives %s to vfio-pci at boot",
			    place->file, foreign, one.items[0].text));
	}
}

static int look_after(struct flow *f, struct host *h, const struct claims *after, struct claims_seen *ret, struct err *e)
{
	struct read_request request = {.facets = FACET_PATH};
	int r = 0;

	*ret = (struct claims_seen){.claims = *after};
	if (h)
		ret->host = *h;
	else
		r = flow_look(f, &request, &ret->host, e);
	if (r < 0)
		return r;
	read_claim_serials(f->s, f->mem, after, &ret->host);
	ret->verdicts = judge_claims(f->mem, &ret->host, after);
	return 0;
}

void flow_follow_ids(struct flow *f, struct host *h, const struct claims *now, const struct claims *after, struct change *c)
{
	struct claims going = {0}, coming = {0};
	struct boot_claimed claimed = {0};
	struct boot_answer answer;
	struct claims_seen seen;
	struct vfio_ids left;
	struct err e = {0};
	struct boot b;

	for (size_t i = 0; i < now->n; i++)
		if (!is_claimed(after, &now->items[i].claim))
			*ARENA_PUSH(f->mem, going.items, going.n) = now->items[i];
	for (size_t i = 0; i < after->n; i++)
		if (!is_claimed(now, &after->items[i].claim))
			*ARENA_PUSH(f->mem, coming.items, coming.n) = after->items[i];
	if (going.n + coming.n == 0)
		return;
	flow_boot_status(f, &b, &answer);
	claimed.own_ids = flow_own_ids_word(f, &b);
	left = ids_left_by(f, &going, after);
	if (!claimed.own_ids && coming.n == 0) {
		tell_of_left(f, &b, &left, c);
		return;
	}
	if (look_after(f, h, after, &seen, &e) < 0)
		flow_note(f, c, arena_printf(f->mem, "whether " VFIO_IDS_KEY "= is needed cannot be told: %s", e.what));
	else
		flow_look_at_ids(f, &b, &seen, &left, &claimed);
	if (coming.n == 0)
		claimed.ids = NULL;
	if (claimed.own_ids)
		follow(f, &b, &answer.loader, &claimed, &left, c);
	else
		tell(f, &b, &claimed, c);
	for (size_t i = 0; i < claimed.n_ids_notes; i++)
		flow_note(f, c, claimed.ids_notes[i]);
}

/* ---- when changes are taken back ---- */

static const char *word_of(const struct step *s)
{
	const char *blank = strrchr(s->target, ' ');

	return blank ? blank + 1 : s->target;
}

static bool is_ids_key(const char *word)
{
	char key[sizeof(VFIO_IDS_KEY)];

	(void)snprintf(key, sizeof(key), "%s", word);
	return str_same_module(key, VFIO_IDS_KEY) && word[strlen(VFIO_IDS_KEY)] == '=';
}

bool is_step_of_ids(const struct step *s)
{
	return s->type == STEP_MOVE && (s->kind == KIND_WORD || s->kind == KIND_SETTING) &&
	    is_ids_key(word_of(s));
}

/* all, without those of one list that are not in the other, and with those of the other that are not in the one. */
static struct vfio_ids without_and_with(struct arena *mem, const struct vfio_ids *all, const struct vfio_ids *out, const struct vfio_ids *in)
{
	struct vfio_ids ids = {0}, back = {0};

	for (size_t i = 0; i < all->n; i++) {
		const struct vfio_ids one = {.items = &all->items[i], .n = 1};

		if (!vfio_ids_are_within(&one, out) || vfio_ids_are_within(&one, in))
			vfio_ids_join(mem, &ids, &one);
	}
	for (size_t i = 0; i < in->n; i++) {
		const struct vfio_ids one = {.items = &in->items[i], .n = 1};

		if (!vfio_ids_are_within(&one, out))
			vfio_ids_join(mem, &back, &one);
	}
	vfio_ids_join(mem, &ids, &back);
	return ids;
}

static const char *word_with(struct arena *mem, const struct vfio_ids *ids)
{
	return arena_printf(mem, VFIO_IDS_KEY "=%s", vfio_ids_text(mem, ids));
}

static struct value there(const struct step *s, bool is_there)
{
	return s->kind == KIND_WORD ? (struct value){.flag = is_there} : (struct value){.text = is_there ? SETTING_ALL : SETTING_NONE};
}

static const char *same_place(struct arena *mem, const struct step *s, const char *word)
{
	return arena_printf(mem, "%.*s%s", (int)(word_of(s) - s->target), s->target, word);
}

int flow_undo_ids(struct flow *f, const struct plan *inverse, struct plan *ret, struct err *e)
{
	struct vfio_ids out = {0}, in = {0}, own, ids;
	const struct step *first = NULL;
	struct boot_answer answer;
	bool is_as_left = true;
	const char *word;
	struct boot b;

	for (size_t i = 0; i < inverse->n_steps; i++) {
		const struct step *s = &inverse->steps[i];
		struct vfio_ids some = ids_of_word(f->mem, word_of(s));
		struct value now = {0};
		int state = is_step_of_ids(s) ? move_state(f->s, f->mem, s, &now, e) : STATE_HAVE;

		if (state < 0)
			return state;
		if (!is_step_of_ids(s))
			continue;
		first = first ? first : s;
		is_as_left = is_as_left && (state == STATE_HAVE || state == STATE_BETWEEN);
		vfio_ids_join(f->mem, s->want.flag || str_eq(s->want.text, SETTING_ALL) ? &in : &out, &some);
	}
	for (size_t i = 0; is_as_left && i < inverse->n_steps; i++)
		if (is_step_of_ids(&inverse->steps[i]))
			*ARENA_PUSH(f->mem, ret->steps, ret->n_steps) = inverse->steps[i];
	if (is_as_left || !first)
		return 0;
	flow_boot_status(f, &b, &answer);
	word = flow_own_ids_word(f, &b);
	own = ids_of_word(f->mem, word);
	ids = without_and_with(f->mem, &own, &out, &in);
	if (!word || (ids.n == own.n && vfio_ids_are_within(&ids, &own)))
		return 0;
	plan_add_move(f->mem, ret, first->kind, same_place(f->mem, first, word), there(first, true), there(first, false));
	if (ids.n > 0)
		plan_add_move(f->mem, ret, first->kind, same_place(f->mem, first, word_with(f->mem, &ids)), there(first, false), there(first, true));
	return 0;
}

struct own_words {
	const char **words; /* all but that of ids */
	size_t n;
	struct vfio_ids ids;
};

static bool take_own_words(struct flow *f, const char *file, const char *text, struct own_words *ret)
{
	const char **words;
	size_t n;

	*ret = (struct own_words){0};
	if (!text)
		return true;
	if (!boot_own_words(f->mem, file, text, &words, &n))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct vfio_ids some = ids_of_word(f->mem, words[i]);

		if (some.n == 0)
			*ARENA_PUSH(f->mem, ret->words, ret->n) = words[i];
		vfio_ids_join(f->mem, &ret->ids, &some);
	}
	return true;
}

bool flow_undo_ids_in_file(struct flow *f, const struct step *back, const struct value *now, struct value *ret_want)
{
	struct own_words have, want, is;
	struct vfio_ids ids;

	if (back->kind != KIND_FILE || !is_own_words_file(back->target) || now->flag ||
	    !take_own_words(f, back->target, back->have.text, &have) || !take_own_words(f, back->target, back->want.text, &want) ||
	    !take_own_words(f, back->target, now->text, &is) || is.n != have.n)
		return false;
	for (size_t i = 0; i < is.n; i++)
		if (!str_eq(is.words[i], have.words[i]))
			return false;
	ids = without_and_with(f->mem, &is.ids, &have.ids, &want.ids);
	if (ids.n > 0)
		*ARENA_PUSH(f->mem, want.words, want.n) = word_with(f->mem, &ids);
	*ret_want = (struct value){.text = boot_own_text(f->mem, back->target, want.words, want.n)};
	return true;
}
