/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/cmd.h"

static int run_release(struct cli *c)
{
	struct change_options options = {.is_dry_run = c->is_dry_run, .wish = c->wish, .reason = c->reason};
	struct bind_wish wish = {.verb = VERB_RELEASE};
	struct pci_addr *targets;
	struct change change;
	enum outcome outcome;
	struct err e = {0};
	struct flow f;
	struct sys *s;
	int code;

	s = cli_open(c, &f);
	if (!s)
		return EXIT_FAILED;
	if (cli_targets(c, &f, &targets, &code)) {
		outcome = flow_release(&f, targets, c->n_args, &options, &change, &e);
		wish.targets = targets;
		wish.n_targets = c->n_args;
		cli_show_change(c, outcome, &wish, &change, "given back");
		code = cli_outcome(c, outcome, &e);
	}
	flow_close(s);
	return code;
}

const struct cmd cmd_release = {
    .name = "release",
    .args = "ADDRESS…",
    .summary = "Give back everything that was taken together, each to the driver it came from",
    .description = "Undoes the passthru bind that took the function: its companions go back too, parked strangers get\n"
		   "their driver again, modules that bind loaded are unloaded when nothing else uses them.",
    .examples = (const char *const[]){
	"passthru release 01:00.0", "the card is the host's again",
	"passthru release 01:00.0 --dry-run", "what that would do",
	NULL},
    .options = HAS(OPT_HELP) | HAS(OPT_JSON) | HAS(OPT_DRY_RUN) | HAS(OPT_REASON),
    .min_args = 1,
    .max_args = 256,
    .is_change = true,
    .run = run_release,
};
