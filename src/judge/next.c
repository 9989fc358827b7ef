/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge/next.h"

#include "base/str.h"

static bool next_of_stuck(struct arena *mem, const struct status *s, struct status_next *ret)
{
	const struct status_write *w = NULL;

	/* One whose cause can be seen is the one that can be helped. */
	for (size_t i = 0; i < s->n_writes; i++)
		if (s->writes[i].waited_by == 0 && (!w || (w->holder == 0 && s->writes[i].holder != 0)))
			w = &s->writes[i];
	if (!w)
		return false;
	if (w->holder != 0) {
		ret->text = arena_printf(mem, "end process %d (%s), which has %s open: the kernel waits for it; then passthru recover",
		    w->holder, w->holder_command, w->name);
		return true;
	}
	ret->text = arena_printf(
	    mem, "passthru recover, once the kernel has come back from the write for %s; if it never does, only a reboot helps", w->name);
	ret->command = "passthru recover";
	return true;
}

static bool next_of_work(struct arena *mem, const struct status *s, struct status_next *ret)
{
	if (s->at_work)
		ret->text = arena_printf(mem, "wait for process %s", s->at_work);
	else if (s->n_working > 0)
		ret->text = arena_printf(mem, "wait for process %d (passthru %s)", s->working[0].pid, s->working[0].wish);
	return s->at_work || s->n_working > 0;
}

/* A function of the change that somebody has open, NULL: none. */
static const struct status_bound *find_open(const struct status *s, const struct status_change *c)
{
	for (size_t i = 0; i < c->n_functions; i++)
		for (size_t k = 0; k < s->n_bound; k++)
			if (s->bound[k].is_open == TRI_YES && str_eq(s->bound[k].function, c->functions[i]))
				return &s->bound[k];
	return NULL;
}

static bool next_of_interrupted(struct arena *mem, const struct status *s, struct status_next *ret)
{
	if (s->n_broken > 0)
		ret->text = s->broken[0];
	if (s->n_broken > 0 || s->n_interrupted == 0)
		return s->n_broken > 0;
	ret->text = "passthru recover";
	ret->command = ret->text;
	/* It ends what it can; what a guest uses is never taken from it. */
	for (size_t i = 0; i < s->n_interrupted; i++) {
		const struct status_bound *b = find_open(s, &s->interrupted[i]);

		if (!b)
			return ret->command != NULL;
		ret->text = arena_printf(
		    mem, "end process %d (%s), which holds %s; then passthru recover", b->user, b->user_command, b->node);
	}
	ret->command = NULL;
	return true;
}

/* What is in use is given back by whoever uses it, or cannot be now. */
static bool next_of_bound(struct arena *mem, const struct status *s, struct status_next *ret)
{
	const struct status_bound *used = NULL;

	for (size_t i = 0; i < s->n_bound; i++) {
		const struct status_bound *b = &s->bound[i];

		if (b->is_ours != TRI_YES)
			continue;
		if (b->is_open == TRI_YES || (str_eq(b->change->verb, "with") && b->change->is_alive)) {
			used = used ? used : b;
			continue;
		}
		ret->command = arena_printf(mem, "passthru release %s", b->function);
		ret->text = arena_printf(mem, "nothing must be done; %s gives back", ret->command);
		return true;
	}
	if (used && str_eq(used->change->verb, "with") && used->change->is_alive)
		ret->text = arena_printf(
		    mem, "nothing must be done; process %d (passthru %s) gives back when its command ends", used->change->pid, used->change->wish);
	else if (used)
		ret->text = arena_printf(mem, "nothing must be done; once process %d (%s) has ended, passthru release %s gives back",
		    used->user, used->user_command, used->function);
	return used != NULL;
}

struct status_next judge_next(struct arena *mem, const struct status *s)
{
	struct status_next next = {0};

	if (next_of_stuck(mem, s, &next) || next_of_work(mem, s, &next) || next_of_interrupted(mem, s, &next) ||
	    next_of_bound(mem, s, &next))
		return next;
	if (s->n_pools > 0)
		return (struct status_next){
		    "nothing must be done; passthru hugepages --release gives the huge pages back", "passthru hugepages --release"};
	if (s->needs_root)
		return (struct status_next){"nothing that can be seen; sudo passthru status sees the rest", "sudo passthru status"};
	if (!s->knows_records)
		return (struct status_next){"nothing that can be seen", NULL};
	return (struct status_next){"nothing to do: passthru bind ADDRESS hands a device over", NULL};
}
