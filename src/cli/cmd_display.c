/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/cmd.h"
#include "flow/display.h"
#include "view/display_view.h"
#include "view/host_view.h"

static int run_status(struct cli *c)
{
	struct display_progress progress;
	struct desktop desktop;
	int code = EXIT_OK;
	struct err e = {0};
	struct flow f;
	struct host h;
	struct sys *s = cli_open(c, &f);

	if (!s)
		return EXIT_FAILED;
	if (flow_display_status(&f, &h, &desktop, &progress, &e) < 0)
		code = cli_fail(c, &e, EXIT_FAILED);
	else if (c->is_json)
		view_json(stdout, view_display_json(c->mem, &h, &desktop, &progress));
	else
		view_display(stdout, c->mem, &h, &desktop, &progress);
	flow_close(s);
	return code;
}

/* What is in the way of it is said before anything changes. */
static int check_setup(struct cli *c, struct flow *f)
{
	struct err e = {0};

	if (!c->wants_setup || c->is_dry_run)
		return EXIT_OK;
	if (!c->is_agreed && !isatty(STDIN_FILENO))
		return cli_usage(c, "--yes agrees without being asked",
		    "--firmware asks before the machine is restarted, and nobody is here to be asked");
	return flow_check_firmware_setup(f, &e) < 0 ? cli_fail(c, &e, EXIT_FAILED) : EXIT_OK;
}

static int restart(struct cli *c, struct flow *f)
{
	struct err e = {0};

	if (!c->is_agreed && !cli_agrees("restart this machine into its firmware's setup now?")) {
		(void)fprintf(stderr, "passthru: not restarted; systemctl reboot --firmware-setup does it later\n");
		return EXIT_OK;
	}
	if (flow_reboot_to_setup(f, &e) == 0)
		return EXIT_OK;
	(void)err_add(&e, "the card is chosen, but the machine is not restarted");
	return cli_fail(c, &e, EXIT_FAILED);
}

static int use(struct cli *c, struct flow *f, const struct display_wish *wish)
{
	struct change_options options = {.is_dry_run = c->is_dry_run, .wish = c->wish, .reason = c->reason};
	struct change change;
	struct err e = {0};
	enum outcome outcome = flow_display_use(f, wish, &options, &change, &e);
	int code;

	cli_show_change(c, outcome, NULL, &change,
	    change.needs_reboot ? "in force after a reboot; passthru undo takes it back"
				: "in force when the X server starts next; passthru undo takes it back");
	code = cli_outcome(c, outcome, &e);
	return code == EXIT_OK && c->wants_setup && !c->is_dry_run ? restart(c, f) : code;
}

static int run_use(struct cli *c)
{
	struct display_wish wish = {.wants_setup = c->wants_setup};
	struct err e = {0};
	struct flow f;
	struct sys *s = cli_open(c, &f);
	int r, code;

	if (!s)
		return EXIT_FAILED;
	r = flow_find_target(&f, c->args[0], &wish.card, &e);
	code = r < 0 ? cli_fail(c, &e, r == -EINVAL ? EXIT_USAGE : EXIT_FAILED) : check_setup(c, &f);
	if (code == EXIT_OK)
		code = use(c, &f, &wish);
	flow_close(s);
	return code;
}

static const struct subcommand subcommands[] = {
    {"status", HAS(OPT_ROOT) | HAS(OPT_JSON), 0, 0, run_status},
    {"use", HAS(OPT_ROOT) | HAS(OPT_JSON) | HAS(OPT_DRY_RUN) | HAS(OPT_REASON) | HAS(OPT_FIRMWARE) | HAS(OPT_YES), 1, 1, run_use},
};

const struct cmd cmd_display = {
    .name = "display",
    .args = "status | use ADDRESS",
    .summary = "Show on which card the host draws, and keep its X server on one",
    .description =
	"status: each graphics card with what shows on it (monitors, text console, the firmware's console), what decides on\n"
	"it (Xorg's files, prime-select, sessions, the firmware), whether a choice by use took, and the next step. Changes\n"
	"nothing.\n\n"
	"use: the X server draws on this card and opens no other one, from its next start on, so that the others can be\n"
	"handed over. On a laptop whose prime-select is at the other card it is told as well (prime-select nvidia or\n"
	"on-demand; with suse-prime's service, prime-select boot nvidia, intel or amd), which is in force after a reboot:\n"
	"type the same again then, and it says whether it took and what is next. Refused for a card that is claimed or\n"
	"handed over. What the firmware must be set to is said; --firmware restarts the machine into its setup, where it can\n"
	"be asked for that. passthru undo takes file and prime-select back.",
    .examples = (const char *const[]){
	"passthru display status", "which card has the picture, and why",
	"passthru display use 00:02.0", "the integrated card for the host, the other one is free",
	"passthru display use 00:02.0 --firmware", "the same, then into the firmware's setup to choose it there",
	NULL},
    .section = "FILES",
    .section_text = "/etc/X11/xorg.conf.d/10-passthru-display.conf: written by use; a file changed by hand is left alone.",
    .options = HAS(OPT_HELP) | HAS(OPT_ROOT) | HAS(OPT_JSON) | HAS(OPT_DRY_RUN) | HAS(OPT_REASON) | HAS(OPT_FIRMWARE) | HAS(OPT_YES),
    .min_args = 1,
    .max_args = 2,
    .is_change = true,
    .subcommands = subcommands,
    .n_subcommands = ARRAY_LEN(subcommands),
};
