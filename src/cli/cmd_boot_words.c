/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boot enable and boot disable: the kernel's words. */
#include <json-c/json.h>
#include <stdio.h>

#include "base/str.h"
#include "cli/cmd_boot.h"
#include "flow/boot_words.h"
#include "view/boot_words_view.h"
#include "view/host_view.h"
#include "view/plan_view.h"
#include "view/text.h"

static void show_json(const struct cli *c, enum outcome outcome, const struct words_change *w)
{
	struct json_object *o = json_object_new_object(), *notes = json_object_new_array();
	bool is_known = w->loader.stack != STACK_UNKNOWN;

	for (size_t i = 0; i < w->change.n_notes; i++)
		json_object_array_add(notes, json_object_new_string(view_clean(c->mem, w->change.notes[i])));
	json_object_object_add(o, "version", json_object_new_int(1));
	if (!c->is_dry_run) {
		json_object_object_add(o, "outcome", json_object_new_string(outcome_name(outcome)));
		cli_add_id(o, w->change.id, true);
	}
	json_object_object_add(o, "loader", is_known ? json_object_new_string(boot_stack_name(w->loader.stack)) : NULL);
	json_object_object_add(o, "tier", is_known ? json_object_new_string(boot_tier_name(w->loader.tier)) : NULL);
	json_object_object_add(o, "words", view_boot_needs_json(c->mem, w->needs.items, w->needs.n));
	json_object_object_add(o, "plan", plan_to_json(&w->change.plan));
	json_object_object_add(o, "by_hand", view_boot_advice_json(c->mem, w->advice, w->n_advice));
	json_object_object_add(o, "notes", notes);
	json_object_object_add(
	    o, "reboot_required", w->needs_reboot == TRI_UNKNOWN ? NULL : json_object_new_boolean(w->needs_reboot == TRI_YES));
	view_json(stdout, o);
}

static void show_text(struct cli *c, enum outcome outcome, const struct words_change *w, const char *done)
{
	for (size_t i = 0; i < w->needs.n; i++)
		(void)printf("%s: %s\n", view_clean(c->mem, w->needs.items[i].word), view_clean(c->mem, w->needs.items[i].reason));
	if (w->n_advice > 0) {
		(void)printf("passthru does not write what %s reads; to be done by hand:\n", boot_stack_name(w->loader.stack));
		view_boot_advice(stdout, c->mem, w->advice, w->n_advice);
		for (size_t i = 0; i < w->change.n_notes; i++)
			(void)printf("note: %s\n", view_clean(c->mem, w->change.notes[i]));
	} else {
		cli_show_change(c, outcome, NULL, &w->change, NULL);
	}
	if (w->needs_reboot == TRI_YES && !c->is_dry_run && (outcome == OUTCOME_DONE || outcome == OUTCOME_NOTHING) && w->n_advice == 0)
		(void)printf("%sa reboot is needed\n", outcome == OUTCOME_DONE ? done : "");
}

static int answer(struct cli *c, enum outcome outcome, const struct words_change *w, const char *done, const struct err *e)
{
	if (c->is_json)
		show_json(c, outcome, w);
	else if (outcome == OUTCOME_DONE || outcome == OUTCOME_NOTHING)
		show_text(c, outcome, w, done);
	if (outcome == OUTCOME_NOTHING && w->n_advice > 0)
		return EXIT_NO;
	return cli_outcome(c, outcome, e);
}

int run_boot_enable(struct cli *c)
{
	struct change_options options = {.is_dry_run = c->is_dry_run, .wish = c->wish, .reason = c->reason};
	struct boot_words_wish wish = {.wants_passthrough = c->iommu != NULL, .words = c->args, .n_words = c->n_args};
	struct words_change change;
	enum outcome outcome;
	struct err e = {0};
	struct flow f;
	struct sys *s;
	int code;

	if (c->iommu && !str_eq(c->iommu, "pt"))
		return cli_usage(c, "known: pt", "--iommu has no %s", c->iommu);
	s = cli_open(c, &f);
	if (!s)
		return EXIT_FAILED;
	outcome = flow_boot_enable(&f, &wish, c->loader, &options, &change, &e);
	code = answer(c, outcome, &change, "configured, and in every entry that is not for repairs; ", &e);
	flow_close(s);
	return code;
}

int run_boot_disable(struct cli *c)
{
	struct change_options options = {.is_dry_run = c->is_dry_run, .wish = c->wish, .reason = c->reason};
	struct words_change change;
	enum outcome outcome;
	struct err e = {0};
	struct flow f;
	struct sys *s;
	int code;

	if (c->is_all && c->n_args > 0)
		return cli_usage(c, NULL, "--all takes no words beside it");
	s = cli_open(c, &f);
	if (!s)
		return EXIT_FAILED;
	outcome = flow_boot_disable(&f, c->args, c->n_args, c->is_all, &options, &change, &e);
	code = answer(c, outcome, &change, "taken back; ", &e);
	flow_close(s);
	return code;
}
