/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <json-c/json.h>
#include <stdio.h>

#include "base/str.h"
#include "cli/cmd.h"
#include "flow/boot_start.h"
#include "flow/claim.h"
#include "view/claims_view.h"
#include "view/host_view.h"
#include "view/text.h"

static int show_claims(struct cli *c, const struct claims_seen *seen, const char *notice)
{
	struct claim_row *rows = arena_alloc(c->mem, (seen->claims.n + 1) * sizeof(*rows));
	size_t n = seen->claims.n;

	for (size_t i = 0; i < n; i++) {
		const struct claim_verdict *v = &seen->verdicts[i];

		rows[i] = (struct claim_row){.saved = &seen->claims.items[i],
		    .state = claim_state_name(v->state),
		    .address = v->function >= 0 ? seen->host.functions[v->function].name : NULL,
		    .text = v->text};
	}
	cli_warn_of_claims(c, &seen->claims);
	if (notice)
		(void)fprintf(stderr, "passthru: %s\n", view_clean(c->mem, notice));
	if (c->is_json) {
		view_json(stdout, view_claims_json(c->mem, rows, n, &seen->claims));
		return EXIT_OK;
	}
	if (n > 0)
		return cli_table(view_claims(stdout, c->mem, rows, n));
	(void)printf("nothing is claimed\n");
	return EXIT_OK;
}

static int run_claim_list(struct cli *c, struct flow *f)
{
	struct claims_seen seen;
	struct err e = {0};

	if (c->n_args > 1 || c->vm || c->is_by_id || c->is_dry_run || c->reason || c->n_allow > 0)
		return cli_usage(c, NULL, "claim list takes nothing but --json and --root");
	if (flow_look_at_claims(f, &seen, &e) < 0)
		return cli_fail(c, &e, EXIT_FAILED);
	return show_claims(c, &seen, flow_read_notice(f));
}

static int run_claim_remove(struct cli *c, struct flow *f, const struct change_options *options)
{
	struct change change;
	enum outcome outcome;
	struct err e = {0};

	if (c->n_args < 2)
		return cli_usage(c, "passthru claim list shows what is claimed", "which claim is to be removed?");
	if (c->vm || c->is_by_id || c->n_allow > 0)
		return cli_usage(c, NULL, "claim remove takes neither --for nor --by-id nor --allow");
	outcome = flow_unclaim(f, c->args + 1, c->n_args - 1, options, &change, &e);
	cli_show_change(c, outcome, NULL, &change, "no longer claimed; what is bound now stays bound: passthru release gives it back");
	return cli_outcome(c, outcome, &e);
}

static int run_claim_add(struct cli *c, struct flow *f, const struct change_options *options)
{
	struct claim_wish wish = {.bind = {.verb = VERB_CLAIM}, .vm = c->vm, .by_id = c->is_by_id};
	struct pci_addr *targets;
	struct change change;
	enum outcome outcome;
	struct err e = {0};
	int code;

	if (c->vm && !is_vm_name(c->vm))
		return cli_usage(c, "letters, digits and _.:+-, at most 64", "%s cannot be a virtual machine's name here", c->vm);
	if (!cli_allowances(c, &wish.bind, &code) || !cli_targets(c, f, &targets, &code))
		return code;
	wish.bind.targets = targets;
	wish.bind.n_targets = c->n_args;
	outcome = flow_claim(f, &wish, options, &change, &e);
	cli_show_change(c, outcome, NULL, &change, "claimed; passthru claim list shows it, passthru claim remove takes it back");
	return cli_outcome(c, outcome, &e);
}

static int run_claim(struct cli *c)
{
	struct change_options options = {.is_dry_run = c->is_dry_run, .wish = c->wish, .reason = c->reason};
	struct flow f;
	struct sys *s = cli_open(c, &f);
	int code;

	if (!s)
		return EXIT_FAILED;
	if (str_eq(c->args[0], "list"))
		code = run_claim_list(c, &f);
	else if (str_eq(c->args[0], "remove"))
		code = run_claim_remove(c, &f, &options);
	else
		code = run_claim_add(c, &f, &options);
	flow_close(s);
	return code;
}

const struct cmd cmd_claim = {
    .name = "claim",
    .args = "ADDRESS… | list | remove ADDRESS|NAME…",
    .summary = "Say for good that a card belongs to virtual machines",
    .description =
	"Chosen by address once, held by what it is and where it sits from then on: ids, and the way of ports from\n"
	"the root, which stay when bus numbers change. The card is claimed with its companions, and refused as bind\n"
	"refuses. claim list says of each whether it is here, moved, replaced (something else sits there), gone, or\n"
	"unknown; only one that is here means a device. claim remove takes the name of a claim, that of a virtual\n"
	"machine, or an address, and removes what was claimed together. passthru undo takes back either.\n"
	"Nothing is bound or released now: that is for bind and release.\n\n"
	"With --by-id /etc/modprobe.d/passthru.conf is written besides: vfio-pci gets the ids, and each module that would\n"
	"take the card waits for it. Ids cannot tell two cards of a kind apart: the other one is named, and the claim is refused\n"
	"where the host needs that. Ids that somebody set elsewhere are kept, or named where they would win.",
    .examples = (const char *const[]){
	"passthru claim 01:00.0 --for win11", "the card belongs to this machine from now on",
	"passthru claim 01:00.0 --dry-run --json", "the files that would be written, nothing done",
	"passthru claim --by-id 01:00.0", "the classic way as well: options and softdep lines for modprobe",
	"passthru claim list", "what is claimed, and where it is now",
	"passthru claim remove win11", "nothing is claimed for this machine any more",
	NULL},
    .section = "FILES",
    .section_text =
	"/etc/passthru/claims.d/*.conf: one function each, lines \"key = value\", \"#\" starts a comment. A file that is\n"
	"not understood to the last line, is not root's alone, or is called otherwise than after its path, is not used\n"
	"and said. path: domain and root bus, then device.function of each bridge down to the function. vendor, device,\n"
	"subsystem, class: its ids in hex. serial, slot: where there are any. address: when it was claimed; it decides\n"
	"nothing. card: the path of the function it was claimed with. for: the virtual machine. allow, server-type:\n"
	"what was said by these options, which holds at boot as well. by-id: vfio-pci takes it by its ids, and these\n"
	"modules wait for that. claimed, wish: when, and by which command.\n\n"
	"/etc/modprobe.d/passthru.conf: composed from the claims with by-id, and taken away with the last of them.",
    .options = HAS(OPT_HELP) | HAS(OPT_ROOT) | HAS(OPT_JSON) | HAS(OPT_DRY_RUN) | HAS(OPT_FOR) | HAS(OPT_ALLOW) |
	HAS(OPT_SERVER_TYPE) | HAS(OPT_REASON) | HAS(OPT_BY_ID),
    .min_args = 1,
    .max_args = 256,
    .is_change = true,
    .run = run_claim,
};
