/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>

#include "cli/cmd.h"
#include "view/holders_view.h"
#include "view/host_view.h"

static int show(struct cli *c, const struct holders *holders)
{
	int code = EXIT_OK;

	if (c->is_json)
		view_json(stdout, view_holders_json(c->mem, holders));
	else if (holders->n > 0)
		code = cli_table(view_holders(stdout, c->mem, holders, c->n_args > 1));
	else
		(void)printf("nobody %suses %s\n", holders->is_complete ? "" : "that can be seen ",
		    c->n_args > 1 ? "them" : "it");
	(void)fflush(stdout);
	if (!holders->is_complete)
		(void)fprintf(stderr, "passthru: not everything could be looked at, so there may be %s\n"
				      "  run it as root, outside containers\n",
		    holders->n > 0 ? "more" : "somebody");
	return code;
}

static int run_holders(struct cli *c)
{
	struct pci_addr *targets;
	struct holders holders;
	struct err e = {0};
	struct flow f;
	struct sys *s = cli_open(c, &f);
	int code = EXIT_FAILED;

	if (s && cli_targets(c, &f, &targets, &code)) {
		int r = flow_holders(&f, targets, c->n_args, &holders, &e);

		if (r == -ENODEV)
			(void)err_hint(&e, "passthru list shows those there are");
		code = r < 0 ? cli_fail(c, &e, EXIT_FAILED) : show(c, &holders);
	}
	flow_close(s);
	return code;
}

const struct cmd cmd_holders = {
    .name = "holders",
    .args = "ADDRESS…",
    .summary = "Who uses a function: processes, network interfaces, the kernel",
    .description =
	"Processes that have one of its device nodes open or mapped (graphics, sound, disks, input, USB, NVIDIA,\n"
	"VFIO …), each with its user and its systemd unit; its network interfaces that are up; and the driver's\n"
	"module where something keeps it in use without a process. Mounted file systems are not listed here.\n"
	"Nobody at all is an answer too, with status 0. Other users' processes can be looked at by root alone.",
    .examples = (const char *const[]){
	"sudo passthru holders 01:00.0", "who must end before the card can go?",
	"sudo passthru holders 01:00.0 01:00.1 --json | jq -r '.holders[] | .unit // empty' | sort -u",
	"the services that use a card or its sound",
	NULL},
    .options = HAS(OPT_HELP) | HAS(OPT_ROOT) | HAS(OPT_JSON),
    .min_args = 1,
    .max_args = 256,
    .run = run_holders,
};
