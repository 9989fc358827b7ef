/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <json-c/json.h>
#include <stdio.h>

#include "base/str.h"
#include "cli/cmd.h"
#include "view/host_view.h"

static void print_words(struct cli *c, const char **words, size_t n)
{
	struct json_object *o, *list;

	if (!c->is_json) {
		/* Words hold no blanks and no backslashes, so $(…) takes the lines apart as it should. */
		for (size_t i = 0; i < n; i++)
			(void)printf("%s%s", words[i], i % 2 == 1 ? "\n" : " ");
		return;
	}
	o = json_object_new_object();
	list = json_object_new_array();
	for (size_t i = 0; i < n; i++)
		json_object_array_add(list, json_object_new_string(words[i]));
	json_object_object_add(o, "version", json_object_new_int(1));
	json_object_object_add(o, "arguments", list);
	view_json(stdout, o);
}

static int run_export(struct cli *c)
{
	struct bind_wish wish = {0};
	struct pci_addr *targets;
	struct err e = {0};
	const char **words;
	struct flow f;
	struct sys *s;
	int code = EXIT_OK;
	size_t n;

	if (!str_eq(c->args[0], "qemu"))
		return cli_usage(c, "known: qemu", "there is no export called %s", c->args[0]);
	if (!cli_allowances(c, &wish, &code))
		return code;
	c->args++;
	c->n_args--;
	s = cli_open(c, &f);
	if (!s)
		return EXIT_FAILED;
	if (!cli_targets(c, &f, &targets, &code)) {
		flow_close(s);
		return code;
	}
	wish.targets = targets;
	wish.n_targets = c->n_args;
	if (flow_export_qemu(&f, &wish, &words, &n, &e) < 0)
		code = cli_fail(c, &e, EXIT_FAILED);
	else
		print_words(c, words, n);
	flow_close(s);
	return code;
}

const struct cmd cmd_export = {
    .name = "export",
    .args = "qemu ADDRESS…",
    .summary = "Write what a hypervisor needs to give the card to a guest",
    .description =
	"qemu: the -device arguments, the functions of one slot as one multi-function device behind a root port\n"
	"of its own. Companions go along; a card that bind would refuse is refused here too. Needs a machine with PCI Express (-machine q35 or virt). Needs no root.",
    .examples = (const char *const[]){
	"qemu-system-x86_64 -machine q35 $(passthru export qemu 01:00.0) …", "on a command line",
	"passthru export qemu 01:00.0 --json", "as a list of words",
	NULL},
    .options = HAS(OPT_HELP) | HAS(OPT_ROOT) | HAS(OPT_JSON) | HAS(OPT_ALLOW),
    .min_args = 2,
    .max_args = 256,
    .run = run_export,
};
