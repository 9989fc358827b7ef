/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "cli/cmd.h"
#include "flow/explain.h"
#include "view/explain_view.h"
#include "view/host_view.h"

static int show(struct cli *c, const struct explanation *e)
{
	if (c->is_json)
		view_json(stdout, view_explanation_json(c->mem, e));
	else
		view_explanation(stdout, c->mem, e);
	return e->n_findings > 0 ? EXIT_OK : EXIT_NO;
}

static int run_explain(struct cli *c)
{
	const char *path = c->n_args > 0 ? c->args[0] : "-";
	cleanup_close int fd = -1;
	struct explanation explanation;
	struct err e = {0};
	struct flow f;
	struct sys *s;
	int code;

	if (c->is_journal && c->n_args > 0)
		return cli_usage(c, "one of the two", "--journal and a file are both given");
	if (!c->is_journal) {
		fd = str_eq(path, "-") ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
		if (fd < 0) {
			(void)err_set(&e, -errno, "cannot read %s: %s", path, strerror(errno));
			return cli_fail(c, &e, EXIT_FAILED);
		}
		if (c->n_args == 0 && isatty(fd))
			(void)fprintf(stderr, "passthru: paste the message, then Ctrl-D\n");
	}
	s = cli_open(c, &f);
	if (!s)
		return EXIT_FAILED;
	code = flow_explain(&f, fd, &explanation, &e) < 0 ? cli_fail(c, &e, EXIT_FAILED) : show(c, &explanation);
	flow_close(s);
	return code;
}

const struct cmd cmd_explain = {
    .name = "explain",
    .args = "[FILE|-]",
    .summary = "Say what an error message means here, where it comes from, and what to do",
    .description =
	"Reads a text with messages of QEMU, libvirt, Cloud Hypervisor, LXD, Incus, Proxmox or the kernel, as it was\n"
	"pasted: with colours, prompts, times, wrapped lines, in any encoding. Of what it knows it tells what it is,\n"
	"root cause first, what it comes from, the likeliest first, and what to do; lines that look like errors and are\n"
	"none are said to be harmless. Lines that speak of it and are not known are named; nothing is guessed.\n"
	"\n"
	"This host (or with --root another) is asked for the facts that decide, as far as the message can be its own: who\n"
	"else is in the group, whether the IOMMU is in use, what may be locked. What it cannot tell is said so.\n"
	"\n"
	"As root the text is parsed only after root has been given up.\n"
	"\n"
	"Status 0: something was recognised. 3: nothing was. 1: it cannot be read.",
    .examples = (const char *const[]){
	"virsh start win10 2>&1 | passthru explain", "why does it not start?",
	"passthru explain /var/log/libvirt/qemu/win10.log", "what went wrong in this log",
	"sudo passthru explain --journal", "what the kernel and the hypervisors said since this boot",
	"passthru explain message.txt --json | jq -r '.findings[0].id'", "the root cause, for a script",
	NULL},
    .options = HAS(OPT_HELP) | HAS(OPT_ROOT) | HAS(OPT_JSON) | HAS(OPT_JOURNAL),
    .max_args = 1,
    .run = run_explain,
};
