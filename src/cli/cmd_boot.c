/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "base/str.h"
#include "cli/cmd.h"
#include "flow/boot.h"
#include "view/boot_view.h"
#include "view/host_view.h"

static int run_boot(struct cli *c)
{
	struct boot_answer answer;
	struct boot boot;
	struct flow f;
	struct sys *s;

	if (!str_eq(c->args[0], "status"))
		return cli_usage(c, "known: status", "boot has no %s", c->args[0]);
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
    .args = "status",
    .summary = "Show which loader started this kernel, and with which words",
    .description =
	"status: the loader and what that rests on; the kernel's words as they are configured, as the loader has\n"
	"them and as they run, each with its file; what the IOMMU really does; what a reboot would change. What\n"
	"cannot be told is said so: several loaders on one disk are common. Changes nothing. Without root some\n"
	"files of /boot cannot be read.",
    .examples = (const char *const[]){
	"passthru boot status", "how this host boots",
	"passthru boot status --root /mnt --json", "the system of a mounted disk, for a script",
	NULL},
    .options = HAS(OPT_HELP) | HAS(OPT_ROOT) | HAS(OPT_JSON),
    .min_args = 1,
    .max_args = 1,
    .run = run_boot,
};
