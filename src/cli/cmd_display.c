/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>

#include "base/str.h"
#include "cli/cmd.h"
#include "flow/display.h"
#include "view/display_view.h"
#include "view/host_view.h"

static int run_status(struct cli *c, struct flow *f)
{
	struct desktop desktop;
	struct err e = {0};
	struct host h;

	if (c->n_args > 1 || c->is_dry_run || c->reason)
		return cli_usage(c, NULL, "display status takes nothing but --json and --root");
	if (flow_display_status(f, &h, &desktop, &e) < 0)
		return cli_fail(c, &e, EXIT_FAILED);
	if (c->is_json)
		view_json(stdout, view_display_json(c->mem, &h, &desktop));
	else
		view_display(stdout, c->mem, &h, &desktop);
	return EXIT_OK;
}

static int run_use(struct cli *c, struct flow *f)
{
	struct change_options options = {.is_dry_run = c->is_dry_run, .wish = c->wish, .reason = c->reason};
	struct pci_addr addr;
	struct change change;
	enum outcome outcome;
	struct err e = {0};
	int r;

	if (c->n_args != 2)
		return cli_usage(c, "passthru display use 00:02.0", "on which card, one?");
	r = flow_find_target(f, c->args[1], &addr, &e);
	if (r < 0)
		return cli_fail(c, &e, r == -EINVAL ? EXIT_USAGE : EXIT_FAILED);
	outcome = flow_display_use(f, addr, &options, &change, &e);
	cli_show_change(c, outcome, NULL, &change, "in force when the X server starts next; passthru undo takes it back");
	return cli_outcome(c, outcome, &e);
}

static int run_display(struct cli *c)
{
	struct flow f;
	struct sys *s = cli_open(c, &f);
	int code;

	if (!s)
		return EXIT_FAILED;
	if (str_eq(c->args[0], "status"))
		code = run_status(c, &f);
	else if (str_eq(c->args[0], "use"))
		code = run_use(c, &f);
	else
		code = cli_usage(c, "known: status, use", "display has no %s", c->args[0]);
	flow_close(s);
	return code;
}

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
    .run = run_display,
};
