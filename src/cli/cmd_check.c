/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <json-c/json.h>
#include <stdio.h>

#include "cli/cmd.h"
#include "flow/check.h"
#include "view/boot_words_view.h"
#include "view/check_view.h"
#include "view/host_view.h"
#include "view/plan_view.h"

static int show(struct cli *c, struct flow *f, struct host_checked *checked)
{
	struct err e = {0};

	/* Last, for there is no root afterwards. */
	if (flow_check_log(f, checked, &e) < 0)
		return cli_fail(c, &e, EXIT_FAILED);
	if (c->is_json)
		view_json(stdout, view_checks_json(c->mem, &checked->host, &checked->report));
	else
		view_checks(stdout, c->mem, &checked->host, &checked->report, c->is_all);
	return checked->report.is_ready == TRI_YES ? EXIT_OK : EXIT_NO;
}

/* ---- --fix ---- */

static int fix_words(struct cli *c, struct flow *f, const struct change_options *options)
{
	struct boot_words_wish wish = {0};
	struct words_change words;
	struct err e = {0};
	enum outcome outcome = flow_boot_enable(f, &wish, NULL, options, &words, &e);

	if (words.n_advice > 0 && !c->is_json) {
		(void)printf("passthru does not write what this loader reads; to be done by hand:\n");
		view_boot_advice(stdout, c->mem, words.advice, words.n_advice);
		return EXIT_NO;
	}
	cli_show_change(c, outcome, NULL, &words.change, "configured; a reboot is needed, then passthru check again");
	return words.n_advice > 0 ? EXIT_NO : cli_outcome(c, outcome, &e);
}

/* CHECK_MEND_BIND is left to the caller, who has to close the host first: bind opens it by itself. */
static int fix(struct cli *c, struct flow *f, enum check_mend mend, struct host_checked *checked)
{
	struct change_options options = {.is_dry_run = c->is_dry_run, .wish = c->wish, .reason = c->reason};

	if (mend == CHECK_MEND_WORDS)
		return fix_words(c, f, &options);
	if (checked->report.is_ready != TRI_YES)
		(void)fprintf(stderr, "passthru: nothing of this can be mended by passthru itself\n");
	return show(c, f, checked);
}

static int run_check(struct cli *c)
{
	struct bind_wish wish = {.verb = VERB_BIND};
	enum check_mend mend = CHECK_MEND_NONE;
	struct host_checked checked = {0};
	struct pci_addr *targets;
	int code = EXIT_FAILED;
	struct err e = {0};
	struct flow f;
	struct sys *s;

	if (!c->is_fix && c->given & ~(HAS(OPT_HELP) | HAS(OPT_ROOT) | HAS(OPT_DUMP) | HAS(OPT_JSON) | HAS(OPT_ALL)))
		return cli_usage(c, "check itself changes nothing", "that option goes with --fix");
	if (c->is_fix && c->n_dumps > 0)
		return cli_usage(c, "leave --fix out", "what was pasted is another machine's: nothing can be mended there");
	s = cli_open(c, &f);
	if (s && cli_targets(c, &f, &targets, &code)) {
		if (flow_check(&f, targets, c->n_args, &checked, &e) < 0) {
			code = cli_fail(c, &e, EXIT_FAILED);
		} else {
			mend = c->is_fix ? flow_check_mend(&checked) : CHECK_MEND_NONE;
			code = !c->is_fix ? show(c, &f, &checked) : mend == CHECK_MEND_BIND ? EXIT_OK : fix(c, &f, mend, &checked);
		}
	}
	flow_close(s);
	return mend == CHECK_MEND_BIND ? cli_change(c, &wish, "handed over") : code;
}

const struct cmd cmd_check = {
    .name = "check",
    .args = "[ADDRESS…]",
    .summary = "Find what stands between this host, or a device, and a virtual machine, before it fails",
    .description =
	"Goes through what is known to go wrong, from the firmware to the limits of who asks, and says of each whether it\n"
	"is so here: worst first, with the file that shows it and what to do. What could not be read is unknown, which is\n"
	"neither good nor bad; what is well is folded, --all shows it. It changes nothing, and needs no root, but without\n"
	"root more is unknown. The log of this boot is looked into as well: what it alone shows is said too, and what\n"
	"files of now say otherwise is not.\n"
	"\n"
	"Without an address the host is asked, and what is wrong with its displays and accelerators is named. With one,\n"
	"that device and what must go along with it: could a virtual machine be started with it now? Said too is what kind\n"
	"of machine this is (laptop, desktop, server without a screen), and what that changes.\n"
	"\n"
	"With --fix passthru carries out what it can mend by itself, as one plan: the kernel's words where the IOMMU waits for\n"
	"them (then a reboot), else the device handed over with all that must go along. With --dry-run it is only shown.\n"
	"What bind takes (--allow and so on) goes with it, and with it alone.\n"
	"\n"
	"Status 0: ready. 3: not ready, or it cannot be told; in JSON \"ready\" is then false or null. 1: failed.",
    .examples = (const char *const[]){
	"passthru check", "is this host set up for it?",
	"passthru check 01:00.0", "can this card be given to a guest now, and if not, why?",
	"passthru check 01:00.0 --fix --dry-run", "what passthru would do about it",
	"passthru --dump paste.txt check 01:00.0", "a stranger's card, as far as what he pasted tells",
	"passthru check --json | jq -r '.findings[] | select(.answer == \"bad\") | .id'", "what is wrong, for a script",
	NULL},
    .options = HAS(OPT_HELP) | HAS(OPT_ROOT) | HAS(OPT_DUMP) | HAS(OPT_JSON) | HAS(OPT_ALL) | HAS(OPT_FIX) | HAS(OPT_DRY_RUN) |
	HAS(OPT_ALLOW) | HAS(OPT_REASON) | HAS(OPT_SERVER_TYPE) | HAS(OPT_STOP_HOLDERS) | HAS(OPT_KILL_HOLDERS) | HAS(OPT_USER),
    .max_args = 64,
    .is_change = true,
    .run = run_check,
};
