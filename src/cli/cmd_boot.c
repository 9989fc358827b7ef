/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "base/str.h"
#include "cli/cmd_boot.h"
#include "flow/boot.h"
#include "view/boot_view.h"
#include "view/host_view.h"

static int run_boot(struct cli *c)
{
	struct boot_answer answer;
	struct boot boot;
	struct flow f;
	struct sys *s;

	if (str_eq(c->args[0], "blacklist"))
		return run_boot_blacklist(c);
	if (!str_eq(c->args[0], "status"))
		return cli_usage(c, "known: status, blacklist", "boot has no %s", c->args[0]);
	if (c->n_args > 1 || c->is_dry_run || c->is_removal || c->reason || c->n_allow > 0 || c->server_type)
		return cli_usage(c, NULL, "boot status takes nothing but --json and --root");
	s = cli_open(c, &f);
	if (!s)
		return EXIT_FAILED;
	flow_boot_status(&f, &boot, &answer);
	if (c->is_json)
		view_json(stdout, view_boot_json(c->mem, &boot, &answer));
	else
		view_boot(stdout, c->mem, &boot, &answer);
	flow_close(s);
	return EXIT_OK;
}

const struct cmd cmd_boot = {
    .name = "boot",
    .args = "status | blacklist MODULE…",
    .summary = "Show which loader started this kernel, and with which words; keep modules from being loaded",
    .description =
	"status: the loader and what that rests on; the kernel's words as they are configured, as the loader has\n"
	"them and as they run, each with its file; what the IOMMU really does; what a reboot would change. What\n"
	"cannot be told is said so: several loaders on one disk are common. Changes nothing. Without root some\n"
	"files of /boot cannot be read.\n\n"
	"blacklist: the modules are not loaded for a device any more (modprobe NAME still does). Which devices lose their\n"
	"driver is said, and refused where the host needs one. Exact names: modprobe knows no patterns. For one card claim\n"
	"is the better way. --remove takes lines away that passthru wrote, and so does passthru undo.",
    .examples = (const char *const[]){
	"passthru boot status", "how this host boots",
	"passthru boot status --root /mnt --json", "the system of a mounted disk, for a script",
	"passthru boot blacklist nouveau nvidiafb", "neither takes a card at the next boot",
	"passthru boot blacklist --remove nouveau", "it may again",
	NULL},
    .options = HAS(OPT_HELP) | HAS(OPT_ROOT) | HAS(OPT_JSON) | HAS(OPT_DRY_RUN) | HAS(OPT_REMOVE) | HAS(OPT_ALLOW) |
	HAS(OPT_SERVER_TYPE) | HAS(OPT_REASON),
    .section = "FILES",
    .section_text = "/etc/modprobe.d/passthru-blacklist.conf: the lines of boot blacklist; a file changed by hand is left alone.",
    .min_args = 1,
    .max_args = 64,
    .is_change = true,
    .run = run_boot,
};
