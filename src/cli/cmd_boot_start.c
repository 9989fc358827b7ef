/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boot start and boot confirm: what the services at boot run. */
#include <json-c/json.h>
#include <stdio.h>

#include "base/str.h"
#include "cli/cmd_boot.h"
#include "flow/boot_start.h"
#include "view/host_view.h"
#include "view/plan_view.h"
#include "view/text.h"

/* The boot waits for this: shorter than what a person would grant a write. */
enum { BOOT_WRITE_LIMIT_MS = 20 * 1000 };

static struct json_object *text_or_null(struct cli *c, const char *text)
{
	return text ? json_object_new_string(view_clean(c->mem, text)) : NULL;
}

static void show_start_json(struct cli *c, const struct boot_start *b)
{
	struct json_object *o = json_object_new_object(), *claims = json_object_new_array();
	struct json_object *warnings = json_object_new_array();

	for (size_t i = 0; i < b->n; i++) {
		const struct boot_claim *row = &b->items[i];
		struct json_object *one = json_object_new_object();

		json_object_object_add(one, "name", text_or_null(c, row->saved->name));
		json_object_object_add(one, "state", json_object_new_string(boot_claim_state_name(row->state)));
		json_object_object_add(one, "address", text_or_null(c, row->function));
		json_object_object_add(one, "driver", text_or_null(c, row->driver));
		json_object_object_add(one, "text", text_or_null(c, row->text));
		json_object_object_add(one, "hint", text_or_null(c, row->hint));
		cli_add_id(one, row->change, false);
		json_object_array_add(claims, one);
	}
	for (size_t i = 0; i < b->n_warnings; i++)
		json_object_array_add(warnings, text_or_null(c, b->warnings[i]));
	json_object_object_add(o, "version", json_object_new_int(1));
	json_object_object_add(o, "off", text_or_null(c, b->off_word));
	json_object_object_add(o, "unconfirmed", json_object_new_int64(b->boots.unconfirmed));
	json_object_object_add(o, "gives_back", json_object_new_boolean(b->boots.is_released));
	json_object_object_add(o, "claims", claims);
	json_object_object_add(o, "warnings", warnings);
	json_object_object_add(o, "plan", plan_to_json(&b->plan));
	view_json(stdout, o);
}

static void show_start(struct cli *c, const struct boot_start *b)
{
	for (size_t i = 0; c->is_dry_run && i < b->plan.n_steps; i++)
		if (b->plan.steps[i].type == STEP_MOVE)
			view_move(stdout, c->mem, &b->plan.steps[i]);
	if (b->off_word)
		(void)printf("%s is among the kernel's words: no claim is served in this boot\n", view_clean(c->mem, b->off_word));
	else if (b->n == 0)
		(void)printf("nothing is claimed\n");
	for (size_t i = 0; i < b->n; i++) {
		const struct boot_claim *row = &b->items[i];

		if (row->state != BOOT_CLAIM_SERVED && row->state != BOOT_CLAIM_PLANNED)
			continue;
		(void)printf("%s: %s%s%s%s%s\n", row->function, boot_claim_state_name(row->state), row->driver ? " by " : "",
		    row->driver ? row->driver : "", row->text ? "; " : "", row->text ? view_clean(c->mem, row->text) : "");
	}
}

/* On stderr, so that they stand apart in the journal of the service. */
static void say_what_is_wrong(struct cli *c, const struct boot_start *b)
{
	(void)fflush(stdout);
	for (size_t i = 0; i < b->n_warnings; i++)
		(void)fprintf(stderr, "passthru: %s\n", view_clean(c->mem, b->warnings[i]));
	for (size_t i = 0; i < b->n; i++) {
		const struct boot_claim *row = &b->items[i];

		if (row->state == BOOT_CLAIM_SERVED || row->state == BOOT_CLAIM_PLANNED)
			continue;
		(void)fprintf(stderr, "passthru: claim %s%s%s: %s%s%s\n", view_clean(c->mem, row->saved->name),
		    row->function ? " at " : "", row->function ? row->function : "", boot_claim_state_name(row->state),
		    row->text ? ": " : "", row->text ? view_clean(c->mem, row->text) : "");
		if (row->hint)
			(void)fprintf(stderr, "  %s\n", view_clean(c->mem, row->hint));
	}
}

int run_boot_start(struct cli *c)
{
	struct change_options options = {.is_dry_run = c->is_dry_run, .wish = c->wish};
	struct boot_start answer;
	struct err e = {0};
	struct flow f;
	struct sys *s;
	int code;

	if (c->write_limit_ms == 0)
		c->write_limit_ms = BOOT_WRITE_LIMIT_MS;
	s = cli_open(c, &f);
	if (!s)
		return EXIT_FAILED;
	if (flow_boot_start(&f, &options, &answer, &e) < 0) {
		code = cli_fail(c, &e, EXIT_FAILED);
	} else {
		if (c->is_json)
			show_start_json(c, &answer);
		else
			show_start(c, &answer);
		say_what_is_wrong(c, &answer);
		code = boot_start_is_good(&answer) ? EXIT_OK : EXIT_FAILED;
	}
	flow_close(s);
	return code;
}

int run_boot_confirm(struct cli *c)
{
	struct boot_confirmation answer;
	struct err e = {0};
	struct flow f;
	struct sys *s = cli_open(c, &f);
	int code = EXIT_OK;

	if (!s)
		return EXIT_FAILED;
	if (flow_boot_confirm(&f, c->waits, &answer, &e) < 0) {
		code = cli_fail(c, &e, EXIT_FAILED);
	} else if (c->is_json) {
		struct json_object *o = json_object_new_object();

		json_object_object_add(o, "version", json_object_new_int(1));
		json_object_object_add(o, "confirmed", json_object_new_boolean(answer.is_confirmed));
		json_object_object_add(o, "unconfirmed", json_object_new_int64(answer.unconfirmed));
		json_object_object_add(o, "text", text_or_null(c, answer.why));
		view_json(stdout, o);
	} else {
		(void)printf("this boot is %s: %s\n", answer.is_confirmed ? "good" : "not confirmed", answer.why);
	}
	flow_close(s);
	return code;
}
