/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <json-c/json.h>
#include <stdio.h>

#include "base/str.h"
#include "cli/cmd.h"
#include "view/host_view.h"
#include "view/text.h"

static const char *what_became(enum outcome o)
{
	switch (o) {
	case OUTCOME_DONE:
		return "was complete";
	case OUTCOME_ROLLED_BACK:
		return "taken back";
	case OUTCOME_STUCK:
		return "still stuck in the kernel";
	case OUTCOME_FAILED:
	case OUTCOME_NEEDS_RECOVER:
	case OUTCOME_NOTHING:
	case OUTCOMES:
		break;
	}
	return "could not be ended";
}

static void show_json(struct cli *c, const struct recovery *items, size_t n)
{
	struct json_object *o = json_object_new_object();
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < n; i++) {
		struct json_object *one = json_object_new_object();

		cli_add_id(one, items[i].id, items[i].is_lasting);
		json_object_object_add(one, "change", json_object_new_string(view_clean(c->mem, items[i].wish)));
		json_object_object_add(one, "outcome", json_object_new_string(outcome_name(items[i].outcome)));
		json_object_object_add(one, "message",
		    items[i].message ? json_object_new_string(view_clean(c->mem, items[i].message)) : NULL);
		json_object_array_add(list, one);
	}
	json_object_object_add(o, "version", json_object_new_int(1));
	json_object_object_add(o, "recovered", list);
	view_json(stdout, o);
}

static int recover_all(struct cli *c, struct flow *f)
{
	struct recovery *items;
	char id[CHANGE_ID_TEXT];
	struct err e = {0};
	size_t n;
	enum outcome outcome = flow_recover(f, &items, &n, &e);

	if (c->is_json)
		show_json(c, items, n);
	else if (outcome == OUTCOME_NOTHING)
		(void)printf("nothing to recover\n");
	for (size_t i = 0; i < n && !c->is_json; i++)
		(void)printf("change %s (%s): %s\n", change_id_format(items[i].id, items[i].is_lasting, id),
		    view_clean(c->mem, items[i].wish), what_became(items[i].outcome));
	return cli_outcome(c, outcome, &e);
}

static int run_recover(struct cli *c)
{
	struct err e = {0};
	struct flow f;
	struct sys *s;
	unsigned id;
	bool is_lasting;
	int code;

	if (c->abandon && !change_id_parse(c->abandon, &id, &is_lasting))
		return cli_usage(c, "passthru history lists them", "%s is no number of a change", c->abandon);
	s = cli_open(c, &f);
	if (!s)
		return EXIT_FAILED;
	if (c->abandon)
		code = cli_outcome(c, flow_abandon(&f, id, is_lasting, &e), &e);
	else
		code = recover_all(c, &f);
	flow_close(s);
	return code;
}

const struct cmd cmd_recover = {
    .name = "recover",
    .args = "",
    .summary = "Bring interrupted changes to an end, after a crash or a kill",
    .description =
	"Each change that was cut off is finished when everything arrived already, else taken back. What a\n"
	"killed passthru with held is given back, once no virtual machine has it open. Something that\n"
	"somebody else changed meanwhile is never overwritten.",
    .examples = (const char *const[]){
	"passthru recover", "after a crash",
	"passthru recover --abandon 12", "change 12 cannot be ended: set it aside, touch nothing",
	NULL},
    .options = HAS(OPT_HELP) | HAS(OPT_JSON) | HAS(OPT_ABANDON) | HAS(OPT_TIMEOUT),
    .is_change = true,
    .run = run_recover,
};
