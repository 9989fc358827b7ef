/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>

#include "cli/cmd.h"
#include "judge/guards.h"
#include "judge/reset.h"
#include "judge/verdict.h"
#include "sys/read_host.h"
#include "view/guards_view.h"
#include "view/host_view.h"

/* Its own guards and those of what goes along: bind refuses for the one as for the other. */
static size_t judge_card(
    struct arena *mem, const struct host *h, const struct pci_function *f, const struct verdict *v, struct guard **ret)
{
	int *going = arena_alloc(mem, (v->n_companions + 1) * sizeof(*going));
	size_t n_all = 0;

	going[0] = host_index(h, f);
	for (size_t i = 0; i < v->n_companions; i++)
		going[i + 1] = v->companions[i];
	*ret = NULL;
	for (size_t i = 0; i <= v->n_companions; i++) {
		struct guard *guards;
		size_t n = judge_guards(mem, h, &h->functions[going[i]], going, v->n_companions + 1, &guards);

		for (size_t k = 0; k < n; k++)
			*ARENA_PUSH(mem, *ret, n_all) = guards[k];
	}
	return n_all;
}

static void show(struct cli *c, const struct host *h, const struct pci_function *f)
{
	struct verdict v = judge_function(c->mem, h, f);
	struct reset_verdict reset;
	struct reset_view shown;
	struct guard *guards = NULL;
	size_t n_guards = 0;

	n_guards = judge_card(c->mem, h, f, &v, &guards);
	if (c->is_strict)
		v = judge_strictly(c->mem, h, &v);
	reset = judge_reset(c->mem, h, f);
	shown = (struct reset_view){reset.methods, reset.used};
	if (c->is_json) {
		struct json_object *o = view_function_json(c->mem, f);

		json_object_object_add(o, "verdict", view_verdict_json(c->mem, h, &v));
		json_object_object_add(o, "reset", view_reset_json(&shown));
		json_object_object_add(o, "guards", view_guards_json(c->mem, h, guards, n_guards));
		json_object_object_add(o, "version", json_object_new_int(1));
		view_json(stdout, o);
	} else {
		view_function(stdout, c->mem, h, f, &shown, &v);
		view_guards(stdout, c->mem, h, host_index(h, f), guards, n_guards);
	}
	if (f->trouble)
		(void)fprintf(stderr, "passthru: %s\n", f->trouble);
}

static int show_target(struct cli *c, const struct host *h, struct pci_addr target)
{
	const struct pci_function *f = host_find(h, target);
	char name[PCI_ADDR_TEXT];
	struct err e = {0};

	if (f) {
		show(c, h, f);
		return EXIT_OK;
	}
	(void)err_set(&e, -ENODEV, "there is no PCI function %s", pci_addr_format(target, name));
	(void)err_hint(&e, "passthru list shows those there are");
	return cli_fail(c, &e, EXIT_FAILED);
}

static int run_show(struct cli *c)
{
	struct read_request request = {
	    .facets = FACET_NAMES | FACET_TOPOLOGY | FACET_GROUPS | FACET_OVERRIDE, .n_targets = 1,
	    .attributes = 1u << ATTR_RESET_METHOD | 1u << ATTR_VFS, .has_uses = true};
	struct pci_addr *targets;
	struct err e = {0};
	struct flow f;
	struct host h;
	struct sys *s = cli_open(c, &f);
	int code = EXIT_FAILED;

	if (s && cli_targets(c, &f, &targets, &code)) {
		request.targets = targets;
		if (flow_look(&f, &request, &h, &e) < 0)
			code = cli_fail(c, &e, EXIT_FAILED);
		else
			code = show_target(c, &h, targets[0]);
	}
	flow_close(s);
	return code;
}

const struct cmd cmd_show = {
    .name = "show",
    .args = "ADDRESS",
    .summary = "One function and the verdict: can it be handed over, and what goes with it",
    .description =
	"The answer is structural: ready, ready-with-companions (the card's other functions go along),\n"
	"blocked (strangers in the IOMMU group, no group, no IOMMU), or cannot-tell. \"Viable now\" is what\n"
	"the kernel would say this moment, with the drivers bound as they are. Guards are what the host would\n"
	"lose: a disk it runs from, its network, its picture, its keyboard; bind refuses until --allow=ID\n"
	"overrides them, where that may be. Needs no root, but without it some uses cannot be seen.",
    .examples = (const char *const[]){
	"passthru show 01:00.0", "can this card go to a virtual machine?",
	"passthru show 0000:01:00.0 --json", "the same for a program",
	"passthru --dump paste.txt show 01:00.0", "can that card of somebody else's be handed over?",
	NULL},
    .options = HAS(OPT_HELP) | HAS(OPT_ROOT) | HAS(OPT_DUMP) | HAS(OPT_JSON) | HAS(OPT_STRICT),
    .min_args = 1,
    .max_args = 1,
    .run = run_show,
};
