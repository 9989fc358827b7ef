/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <json-c/json.h>
#include <stdio.h>

#include "cli/cmd.h"
#include "sys/read_host.h"
#include "view/host_view.h"

/* What could not be read is said, but the rest is shown all the same. */
static void warn_of_trouble(const struct host *h)
{
	for (size_t i = 0; i < h->n_functions; i++)
		if (h->functions[i].trouble)
			(void)fprintf(stderr, "passthru: %s\n", h->functions[i].trouble);
}

static int run_list(struct cli *c)
{
	struct err e = {0};
	struct flow f;
	struct host h;
	struct sys *s = cli_open(c, &f);
	int code = EXIT_OK;

	if (!s)
		return EXIT_FAILED;
	if (flow_look(&f, FACET_NAMES, NULL, 0, &h, &e) < 0) {
		code = cli_fail(c, &e, EXIT_FAILED);
	} else if (c->is_json) {
		struct json_object *o = json_object_new_object();

		json_object_object_add(o, "version", json_object_new_int(1));
		json_object_object_add(o, "functions", view_functions_json(c->mem, &h));
		view_json(stdout, o);
	} else {
		(void)view_functions_table(stdout, c->mem, &h, cli_width());
	}
	if (code == EXIT_OK)
		warn_of_trouble(&h);
	flow_close(s);
	return code;
}

const struct cmd cmd_list = {
    .name = "list",
    .args = "",
    .summary = "PCI functions with their IOMMU group, VFIO group and driver",
    .description = "One line a function. VFIO GROUP is filled where the group's node is there under /dev/vfio,\n"
		   "that is, once a function of the group is with a VFIO driver. Needs no root.",
    .examples =
	(const char *const[]){
	    "passthru list", "what is in this machine",
	    "passthru list --json | jq '.functions[] | select(.driver == \"vfio-pci\")'", "what is handed over",
	    "passthru --root ./recorded list", "what was in a recorded machine",
	    NULL},
    .options = HAS(OPT_HELP) | HAS(OPT_ROOT) | HAS(OPT_JSON),
    .run = run_list,
};
