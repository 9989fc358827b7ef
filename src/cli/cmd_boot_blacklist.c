/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/cmd_boot.h"

#include "flow/blacklist.h"

int run_boot_blacklist(struct cli *c)
{
	struct change_options options = {.is_dry_run = c->is_dry_run, .wish = c->wish, .reason = c->reason};
	struct blacklist_wish wish = {.modules = c->args, .n_modules = c->n_args, .is_removal = c->is_removal};
	struct change change;
	enum outcome outcome;
	struct err e = {0};
	struct flow f;
	struct sys *s;
	int code;

	if (c->is_removal && c->n_allow > 0)
		return cli_usage(c, NULL, "boot blacklist --remove takes no --allow");
	if (!cli_allowances(c, &wish.bind, &code))
		return code;
	s = cli_open(c, &f);
	if (!s)
		return EXIT_FAILED;
	outcome = flow_blacklist(&f, &wish, &options, &change, &e);
	cli_show_change(c, outcome, NULL, &change,
	    c->is_removal ? "no longer blacklisted" : "blacklisted; what is loaded stays so until the next boot, passthru undo takes it back");
	code = cli_outcome(c, outcome, &e);
	flow_close(s);
	return code;
}
