/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>

#include "cli/cmd.h"
#include "flow/display.h"
#include "view/display_view.h"
#include "view/host_view.h"

static int run_status(struct cli *c)
{
	struct desktop desktop;
	int code = EXIT_OK;
	struct err e = {0};
	struct flow f;
	struct host h;
	struct sys *s = cli_open(c, &f);

	if (!s)
		return EXIT_FAILED;
	if (flow_display_status(&f, &h, &desktop, &e) < 0)
		code = cli_fail(c, &e, EXIT_FAILED);
	else if (c->is_json)
		view_json(stdout, view_display_json(c->mem, &h, &desktop));
	else
		view_display(stdout, c->mem, &h, &desktop);
	flow_close(s);
	return code;
}

static int run_use(struct cli *c)
{
	struct change_options options = {.is_dry_run = c->is_dry_run, .wish = c->wish, .reason = c->reason};
	enum outcome outcome;
	struct pci_addr addr;
	struct change change;
	struct err e = {0};
	struct flow f;
	struct sys *s = cli_open(c, &f);
	int r, code;

	if (!s)
		return EXIT_FAILED;
	r = flow_find_target(&f, c->args[0], &addr, &e);
	if (r < 0) {
		code = cli_fail(c, &e, r == -EINVAL ? EXIT_USAGE : EXIT_FAILED);
	} else {
		outcome = flow_display_use(&f, addr, &options, &change, &e);
		cli_show_change(c, outcome, NULL, &change, "in force when the X server starts next; passthru undo takes it back");
		code = cli_outcome(c, outcome, &e);
	}
	flow_close(s);
	return code;
}

static const struct subcommand subcommands[] = {
    {"status", HAS(OPT_ROOT) | HAS(OPT_JSON), 0, 0, run_status},
    {"use", HAS(OPT_ROOT) | HAS(OPT_JSON) | HAS(OPT_DRY_RUN) | HAS(OPT_REASON), 1, 1, run_use},
};

const struct cmd cmd_display = {
    .name = "display",
    .args = "status | use ADDRESS",
    .summary = "Show on which card the host draws, and keep its X server on one",
    .description =
	"status: each graphics card with what shows on it (monitors, text console, the firmware's console), and what\n"
	"decides on it: Xorg's files, prime-select, sessions, the firmware. Changes nothing.\n\n"
	"use: the X server draws on this card and opens no other one, from its next start on, so that the others can be\n"
	"handed over. Refused for a card that is claimed or handed over. What Xorg does not decide, the firmware's choice\n"
	"of the primary display and prime-select, is said: that is for you to set. passthru undo takes it back.",
    .examples = (const char *const[]){
	"passthru display status", "which card has the picture, and why",
	"passthru display use 00:02.0", "the integrated card for the host, the other one is free",
	NULL},
    .section = "FILES",
    .section_text = "/etc/X11/xorg.conf.d/10-passthru-display.conf: written by use; a file changed by hand is left alone.",
    .options = HAS(OPT_HELP) | HAS(OPT_ROOT) | HAS(OPT_JSON) | HAS(OPT_DRY_RUN) | HAS(OPT_REASON),
    .min_args = 1,
    .max_args = 2,
    .is_change = true,
    .subcommands = subcommands,
    .n_subcommands = ARRAY_LEN(subcommands),
};
