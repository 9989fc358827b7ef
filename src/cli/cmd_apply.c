/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "cli/cmd.h"

enum { LARGEST_PLAN = 4 * 1024 * 1024 };

/* The user's own file, or standard input; capped. */
static const char *read_file(struct cli *c, const char *path, struct err *e)
{
	char *text = arena_alloc(c->mem, LARGEST_PLAN + 1);
	cleanup_close int fd = str_eq(path, "-") ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	size_t used = 0;
	ssize_t n = -1;

	while (fd >= 0 && used < LARGEST_PLAN && (n = read(fd, text + used, LARGEST_PLAN - used)) > 0)
		used += (size_t)n;
	if (fd < 0 || n < 0)
		(void)err_set(e, -errno, "cannot read %s: %s", path, strerror(errno));
	else if (used == LARGEST_PLAN || strlen(text) != used)
		(void)err_set(e, -EINVAL, "%s is no plan", path);
	else
		return text;
	return NULL;
}

static int run_apply(struct cli *c)
{
	struct change_options options = {.wish = c->wish, .reason = c->reason}, dry = {.is_dry_run = true, .wish = c->wish};
	struct change change;
	enum outcome outcome;
	const char *text;
	struct err e = {0};
	struct flow f;
	struct sys *s;
	int code;

	text = read_file(c, c->args[0], &e);
	if (!text)
		return cli_fail(c, &e, EXIT_FAILED);
	s = cli_open(c, &f);
	if (!s)
		return EXIT_FAILED;
	if (flow_apply(&f, text, &dry, &change, &e) == OUTCOME_DONE && !str_eq(c->args[0], "-") &&
	    cli_run_apart(c, &f, "apply", &change.plan, EXIT_FAILED, &code)) {
		flow_close(s);
		return code;
	}
	e = (struct err){0};
	outcome = flow_apply(&f, text, &options, &change, &e);
	if (outcome == OUTCOME_FAILED && e.code == -EINVAL)
		(void)err_add(&e, "%s cannot be applied", c->args[0]);
	cli_show_change(c, outcome, NULL, &change, "applied");
	flow_close(s);
	return cli_outcome(c, outcome, &e);
}

const struct cmd cmd_apply = {
    .name = "apply",
    .args = "FILE",
    .summary = "Carry out a plan that was looked at before",
    .description = "FILE (or - for standard input) is what bind, unbind or release --dry-run --json wrote. The plan is made\n"
		   "again from the wish in it, and carried out only when every step comes out the same.",
    .examples = (const char *const[]){
	"passthru bind 01:00.0 --dry-run --json > plan.json", "have it looked at",
	"passthru apply plan.json", "do exactly that, or nothing",
	NULL},
    .options = HAS(OPT_HELP) | HAS(OPT_JSON) | HAS(OPT_REASON) | HAS(OPT_TIMEOUT),
    .min_args = 1,
    .max_args = 1,
    .is_change = true,
    .run = run_apply,
};
