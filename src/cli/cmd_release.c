/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/cmd.h"

static int run_release(struct cli *c)
{
	struct bind_wish wish = {.verb = VERB_RELEASE};

	return cli_change(c, &wish, "given back");
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
    .options = HAS(OPT_HELP) | HAS(OPT_JSON) | HAS(OPT_DRY_RUN) | HAS(OPT_REASON) | HAS(OPT_TIMEOUT),
    .min_args = 1,
    .max_args = 256,
    .is_change = true,
    .run = run_release,
};
