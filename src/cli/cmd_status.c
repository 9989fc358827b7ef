/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <json-c/json.h>
#include <stdio.h>

#include "cli/cmd.h"
#include "flow/status.h"
#include "view/host_view.h"
#include "view/status_view.h"

/* While somebody is at work, what looks interrupted may be what he ends just now. */
static int exit_code(const struct status *s)
{
	if (status_count_stuck(s) > 0)
		return EXIT_STUCK;
	if ((s->n_interrupted > 0 && !s->at_work) || s->n_broken > 0)
		return EXIT_NEEDS_RECOVER;
	return EXIT_OK;
}

static int run_status(struct cli *c)
{
	struct status status;
	struct err e = {0};
	struct flow f;
	struct sys *s = cli_open(c, &f);
	int code;

	if (!s)
		return EXIT_FAILED;
	if (flow_status(&f, &status, &e) < 0) {
		code = cli_fail(c, &e, EXIT_FAILED);
	} else {
		code = exit_code(&status);
		if (c->is_json)
			view_json(stdout, view_status_json(c->mem, &status));
		else
			view_status(stdout, c->mem, &status);
	}
	flow_close(s);
	return code;
}

const struct cmd cmd_status = {
    .name = "status",
    .args = "",
    .summary = "What is handed over, in use, at work, interrupted or stuck, and the next step",
    .description =
	"A line each: functions on VFIO drivers, by which change and since when, or by somebody else; leases;\n"
	"changes that were cut off; who is at work; writes that the kernel does not come back from; huge pages\n"
	"of passthru's; what a reboot would make of it. The last line is the one thing to do next.\n"
	"\n"
	"Nothing is changed, no lock is taken, nothing is waited for. Without root the drivers alone can be\n"
	"seen: the rest is said to be not known, and is null in JSON.\n"
	"\n"
	"Status 0: nothing is amiss, as far as can be seen. 5: a change was cut off, and nobody is at work, or a\n"
	"record is not believed: passthru recover. 6: the kernel is stuck in a write. 1: the PCI devices cannot\n"
	"be looked at.",
    .examples = (const char *const[]){
	"sudo passthru status", "where do things stand?",
	"sudo passthru status --json | jq -r .next.command", "the command that helps, null where none does",
	NULL},
    .options = HAS(OPT_HELP) | HAS(OPT_ROOT) | HAS(OPT_JSON),
    .run = run_status,
};
