/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a person must do where passthru does not write: file, line, the line as it is and as it must be, the command. */
#include <string.h>

#include "base/str.h"
#include "plan/boot_words.h"
#include "text/kernel_cmdline.h"
#include "text/loader_entry.h"
#include "text/loader_lines.h"
#include "text/shell_vars.h"

static void tell(struct arena *mem, struct boot_told **list, size_t *n, enum told_form form, const char *file, const char *variable)
{
	if (file)
		*ARENA_PUSH(mem, *list, *n) = (struct boot_told){.form = form, .file = file, .variable = variable};
}

static void tell_entries(struct arena *mem, const struct boot_entries *entries, struct boot_told **list, size_t *n)
{
	for (size_t i = 0; entries && i < entries->n; i++)
		if (!entries->items[i].is_rescue)
			tell(mem, list, n, TOLD_ENTRY, entries->items[i].file, NULL);
}

size_t plan_boot_told(struct arena *mem, const struct boot *b, const struct boot_loader *l, const struct boot_entries *entries,
    struct boot_told **ret)
{
	size_t n = 0;

	*ret = NULL;
	switch (l->stack) {
	case STACK_GRUB_BLS:
		tell_entries(mem, entries, ret, &n);
		/* The next kernel's entry is made of the one, a new grub.cfg of the other. */
		if (b->marks[MARK_KERNEL_CMDLINE] == TRI_YES)
			tell(mem, ret, &n, TOLD_LINE, "etc/kernel/cmdline", NULL);
		if (b->marks[MARK_GRUB_DEFAULT] == TRI_YES)
			tell(mem, ret, &n, TOLD_VARIABLE, "etc/default/grub", "GRUB_CMDLINE_LINUX");
		break;
	case STACK_SYSTEMD_BOOT:
		tell_entries(mem, entries, ret, &n);
		break;
	case STACK_GRUB:
	case STACK_GRUB_DEBIAN:
	case STACK_PROXMOX_GRUB:
		tell(mem, ret, &n, b->marks[MARK_GRUB_DEFAULT] == TRI_YES ? TOLD_VARIABLE : TOLD_AS_IT_IS, "etc/default/grub",
		    "GRUB_CMDLINE_LINUX_DEFAULT");
		break;
	case STACK_UKI:
		tell(mem, ret, &n, TOLD_LINE, "etc/kernel/cmdline", NULL);
		break;
	case STACK_REFIND:
		tell(mem, ret, &n, TOLD_REFIND, l->file, NULL);
		break;
	case STACK_LIMINE:
	case STACK_LIMINE_TOOL:
		tell(mem, ret, &n, TOLD_LIMINE, b->limine_conf, NULL);
		break;
	case STACK_EXTLINUX:
		tell(mem, ret, &n, TOLD_EXTLINUX, l->file, NULL);
		break;
	case STACK_RASPBERRY_PI:
		tell(mem, ret, &n, TOLD_LINE, l->file, NULL);
		break;
	case STACK_FLASH_KERNEL:
		tell(mem, ret, &n, TOLD_VARIABLE, l->file, "LINUX_KERNEL_CMDLINE");
		break;
	case STACK_U_BOOT_MENU:
		tell(mem, ret, &n, TOLD_VARIABLE, l->file, "U_BOOT_PARAMETERS");
		break;
	case STACK_NIXOS:
	case STACK_OSTREE:
	case STACK_CLEAR_LINUX:
		tell(mem, ret, &n, TOLD_AS_IT_IS, l->file, NULL);
		break;
	case STACK_UNKNOWN:
	case STACK_UBUNTU_CORE:
	case STACK_RPM_OSTREE:
	case STACK_PROXMOX_SYSTEMD:
	case STACK_KERNELSTUB:
	case STACK_SDBOOTUTIL:
	case STACK_KERNEL_INSTALL:
	case BOOT_STACKS:
		break;
	}
	return n;
}

struct look {
	struct arena *mem;
	const struct boot *b;
	const struct boot_loader *l;
	const char **words;
	size_t n_words;
	struct boot_advice *list;
	size_t n;
};

static void advise(struct look *k, const char *file, unsigned line, const char *before, const char *after)
{
	*ARENA_PUSH(k->mem, k->list, k->n) = (struct boot_advice){
	    .file = file ? arena_printf(k->mem, "/%s", file) : NULL, .line = line, .before = before, .after = after};
}

static const char *join(struct look *k, const char *before, const char *between, const char *behind)
{
	const char *text = "";

	for (size_t i = 0; i < k->n_words; i++)
		text = arena_printf(k->mem, "%s%s%s%s%s", text, i > 0 ? between : "", before, k->words[i], behind);
	return text;
}

static void advise_changes(struct look *k, const char *file, const struct line_change *changes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		advise(k, file, changes[i].line, changes[i].before, changes[i].after);
}

/* Where a line cannot be edited safely the words are told by themselves. */
static void advise_words(struct look *k, const char *file)
{
	advise(k, file, 0, NULL, join(k, "", " ", ""));
}

static bool has_all(struct look *k, const char *words)
{
	for (size_t i = 0; i < k->n_words; i++)
		if (kernel_cmdline_count(k->mem, words, k->words[i]) == 0)
			return false;
	return true;
}

/* In whichever of its lines; GRUB reads the first alone. */
static bool entry_has_all(struct look *k, const char *text)
{
	struct loader_entry entry;

	return loader_entry_parse(k->mem, "", text, &entry) &&
	    has_all(k, k->l->stack == STACK_GRUB_BLS ? entry.first_options : entry.options);
}

static void advise_file(struct look *k, const struct boot_told *t)
{
	static const enum loader_file kinds[] = {[TOLD_REFIND] = LOADER_REFIND, [TOLD_LIMINE] = LOADER_LIMINE,
	    [TOLD_EXTLINUX] = LOADER_EXTLINUX, [TOLD_LINE] = LOADER_CMDLINE};
	struct line_change *changes = NULL;
	const char *edited;
	size_t n = 0, n_all = 0;

	if (!t->text) {
		advise_words(k, t->file);
	} else if (t->form == TOLD_ENTRY && entry_has_all(k, t->text)) {
		return;
	} else if (t->form == TOLD_ENTRY || t->form == TOLD_VARIABLE) {
		edited = t->form == TOLD_ENTRY
		    ? loader_entry_edit(k->mem, t->text, k->words, k->n_words, NULL, 0)
		    : shell_vars_edit_words(k->mem, t->text, t->variable, k->words, k->n_words, NULL, 0);
		n = edited ? text_line_changes(k->mem, t->text, edited, &changes) : 0;
		if (edited)
			advise_changes(k, t->file, changes, n);
		else
			advise_words(k, t->file);
	} else if (!loader_line_changes(k->mem, kinds[t->form], t->text, k->words, k->n_words, &changes, &n, &n_all) || n_all == 0) {
		advise_words(k, t->file);
	} else {
		advise_changes(k, t->file, changes, n);
	}
}

/* Stacks whose words do not stand in a line that is there. */
static void advise_as_it_is(struct look *k)
{
	/* What comes has them, however they were configured. */
	if (has_all(k, k->b->generated.text) || (!k->b->generated.text && has_all(k, k->b->cmdline)))
		return;
	if (k->l->stack == STACK_NIXOS)
		advise(k, k->l->file, 0, NULL, arena_printf(k->mem, "boot.kernelParams = [ %s ];", join(k, "\"", " ", "\"")));
	else if (k->l->stack == STACK_OSTREE)
		advise(k, "usr/lib/bootc/kargs.d/90-passthru.toml", 0, NULL, arena_printf(k->mem, "kargs = [%s]", join(k, "\"", ", ", "\"")));
	else if (k->l->stack == STACK_UBUNTU_CORE)
		*ARENA_PUSH(k->mem, k->list, k->n) = (struct boot_advice){.command = arena_printf(k->mem,
		    "snap set system system.kernel.dangerous-cmdline-append=\"%s\"", join(k, "", " ", ""))};
	else
		advise_words(k, k->l->file);
}

static const char *command_of(struct look *k)
{
	if (k->l->stack == STACK_OSTREE)
		return "build the image with that file, then bootc upgrade";
	if (k->l->stack == STACK_UKI && !k->l->apply)
		return "build the image anew, and sign it where it was signed";
	return k->l->apply;
}

size_t plan_boot_advice(struct arena *mem, const struct boot *b, const struct boot_loader *l, const struct boot_needs *needs,
    const struct boot_told *told, size_t n_told, struct boot_advice **ret)
{
	struct look k = {.mem = mem, .b = b, .l = l};

	for (size_t i = 0; i < needs->n; i++)
		*ARENA_PUSH(mem, k.words, k.n_words) = needs->items[i].word;
	for (size_t i = 0; k.n_words > 0 && i < n_told; i++)
		if (told[i].form != TOLD_AS_IT_IS)
			advise_file(&k, &told[i]);
	if (k.n_words > 0 && (n_told == 0 || told[0].form == TOLD_AS_IT_IS))
		advise_as_it_is(&k);
	if (k.n > 0 && !k.list[k.n - 1].command)
		k.list[k.n - 1].command = command_of(&k);
	*ret = k.list;
	return k.n;
}
