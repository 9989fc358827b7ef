/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "cli/cmd.h"

static int run_undo(struct cli *c)
{
	struct change_options options = {.is_dry_run = c->is_dry_run, .wish = c->wish, .reason = c->reason};
	bool is_lasting = true;
	struct change change;
	enum outcome outcome;
	struct err e = {0};
	struct flow f;
	struct sys *s;
	unsigned id = 0;

	if (c->n_args > 0 && !change_id_parse(c->args[0], &id, &is_lasting))
		return cli_usage(c, "passthru history lists them", "%s is no number of a change", c->args[0]);
	if (!is_lasting)
		return cli_usage(c, "lasting ones are called L1, L2, …; passthru release gives back what ends with the boot",
		    "change %u does not outlive the boot", id);
	s = cli_open(c, &f);
	if (!s)
		return EXIT_FAILED;
	outcome = flow_undo(&f, id, &options, &change, &e);
	cli_show_change(c, outcome, NULL, &change, "undone");
	flow_close(s);
	return cli_outcome(c, outcome, &e);
}

const struct cmd cmd_undo = {
    .name = "undo",
    .args = "[ID]",
    .summary = "Take a lasting change back",
    .description =
	"ID is one that passthru history shows as held, L3 say; without one the newest. Every file of ours is put back\n"
	"byte for byte, every word is taken out again. Where somebody else has changed one since, it is named and nothing\n"
	"is touched. A claim that comes back so is judged anew, as passthru claim would, with what it was allowed then. What\n"
	"ends with the boot is not undone but given back: passthru release.",
    .examples = (const char *const[]){
	"passthru undo --dry-run", "what the newest lasting change was, the other way round",
	"passthru undo L3", "that one",
	NULL},
    .options = HAS(OPT_HELP) | HAS(OPT_JSON) | HAS(OPT_DRY_RUN) | HAS(OPT_REASON),
    .max_args = 1,
    .is_change = true,
    .run = run_undo,
};
