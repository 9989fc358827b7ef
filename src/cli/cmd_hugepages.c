/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <json-c/json.h>
#include <stdio.h>

#include "base/str.h"
#include "cli/cmd.h"
#include "flow/hugepages.h"
#include "view/host_view.h"
#include "view/hugepages_view.h"

static int show(struct cli *c, struct flow *f)
{
	struct hugepages h;
	struct err e = {0};
	struct json_object *o;

	if (flow_look_at_hugepages(f, &h, &e) < 0)
		return cli_fail(c, &e, EXIT_FAILED);
	if (c->is_json) {
		o = json_object_new_object();
		json_object_object_add(o, "version", json_object_new_int(1));
		json_object_object_add(o, "pools", view_hugepages_json(&h));
		view_json(stdout, o);
		return EXIT_OK;
	}
	if (h.n_pools > 0)
		return cli_table(view_hugepages(stdout, c->mem, &h));
	(void)printf("this kernel has no huge pages\n");
	return EXIT_OK;
}

static bool parse_wish(struct cli *c, struct hugepages_wish *wish, int *ret_code)
{
	uint64_t node;

	*ret_code = EXIT_USAGE;
	if (c->size && !huge_size_parse(c->size, &wish->page_kb))
		(void)cli_usage(c, "2M and 1G are what most machines have", "%s is no size of a page", c->size);
	else if (!str_number(c->args[0], 10, MOST_HUGE_PAGES, &wish->count) || wish->count == 0)
		(void)cli_usage(c, "how many more pages; passthru hugepages --help", "%s is no number of pages", c->args[0]);
	else if (c->at_least &&
	    (!str_number(c->at_least, 10, MOST_HUGE_PAGES, &wish->at_least) || wish->at_least == 0 || wish->at_least > wish->count))
		(void)cli_usage(c, NULL, "--at-least takes a number from 1 to %s", c->args[0]);
	else if (c->node && c->near_word)
		(void)cli_usage(c, NULL, "--node and --near both say the node");
	else if (c->node && !str_number(c->node, 10, MOST_NODES - 1, &node))
		(void)cli_usage(c, "passthru hugepages shows the nodes", "%s is no number of a NUMA node", c->node);
	else
		*ret_code = EXIT_OK;
	if (c->node && *ret_code == EXIT_OK)
		wish->node = (int)node;
	return *ret_code == EXIT_OK;
}

static int reserve(struct cli *c, struct flow *f, const struct change_options *options)
{
	struct hugepages_wish wish = {.node = NODE_ANY};
	struct change change;
	enum outcome outcome;
	struct err e = {0};
	int code;

	if (!parse_wish(c, &wish, &code))
		return code;
	if (c->near_word && flow_find_node(f, c->near_word, &wish.node, &e) < 0)
		return cli_fail(c, &e, EXIT_FAILED);
	outcome = flow_reserve_hugepages(f, &wish, options, &change, &e);
	cli_show_change(c, outcome, NULL, &change, "reserved; passthru hugepages --release gives back");
	return cli_outcome(c, outcome, &e);
}

static int release(struct cli *c, struct flow *f, const struct change_options *options)
{
	struct change change;
	enum outcome outcome;
	struct err e = {0};

	if (c->n_args > 0 || c->size || c->node || c->near_word || c->at_least)
		return cli_usage(c, NULL, "--release gives back all that passthru reserved, and takes nothing beside it");
	outcome = flow_release_hugepages(f, options, &change, &e);
	if (outcome == OUTCOME_NOTHING && !c->is_json)
		(void)printf("nothing to do: none of the huge pages are passthru's\n");
	else
		cli_show_change(c, outcome, NULL, &change, "given back");
	return cli_outcome(c, outcome, &e);
}

static int run_hugepages(struct cli *c)
{
	struct change_options options = {.is_dry_run = c->is_dry_run, .wish = c->wish, .reason = c->reason};
	struct flow f;
	struct sys *s;
	int code;

	if (c->n_args == 0 && !c->is_release && (c->size || c->node || c->near_word || c->at_least || c->is_dry_run))
		return cli_usage(c, "passthru hugepages --help", "how many pages?");
	s = cli_open(c, &f);
	if (!s)
		return EXIT_FAILED;
	if (c->is_release)
		code = release(c, &f, &options);
	else
		code = c->n_args > 0 ? reserve(c, &f, &options) : show(c, &f);
	flow_close(s);
	return code;
}

const struct cmd cmd_hugepages = {
    .name = "hugepages",
    .args = "[COUNT]",
    .summary = "Reserve huge pages for a guest's memory, give them back, show what there is",
    .description =
	"COUNT more pages are reserved, whatever others have reserved; --release takes exactly those away again.\n"
	"Without --node or --near each NUMA node gives an equal share, a node with too little memory less.\n"
	"All of them or none: what the kernel cannot make is taken back and said (exit 4), unless --at-least\n"
	"lets fewer do. Pages of 1 GiB can mostly be had at boot only, by the kernel's command line:\n"
	"default_hugepagesz=1G hugepagesz=1G hugepages=N. Pages in use when they are given back go when their\n"
	"user lets go. Without COUNT: what there is; SURPLUS is above the total that was reserved, PASSTHRU is\n"
	"ours (needs root), ROOM FOR is how many more the free memory may do for.",
    .examples = (const char *const[]){
	"passthru hugepages", "what there is",
	"passthru hugepages --near=01:00.0 4096", "8 GiB in pages of 2 MiB on the node of the card",
	"passthru hugepages --size=1G --at-least=12 16", "16 pages of 1 GiB, or some fewer",
	"passthru hugepages --release", "all that passthru reserved is the host's again",
	NULL},
    .options = HAS(OPT_HELP) | HAS(OPT_ROOT) | HAS(OPT_JSON) | HAS(OPT_DRY_RUN) | HAS(OPT_REASON) | HAS(OPT_SIZE) |
	HAS(OPT_NODE) | HAS(OPT_NEAR) | HAS(OPT_AT_LEAST) | HAS(OPT_RELEASE),
    .max_args = 1,
    .is_change = true,
    .run = run_hugepages,
};
