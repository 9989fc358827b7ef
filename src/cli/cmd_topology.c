/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>

#include "cli/cmd.h"
#include "judge/topology.h"
#include "sys/read_host.h"
#include "view/topology_view.h"

static int show(struct cli *c, const struct host *h, const struct topology *t)
{
	struct list_style style = {.width = cli_width(), .has_colour = cli_has_colour(), .is_tree = true};

	if (c->is_json)
		view_json(stdout, view_topology_json(c->mem, h, t));
	else if (c->is_dot)
		view_topology_dot(stdout, c->mem, h, t);
	else if (c->is_svg)
		view_topology_svg(stdout, c->mem, h, t);
	else
		return cli_table(view_topology(stdout, c->mem, h, t, &style));
	return EXIT_OK;
}

static int show_targets(struct cli *c, const struct host *h, const struct pci_addr *targets)
{
	int *indices = arena_alloc(c->mem, (c->n_args + 1) * sizeof(*indices));
	struct topology t;

	for (size_t i = 0; i < c->n_args; i++) {
		const struct pci_function *f = host_find(h, targets[i]);
		char name[PCI_ADDR_TEXT];
		struct err e = {0};

		if (!f) {
			(void)err_set(&e, -ENODEV, "there is no PCI function %s", pci_addr_format(targets[i], name));
			(void)err_hint(&e, "passthru list shows those there are");
			return cli_fail(c, &e, EXIT_FAILED);
		}
		indices[i] = host_index(h, f);
	}
	t = judge_topology(c->mem, h, indices, c->n_args);
	return show(c, h, &t);
}

static int run_topology(struct cli *c)
{
	struct read_request request = {
	    .facets = FACET_NAMES | FACET_TOPOLOGY | FACET_GROUPS | FACET_CONFIG,
	    .attributes = 1u << ATTR_SLOT | 1u << ATTR_SLOT_BELOW | 1u << ATTR_NUMA_NODE | 1u << ATTR_LINK_SPEED |
		1u << ATTR_LINK_WIDTH | 1u << ATTR_MAX_LINK_SPEED | 1u << ATTR_MAX_LINK_WIDTH};
	struct pci_addr *targets;
	struct err e = {0};
	struct flow f;
	struct host h;
	struct sys *s;
	int code = EXIT_FAILED;

	if (c->is_json + c->is_dot + c->is_svg > 1)
		return cli_usage(c, "one of --json, --dot and --svg", "several forms are asked for");
	s = cli_open(c, &f);
	/* All functions are read for a few too: any may be a bridge above, or below a port that looks free. */
	if (s && cli_targets(c, &f, &targets, &code))
		code = flow_look(&f, &request, &h, &e) < 0 ? cli_fail(c, &e, EXIT_FAILED) : show_targets(c, &h, targets);
	flow_close(s);
	return code;
}

const struct cmd cmd_topology = {
    .name = "topology",
    .args = "[ADDRESS…]",
    .summary = "Ports, switches and functions as a tree, with groups and verdicts, or as a picture",
    .description =
	"Each function below the bridge it hangs on, with its IOMMU group and its verdict. A stranger is what shares a\n"
	"group with a display, or with an ADDRESS, and is no part of that card. With ADDRESSES only they are shown, what\n"
	"shares a group or a card with them, and the bridges above.\n"
	"\n"
	"ACS says of a port whether it sends what its devices say to each other up to the IOMMU: on, off (it could), none\n"
	"(it cannot say so; some isolate all the same, so the groups have the last word). It stands in the configuration\n"
	"space and needs root; empty: not known. Without root the kinds of bridges are told by their places.\n"
	"\n"
	"Where strangers block a card, a root port is named that is free and alone in its group, if there is one.\n"
	"\n"
	"The picture of --svg needs no other program; --dot is for Graphviz, which knows other forms.",
    .examples = (const char *const[]){
	"sudo passthru topology", "where everything hangs, and which ports isolate",
	"passthru topology 01:00.0", "the card, its group and its way to the processor",
	"passthru topology --svg > host.svg", "a picture of it",
	"passthru topology --dot | dot -Tpdf > host.pdf", "the same by Graphviz",
	"passthru topology --json | jq '.free_slots'", "free slots with a group of their own",
	NULL},
    .options = HAS(OPT_HELP) | HAS(OPT_ROOT) | HAS(OPT_JSON) | HAS(OPT_DOT) | HAS(OPT_SVG),
    .max_args = 256,
    .run = run_topology,
};
