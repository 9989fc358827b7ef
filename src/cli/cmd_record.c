/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "cli/cmd.h"
#include "flow/record.h"
#include "view/text.h"

static int run_record(struct cli *c)
{
	struct record_result result;
	struct err e = {0};
	struct flow f;
	struct sys *s = cli_open(c, &f);
	int code = EXIT_OK;

	if (!s)
		return EXIT_FAILED;
	if (flow_record(&f, c->args[0], &result, &e) < 0)
		code = cli_fail(c, &e, EXIT_FAILED);
	else
		(void)printf("%s: %zu files, %zu KiB; look through it before you give it away\n", view_clean(c->mem, c->args[0]), result.n_files,
		    (result.n_bytes + 1023) / 1024);
	flow_close(s);
	return code;
}

const struct cmd cmd_record = {
    .name = "record",
    .args = "FILE",
    .summary = "Keep what passthru reads of this host, for a bug report",
    .description =
	"FILE becomes a compressed tar of what list, show, groups, status and boot status read: the PCI part of\n"
	"sysfs, IOMMU groups, parts of /proc, boot files; of the kernel's log what is about PCI functions, or what explain\n"
	"knows. passthru --root FILE shows the host again, anywhere.\n"
	"Host name, accounts, UUIDs, machine id, MAC and IP addresses and serial numbers are replaced, each by the\n"
	"same placeholder wherever it stands. Definitions of virtual machines may hold more that is yours: look\n"
	"through it (tar xf). Without root it keeps what can be read without.",
    .examples = (const char *const[]){
	"passthru record host.tar.gz", "keep this host",
	"passthru --root host.tar.gz list", "look at it again",
	NULL},
    .options = HAS(OPT_HELP) | HAS(OPT_ROOT),
    .min_args = 1,
    .max_args = 1,
    .run = run_record,
};
