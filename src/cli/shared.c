/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/str.h"
#include "cli/cmd.h"
#include "flow/apart.h"
#include "model/claim.h"
#include "view/host_view.h"
#include "view/plan_view.h"
#include "view/text.h"

int cli_fail(const struct cli *c, const struct err *e, int code)
{
	(void)fflush(stdout);
	(void)fprintf(stderr, "passthru: %s\n", view_clean(c->mem, e->what));
	if (e->hint[0])
		(void)fprintf(stderr, "  %s\n", view_clean(c->mem, e->hint));
	return code;
}

int cli_outcome(const struct cli *c, enum outcome outcome, const struct err *e)
{
	static const int codes[] = {
	    [OUTCOME_DONE] = EXIT_OK,
	    [OUTCOME_NOTHING] = EXIT_OK,
	    [OUTCOME_FAILED] = EXIT_FAILED,
	    [OUTCOME_ROLLED_BACK] = EXIT_ROLLED_BACK,
	    [OUTCOME_NEEDS_RECOVER] = EXIT_NEEDS_RECOVER,
	    [OUTCOME_STUCK] = EXIT_STUCK,
	};
	static_assert(ARRAY_LEN(codes) == OUTCOMES, "every outcome has an exit code");

	if (outcome == OUTCOME_DONE || outcome == OUTCOME_NOTHING)
		return EXIT_OK;
	(void)cli_fail(c, e, 0);
	if (outcome == OUTCOME_ROLLED_BACK)
		(void)fprintf(stderr, "  everything is as it was before\n");
	return codes[outcome];
}

int cli_usage(const struct cli *c, const char *hint, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	(void)fprintf(stderr, "passthru: %s\n", view_clean(c->mem, text));
	if (hint)
		(void)fprintf(stderr, "  %s\n", hint);
	return EXIT_USAGE;
}

bool cli_targets(struct cli *c, struct flow *f, struct pci_addr **ret, int *ret_code)
{
	*ret = arena_alloc(c->mem, (c->n_args + 1) * sizeof(**ret));
	for (size_t i = 0; i < c->n_args; i++) {
		struct err e = {0};
		int r = flow_find_target(f, c->args[i], &(*ret)[i], &e);

		if (r < 0) {
			*ret_code = cli_fail(c, &e, r == -EINVAL ? EXIT_USAGE : EXIT_FAILED);
			return false;
		}
	}
	return true;
}

bool cli_has_colour(void)
{
	const char *no_color = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && (!no_color || *no_color == '\0');
}

bool cli_allowances(struct cli *c, struct bind_wish *wish, int *ret_code)
{
	struct allowance *allowed = NULL;

	for (size_t i = 0; i < c->n_allow; i++) {
		struct allowance a;

		if (!allowance_parse(c->mem, c->allow[i], &a)) {
			*ret_code = cli_usage(c, arena_printf(c->mem, "known: %s; each alone, or with :ADDR behind", allowance_words),
			    "there is nothing to allow called %s", c->allow[i]);
			return false;
		}
		*ARENA_PUSH(c->mem, allowed, wish->n_allowed) = a;
	}
	wish->allowed = allowed;
	wish->stop_holders = c->stops_holders;
	wish->kill_holders = c->kills_holders;
	wish->user = c->user;
	if (c->user && !wish_user_is_valid(c->user)) {
		*ret_code = cli_usage(c, "NAME, or NAME:GROUP, each a name or a number", "%s cannot be a user", c->user);
		return false;
	}
	if (c->server_type && !server_type_parse(c->server_type, &wish->server_type)) {
		*ret_code = cli_usage(c, "known: desktop, laptop, headless", "there is no type of machine called %s", c->server_type);
		return false;
	}
	return true;
}

/* A line at two seconds, then one every five: on anything that takes long. */
static void say_waiting(void *data, const char *what, unsigned seconds, unsigned limit_seconds)
{
	(void)data;
	if (seconds == 2 || seconds % 5 == 0)
		(void)fprintf(stderr, "passthru: still waiting for %s (%u s, at most %u s)\n", what, seconds, limit_seconds);
}

/* Foreign text: each line by itself, made harmless. */
static void say_said(void *data, const char *program, const char *text)
{
	struct arena *mem = data;
	char *copy = arena_strdup(mem, text);

	(void)fprintf(stderr, "passthru: %s said:\n", program);
	for (char *rest = NULL, *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		(void)fprintf(stderr, "    %s\n", view_clean(mem, line));
}

struct sys *cli_open(struct cli *c, struct flow *f)
{
	struct err e = {0};
	struct sys *s;

	if (c->n_dumps > 0) {
		if (flow_open_dump(c->mem, c->dumps, c->n_dumps, f, &e) == 0)
			return f->s;
		(void)cli_fail(c, &e, 0);
		return NULL;
	}
	s = flow_open(c->mem, c->root, &e);
	if (!s) {
		(void)cli_fail(c, &e, 0);
		return NULL;
	}
	s->waiting = say_waiting;
	s->said = say_said;
	s->waiting_data = c->mem;
	if (c->write_limit_ms > 0)
		s->write_limit_ms = c->write_limit_ms;
	*f = (struct flow){.s = s, .mem = c->mem};
	return s;
}

void cli_warn_of_claims(const struct cli *c, const struct claims *claims)
{
	for (size_t i = 0; i < claims->n_troubles; i++)
		(void)fprintf(stderr, "passthru: %s is not used: %s\n", view_clean(c->mem, claims->troubles[i].file),
		    view_clean(c->mem, claims->troubles[i].text));
}

void cli_add_id(struct json_object *o, unsigned id, bool is_lasting)
{
	char text[CHANGE_ID_TEXT];

	if (id == 0)
		json_object_object_add(o, "id", NULL);
	else if (is_lasting)
		json_object_object_add(o, "id", json_object_new_string(change_id_format(id, true, text)));
	else
		json_object_object_add(o, "id", json_object_new_int64(id));
}

static void show_change_json(
    struct cli *c, enum outcome outcome, const struct bind_wish *wish, const struct change *change)
{
	struct json_object *o = json_object_new_object();
	struct json_object *notes = json_object_new_array();

	for (size_t i = 0; i < change->n_notes; i++)
		json_object_array_add(notes, json_object_new_string(view_clean(c->mem, change->notes[i])));
	json_object_object_add(o, "version", json_object_new_int(1));
	if (!c->is_dry_run) {
		json_object_object_add(o, "outcome", json_object_new_string(outcome_name(outcome)));
		cli_add_id(o, change->id, change->is_lasting);
	}
	if (wish)
		json_object_object_add(o, "wish", wish_to_json(wish));
	json_object_object_add(o, "plan", plan_to_json(&change->plan));
	json_object_object_add(o, "notes", notes);
	if (change->needs_reboot)
		json_object_object_add(o, "reboot_required", json_object_new_boolean(true));
	view_json(stdout, o);
}

void cli_show_change(
    struct cli *c, enum outcome outcome, const struct bind_wish *wish, const struct change *change, const char *done)
{
	if (c->is_json) {
		show_change_json(c, outcome, wish, change);
		return;
	}
	if (outcome != OUTCOME_DONE && outcome != OUTCOME_NOTHING)
		return;
	if (outcome == OUTCOME_NOTHING) {
		(void)printf("nothing to do: all is as wanted already\n");
	} else if (c->is_dry_run) {
		(void)cli_table(view_plan(stdout, c->mem, &change->plan));
	} else {
		for (size_t i = 0; i < change->plan.n_steps; i++)
			if (change->plan.steps[i].type == STEP_MOVE)
				view_move(stdout, c->mem, &change->plan.steps[i]);
	}
	for (size_t i = 0; i < change->n_notes; i++)
		(void)printf("note: %s\n", view_clean(c->mem, change->notes[i]));
	if (outcome == OUTCOME_DONE && !c->is_dry_run && done)
		(void)printf("%s\n", done);
}

bool cli_agrees(const char *question)
{
	char answer[16];

	(void)fflush(stdout);
	(void)fprintf(stderr, "passthru: %s [y/N] ", question);
	return fgets(answer, sizeof(answer), stdin) && (str_eq(answer, "y\n") || str_eq(answer, "yes\n"));
}

static void say_apart(void *data, const char *service)
{
	const struct cli *c = data;

	(void)fprintf(stderr,
	    "passthru: services are stopped for this, which may end this terminal too: it goes on as %s\n"
	    "  journalctl -fu %s follows it, passthru history has what became of it\n",
	    service, service);
	(void)c;
}

bool cli_run_apart(struct cli *c, struct flow *f, const char *verb, const struct plan *p, int failed, int *ret_code)
{
	struct apart apart = {.argv = c->words, .verb = verb, .started = say_apart, .data = c};
	struct err e = {0};

	if (getenv(APART_VARIABLE) || !flow_must_run_apart(f, p))
		return false;
	if (flow_run_apart(f, &apart, ret_code, &e) < 0)
		*ret_code = cli_fail(c, &e, failed);
	else if (*ret_code != EXIT_OK)
		(void)fprintf(stderr, "passthru: the service ended with exit status %d; its journal says why\n", *ret_code);
	else if (!c->is_json)
		(void)printf("done\n");
	return true;
}

bool cli_run_wish_apart(struct cli *c, struct flow *f, const struct bind_wish *wish, int failed, int *ret_code)
{
	struct change_options options = {.is_dry_run = true, .wish = c->wish};
	struct change change = {0};
	struct err e = {0};

	/* A plan that comes to nothing, or is refused, is answered by the change itself. */
	return !c->is_dry_run && wish->stop_holders && flow_change(f, wish, &options, &change, &e) == OUTCOME_DONE &&
	    cli_run_apart(c, f, verb_name(wish->verb), &change.plan, failed, ret_code);
}

int cli_change(struct cli *c, struct bind_wish *wish, const char *done)
{
	struct change_options options = {.is_dry_run = c->is_dry_run, .wish = c->wish, .reason = c->reason};
	struct pci_addr *targets;
	struct change change;
	enum outcome outcome;
	struct err e = {0};
	struct flow f;
	struct sys *s;
	int code;

	if (!cli_allowances(c, wish, &code))
		return code;
	s = cli_open(c, &f);
	if (!s)
		return EXIT_FAILED;
	if (cli_targets(c, &f, &targets, &code)) {
		wish->targets = targets;
		wish->n_targets = c->n_args;
		if (cli_run_wish_apart(c, &f, wish, EXIT_FAILED, &code)) {
			flow_close(s);
			return code;
		}
		outcome = flow_change(&f, wish, &options, &change, &e);
		cli_show_change(c, outcome, wish, &change, done);
		code = cli_outcome(c, outcome, &e);
	}
	flow_close(s);
	return code;
}

int cli_table(int result)
{
	if (result == 0)
		return EXIT_OK;
	(void)fprintf(stderr, "passthru: the table cannot be made: %s\n  --json does without\n",
	    result == -ELIBACC ? "libsmartcols is not installed" : strerror(-result));
	return EXIT_FAILED;
}

unsigned cli_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return 0;
	return size.ws_col;
}
