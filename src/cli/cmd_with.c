/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "cli/cmd.h"
#include "view/text.h"

/* On stderr: stdout belongs to the command. */
static void say_started(void *data, const struct change *change)
{
	struct cli *c = data;

	for (size_t i = 0; i < change->n_notes; i++)
		(void)fprintf(stderr, "passthru: %s\n", view_clean(c->mem, change->notes[i]));
}

static int run_with(struct cli *c)
{
	struct change_options options = {.is_dry_run = c->is_dry_run, .wish = c->wish, .reason = c->reason};
	struct with_wish wish = {.bind.verb = VERB_WITH, .argv = c->command, .started = say_started, .started_data = c};
	struct pci_addr *targets;
	struct change change;
	enum outcome outcome;
	struct err e = {0};
	struct flow f;
	struct sys *s;
	int code, status;

	if (!cli_allowances(c, &wish.bind, &code))
		return EXIT_WITH;
	s = cli_open(c, &f);
	if (!s)
		return EXIT_WITH;
	if (!cli_targets(c, &f, &targets, &code)) {
		flow_close(s);
		return EXIT_WITH;
	}
	wish.bind.targets = targets;
	wish.bind.n_targets = c->n_args;
	if (cli_run_wish_apart(c, &f, &wish.bind, EXIT_WITH, &code)) {
		flow_close(s);
		return code;
	}
	outcome = flow_with(&f, &wish, &options, &status, &change, &e);
	if (c->is_dry_run)
		cli_show_change(c, outcome, &wish.bind, &change, NULL);
	flow_close(s);
	if (cli_outcome(c, outcome, &e) == EXIT_OK)
		return c->is_dry_run ? EXIT_OK : status;
	return status;
}

const struct cmd cmd_with = {
    .name = "with",
    .args = "ADDRESS… -- COMMAND…",
    .summary = "Hand over, run a command, give back when it and its guest are gone",
    .description =
	"Binds as passthru bind does, runs COMMAND, and gives back once COMMAND has ended and nobody has the\n"
	"group's node open any more (a QEMU that went into the background still has it). SIGINT is left to the\n"
	"command, SIGTERM and SIGHUP are passed on. The exit status is the command's; passthru's own failures\n"
	"are 125, a command that cannot be run 126, one that is not there 127.\n"
	"With --user COMMAND runs as that user, with his groups and HOME, with no open descriptor but standard\n"
	"input, output and error, and may lock as much memory as its guest has. This is refused where interrupts\n"
	"are not remapped.",
    .examples = (const char *const[]){
	"passthru with 01:00.0 -- qemu-system-x86_64 -machine q35 $(passthru export qemu 01:00.0) …",
	"a guest with the card, and the card back afterwards",
	"passthru with --user=ann 01:00.0 -- qemu-system-x86_64 …", "the same without root",
	NULL},
    .options = HAS(OPT_HELP) | HAS(OPT_JSON) | HAS(OPT_DRY_RUN) | HAS(OPT_ALLOW) |
	HAS(OPT_SERVER_TYPE) | HAS(OPT_STOP_HOLDERS) | HAS(OPT_KILL_HOLDERS) | HAS(OPT_REASON) | HAS(OPT_TIMEOUT) | HAS(OPT_USER),
    .min_args = 1,
    .max_args = 256,
    .takes_command = true,
    .is_change = true,
    .run = run_with,
};
