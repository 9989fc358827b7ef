/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <json-c/json.h>
#include <stdio.h>

#include "cli/cmd.h"
#include "judge/verdict.h"
#include "sys/read_host.h"
#include "view/host_view.h"

static struct verdict judge(const struct cli *c, const struct host *h, const struct iommu_group *g)
{
	struct verdict v = judge_group(c->mem, h, g);

	return c->is_strict ? judge_strictly(c->mem, h, &v) : v;
}

static void show_json(struct cli *c, const struct host *h)
{
	struct json_object *o = json_object_new_object();
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < h->n_groups; i++) {
		struct verdict v = judge(c, h, &h->groups[i]);

		json_object_array_add(list, view_group_json(c->mem, h, &h->groups[i], &v));
	}
	json_object_object_add(o, "version", json_object_new_int(1));
	json_object_object_add(o, "groups", list);
	view_json(stdout, o);
}

static void show_text(struct cli *c, const struct host *h)
{
	for (size_t i = 0; i < h->n_groups; i++) {
		struct verdict v = judge(c, h, &h->groups[i]);

		view_group(stdout, c->mem, h, &h->groups[i], &v);
	}
	if (h->n_groups == 0)
		(void)printf("no IOMMU groups: %s\n",
		    h->has_groups == TRI_NO ? "the IOMMU is off or absent" : "nothing here tells of any");
}

static int run_groups(struct cli *c)
{
	struct read_request request = {.facets = FACET_NAMES | FACET_TOPOLOGY | FACET_GROUPS};
	struct err e = {0};
	struct flow f;
	struct host h;
	struct sys *s = cli_open(c, &f);
	int code = EXIT_OK;

	if (!s)
		return EXIT_FAILED;
	if (flow_look(&f, &request, &h, &e) < 0)
		code = cli_fail(c, &e, EXIT_FAILED);
	else if (c->is_json)
		show_json(c, &h);
	else
		show_text(c, &h);
	flow_close(s);
	return code;
}

const struct cmd cmd_groups = {
    .name = "groups",
    .args = "",
    .summary = "IOMMU groups, who is in them and whether they can be handed over",
    .description = "A group goes to a virtual machine whole or not at all; bridges in it stay with the host.\n"
		   "The verdict is that of the group's display function, else of its first endpoint. Needs no root.",
    .examples = (const char *const[]){
	"passthru groups", "how this board splits its slots",
	"passthru groups --json | jq '.groups[] | select(.verdict.answer != \"blocked\") | .group'",
	"groups that can be handed over",
	"lspci -nnv | passthru --dump - groups", "the same for a machine at the other end of a pipe",
	NULL},
    .options = HAS(OPT_HELP) | HAS(OPT_ROOT) | HAS(OPT_DUMP) | HAS(OPT_JSON) | HAS(OPT_STRICT),
    .run = run_groups,
};
