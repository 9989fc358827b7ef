/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <json-c/json.h>
#include <stdio.h>

#include "base/str.h"
#include "cli/cmd.h"
#include "flow/boot.h"
#include "flow/boot_words.h"
#include "view/boot_view.h"
#include "view/boot_words_view.h"
#include "view/host_view.h"
#include "view/plan_view.h"
#include "view/text.h"

static int run_status(struct cli *c, struct flow *f)
{
	struct boot_answer answer;
	struct boot boot;

	if (c->n_args > 1)
		return cli_usage(c, NULL, "one argument too many: %s", c->args[1]);
	flow_boot_status(f, &boot, &answer);
	if (c->is_json)
		view_json(stdout, view_boot_json(c->mem, &boot, &answer));
	else
		view_boot(stdout, c->mem, &boot, &answer);
	return EXIT_OK;
}

/* ---- words ---- */

static void show_json(const struct cli *c, enum outcome outcome, const struct words_change *w)
{
	struct json_object *o = json_object_new_object(), *notes = json_object_new_array();
	bool is_known = w->loader.stack != STACK_UNKNOWN;

	for (size_t i = 0; i < w->change.n_notes; i++)
		json_object_array_add(notes, json_object_new_string(view_clean(c->mem, w->change.notes[i])));
	json_object_object_add(o, "version", json_object_new_int(1));
	if (!c->is_dry_run) {
		json_object_object_add(o, "outcome", json_object_new_string(outcome_name(outcome)));
		cli_add_id(o, w->change.id, true);
	}
	json_object_object_add(o, "loader", is_known ? json_object_new_string(boot_stack_name(w->loader.stack)) : NULL);
	json_object_object_add(o, "tier", is_known ? json_object_new_string(boot_tier_name(w->loader.tier)) : NULL);
	json_object_object_add(o, "words", view_boot_needs_json(c->mem, w->needs.items, w->needs.n));
	json_object_object_add(o, "plan", plan_to_json(&w->change.plan));
	json_object_object_add(o, "by_hand", view_boot_advice_json(c->mem, w->advice, w->n_advice));
	json_object_object_add(o, "notes", notes);
	json_object_object_add(
	    o, "reboot_required", w->needs_reboot == TRI_UNKNOWN ? NULL : json_object_new_boolean(w->needs_reboot == TRI_YES));
	view_json(stdout, o);
}

static void show_text(struct cli *c, enum outcome outcome, const struct words_change *w, const char *done)
{
	for (size_t i = 0; i < w->needs.n; i++)
		(void)printf("%s: %s\n", view_clean(c->mem, w->needs.items[i].word), view_clean(c->mem, w->needs.items[i].reason));
	if (w->n_advice > 0) {
		(void)printf("passthru does not write what %s reads; to be done by hand:\n", boot_stack_name(w->loader.stack));
		view_boot_advice(stdout, c->mem, w->advice, w->n_advice);
		for (size_t i = 0; i < w->change.n_notes; i++)
			(void)printf("note: %s\n", view_clean(c->mem, w->change.notes[i]));
	} else {
		cli_show_change(c, outcome, NULL, &w->change, NULL);
	}
	if (w->needs_reboot == TRI_YES && !c->is_dry_run && (outcome == OUTCOME_DONE || outcome == OUTCOME_NOTHING) && w->n_advice == 0)
		(void)printf("%sa reboot is needed\n", outcome == OUTCOME_DONE ? done : "");
}

static int answer(struct cli *c, enum outcome outcome, const struct words_change *w, const char *done, const struct err *e)
{
	if (c->is_json)
		show_json(c, outcome, w);
	else if (outcome == OUTCOME_DONE || outcome == OUTCOME_NOTHING)
		show_text(c, outcome, w, done);
	if (outcome == OUTCOME_NOTHING && w->n_advice > 0)
		return EXIT_NO;
	return cli_outcome(c, outcome, e);
}

static int run_enable(struct cli *c, struct flow *f)
{
	struct change_options options = {.is_dry_run = c->is_dry_run, .wish = c->wish, .reason = c->reason};
	struct boot_words_wish wish = {.wants_passthrough = c->iommu != NULL, .words = c->args + 1, .n_words = c->n_args - 1};
	struct words_change change;
	enum outcome outcome;
	struct err e = {0};

	if (c->iommu && !str_eq(c->iommu, "pt"))
		return cli_usage(c, "known: pt", "--iommu has no %s", c->iommu);
	if (c->is_all)
		return cli_usage(c, NULL, "--all is for boot disable");
	outcome = flow_boot_enable(f, &wish, c->loader, &options, &change, &e);
	return answer(c, outcome, &change, "configured, and in every entry that is not for repairs; ", &e);
}

static int run_disable(struct cli *c, struct flow *f)
{
	struct change_options options = {.is_dry_run = c->is_dry_run, .wish = c->wish, .reason = c->reason};
	struct words_change change;
	enum outcome outcome;
	struct err e = {0};

	if (c->iommu || c->loader)
		return cli_usage(c, NULL, "--iommu and --loader are for boot enable");
	if (c->is_all && c->n_args > 1)
		return cli_usage(c, NULL, "--all takes no words beside it");
	outcome = flow_boot_disable(f, c->args + 1, c->n_args - 1, c->is_all, &options, &change, &e);
	return answer(c, outcome, &change, "taken back; ", &e);
}

static const struct {
	const char *name;
	int (*run)(struct cli *c, struct flow *f);
} verbs[] = {
    {"status", run_status},
    {"enable", run_enable},
    {"disable", run_disable},
};

static int run_boot(struct cli *c)
{
	const char *known = "";
	struct flow f;
	struct sys *s;
	int code;

	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		known = arena_printf(c->mem, "%s%s%s", known, i > 0 ? ", " : "", verbs[i].name);
		if (!str_eq(c->args[0], verbs[i].name))
			continue;
		s = cli_open(c, &f);
		if (!s)
			return EXIT_FAILED;
		code = verbs[i].run(c, &f);
		flow_close(s);
		return code;
	}
	return cli_usage(c, arena_printf(c->mem, "known: %s", known), "boot has no %s", c->args[0]);
}

const struct cmd cmd_boot = {
    .name = "boot",
    .args = "status | enable [WORD…] | disable [WORD…]",
    .summary = "Show and change how this host boots, and with which words",
    .description =
	"status: the loader and what that rests on; the kernel's words as they are configured, as the loader has\n"
	"them and as they run, each with its file; what the IOMMU really does; what a reboot would change. What\n"
	"cannot be told is said so: several loaders on one disk are common. Changes nothing. Without root some\n"
	"files of /boot cannot be read.\n"
	"enable: adds the words this host needs to hand devices over, and those named. Often there are none: AMD's\n"
	"IOMMU needs no word, Intel's only where the kernel has it off, or leaves the processor's own display out.\n"
	"What the loader reads is made anew, and every entry that is not for repairs must have the words then, or\n"
	"all is taken back. Where passthru does not write, the lines are told, and the exit status is 3.\n"
	"disable: takes away what passthru added, words of others never.",
    .examples = (const char *const[]){
	"passthru boot status", "how this host boots",
	"passthru boot status --root /mnt --json", "the system of a mounted disk, for a script",
	"passthru boot enable --dry-run", "what would be written, or is to be done by hand",
	"passthru boot enable --iommu=pt", "and the host's own devices untranslated",
	"passthru boot disable --all", "all that passthru wrote for good, before the package is removed",
	NULL},
    .section = "FILES",
    .section_text =
	"/etc/default/grub.d/90-passthru.cfg (Debian's GRUB, Proxmox), /etc/cmdline.d/90-passthru.conf (images by mkinitcpio),\n"
	"/etc/limine-entry-tool.d/90-passthru.conf: written whole. /etc/default/grub (GRUB without a folder of drop-ins),\n"
	"/etc/kernel/cmdline (kernel-install, sdbootutil, Proxmox with systemd-boot): words are added to them; the latter is\n"
	"made of the entry that runs where it is missing. By their programs: grubby, rpm-ostree, kernelstub. Told, not\n"
	"written: entries made by hand, signed images, rEFInd, Limine, extlinux, NixOS, Ubuntu Core, bootc, boards.",
    .options = HAS(OPT_HELP) | HAS(OPT_ROOT) | HAS(OPT_JSON) | HAS(OPT_DRY_RUN) | HAS(OPT_REASON) | HAS(OPT_IOMMU) |
	HAS(OPT_LOADER) | HAS(OPT_ALL),
    .min_args = 1,
    .max_args = 65,
    .is_change = true,
    .run = run_boot,
};
