/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <json-c/json.h>
#include <stdio.h>

#include "cli/cmd.h"
#include "view/host_view.h"
#include "view/plan_view.h"
#include "view/text.h"

static const char *state_of(const struct journal *j, enum folder folder)
{
	if (folder == FOLDER_HELD || folder == FOLDER_LASTING_HELD)
		return "held";
	return folder == FOLDER_JOURNAL || folder == FOLDER_LASTING_JOURNAL ? "interrupted" : phase_name(j->phase);
}

static void show_json(struct cli *c, struct flow *f, const struct journal *j, const enum folder *folders, size_t n)
{
	struct json_object *o = json_object_new_object();
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < n; i++) {
		struct json_object *one = json_object_new_object();
		const char *login = flow_login_name(f, j[i].login_uid);

		cli_add_id(one, j[i].id, j[i].is_lasting);
		json_object_object_add(one, "state", json_object_new_string(state_of(&j[i], folders[i])));
		json_object_object_add(one, "time", json_object_new_string(view_time(c->mem, j[i].time_s)));
		json_object_object_add(one, "change", json_object_new_string(view_clean(c->mem, j[i].wish)));
		json_object_object_add(
		    one, "reason", j[i].reason ? json_object_new_string(view_clean(c->mem, j[i].reason)) : NULL);
		json_object_object_add(one, "login_uid", login ? json_object_new_int64(j[i].login_uid) : NULL);
		json_object_object_add(one, "login", login ? json_object_new_string(view_clean(c->mem, login)) : NULL);
		json_object_object_add(one, "plan", plan_to_json(&j[i].plan));
		json_object_array_add(list, one);
	}
	json_object_object_add(o, "version", json_object_new_int(1));
	json_object_object_add(o, "changes", list);
	view_json(stdout, o);
}

static void show_text(struct cli *c, struct flow *f, const struct journal *j, const enum folder *folders, size_t n)
{
	struct record_row *rows = arena_alloc(c->mem, (n + 1) * sizeof(*rows));

	for (size_t i = 0; i < n; i++)
		rows[i] = (struct record_row){j[i].id, j[i].is_lasting, state_of(&j[i], folders[i]), j[i].time_s,
		    flow_login_name(f, j[i].login_uid), j[i].wish, j[i].reason};
	if (n > 0)
		(void)cli_table(view_records(stdout, c->mem, rows, n));
	else
		(void)printf("no changes since this boot, and no lasting ones\n");
}

static int run_history(struct cli *c)
{
	struct journal *journals;
	enum folder *folders;
	struct err e = {0};
	struct flow f;
	struct sys *s = cli_open(c, &f);
	int code = EXIT_OK;
	size_t n;

	if (!s)
		return EXIT_FAILED;
	if (flow_history(&f, &journals, &folders, &n, &e) < 0)
		code = cli_fail(c, &e, EXIT_FAILED);
	else if (c->is_json)
		show_json(c, &f, journals, folders, n);
	else
		show_text(c, &f, journals, folders, n);
	flow_close(s);
	return code;
}

const struct cmd cmd_history = {
    .name = "history",
    .args = "",
    .summary = "What passthru changed since this boot or for good, and what is still held",
    .description = "States: interrupted (passthru recover ends it), held (passthru release gives it back; lasting\n"
		   "changes, numbered L1, L2, …, are given back by passthru undo), done and rolled-back. Needs root:\n"
		   "the records are root's alone.",
    .examples = (const char *const[]){"passthru history", "who has what, since when", NULL},
    .options = HAS(OPT_HELP) | HAS(OPT_JSON),
    .run = run_history,
};
