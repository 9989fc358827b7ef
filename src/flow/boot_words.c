/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/boot_words.h"

#include <errno.h>
#include <string.h>

#include "apply/kinds_words.h"
#include "base/str.h"
#include "flow/bind.h"
#include "flow/boot.h"
#include "flow/boot_ids.h"
#include "flow/claim.h"
#include "judge/boot.h"
#include "model/boot_word.h"
#include "model/derived.h"
#include "plan/boot_words.h"
#include "sys/read_boot.h"
#include "sys/read_boot_state.h"
#include "sys/read_claims.h"
#include "sys/read_generated.h"
#include "text/kernel_cmdline.h"
#include "text/shell_vars.h"

/* ---- looking ---- */

static int look(struct flow *f, const char *name, struct boot *b, struct boot_answer *a, struct err *e)
{
	struct boot_loader loader;
	enum boot_stack stack;

	if (!name) {
		flow_boot_status(f, b, a);
		return 0;
	}
	if (!boot_stack_parse(name, &stack))
		return err_set(e, -EINVAL, "passthru knows no loader called %s", name);
	read_boot(f->s, f->mem, b);
	if (!judge_boot_loader_as(f->mem, b, stack, &loader)) {
		(void)err_set(e, -ENOENT, "the loader cannot be %s: its files are not there", name);
		return err_hint(e, "passthru boot status shows what is");
	}
	read_boot_words(f->s, f->mem, stack, b);
	*a = judge_boot(f->mem, b, &loader);
	return 0;
}

static int look_at_claimed(struct flow *f, const struct boot *b, struct boot_claimed *ret, struct err *e)
{
	struct claims_seen seen = {0};
	int r = read_claims(f->s, f->mem, &seen.claims, e);

	*ret = (struct boot_claimed){.is_display_covered = true};
	if (r == 0 && seen.claims.n > 0)
		r = flow_look_at_saved(f, &seen, e);
	if (r < 0)
		return r;
	for (size_t i = 0; i < seen.claims.n; i++) {
		const struct claim *c = &seen.claims.items[i].claim;

		if (c->vendor == 0x8086 && c->class_code >> 16 == 0x03 && c->addr.bus == 0) {
			ret->has_intel_display = true;
			ret->is_display_covered =
			    seen.verdicts[i].state == CLAIM_HERE && seen.host.functions[seen.verdicts[i].function].group >= 0;
		}
	}
	flow_look_at_ids(f, b, &seen, &(struct vfio_ids){0}, ret);
	return 0;
}

/* ---- reading what the plan sees ---- */

static int read_text(struct flow *f, const char *file, const char **ret, struct err *e)
{
	int r;

	*ret = boot_text(f->s, f->mem, file + 1, SHELL_TEXT_BYTES, &r);
	if (*ret || r == -ENOENT || r == -ENOTDIR)
		return 0;
	return err_set(e, r, "cannot read %s: %s", file, strerror(-r));
}

/* kernel-install makes an entry anew of the kernel that it is given. */
static int add_kernel_installs(struct flow *f, struct boot_way *way, const struct boot_entries *entries, struct err *e)
{
	for (size_t i = 0; i < entries->n; i++) {
		const char *release = entries->items[i].version, *image, *command = NULL;

		if (entries->items[i].is_rescue)
			continue;
		image = release ? read_kernel_image(f->s, f->mem, release) : NULL;
		if (image)
			command = derived_kernel_install(f->mem, release, image);
		if (!command) {
			(void)err_set(e, -ENOENT, "/%s cannot be made anew: the kernel it was made of is not in /lib/modules or /boot",
			    entries->items[i].file);
			return err_hint(e, "kernel-install remove %s takes an entry away whose kernel is gone", release ? release : "VERSION");
		}
		*ARENA_PUSH(f->mem, way->derived, way->n_derived) = command;
	}
	return 0;
}

/* The program is asked where it runs; of a recorded host its files tell. */
static int read_settings(struct flow *f, const struct boot *b, const struct boot_needs *needs, const struct boot_way *way,
    struct boot_files *files, struct err *e)
{
	const char *words = str_eq(way->program, "kernelstub") ? b->configured.text : b->generated.text;
	int r = 0;

	files->settings = arena_alloc(f->mem, (needs->n + 1) * sizeof(*files->settings));
	for (size_t i = 0; r == 0 && i < needs->n; i++) {
		struct value now = {0};

		files->settings[i] = kernel_cmdline_count(f->mem, words, needs->items[i].word) > 0 ? SETTING_ALL : SETTING_NONE;
		if (!f->s->may_write)
			continue;
		r = setting_get(f->s, f->mem, boot_word_target(f->mem, way->program, NULL, needs->items[i].word), &now, e);
		if (r == 0)
			files->settings[i] = now.text;
	}
	return r;
}

static int read_files(struct flow *f, const struct boot *b, const struct boot_needs *needs, struct boot_way *way,
    struct boot_files *ret, struct err *e)
{
	struct boot_entries *entries = arena_alloc(f->mem, (way->n_places + 1) * sizeof(*entries));
	int r = 0;

	*ret = (struct boot_files){.entries = entries, .n_entries = way->n_places};
	for (size_t i = 0; i < way->n_places; i++)
		read_generated(f->s, f->mem, way->places[i], &entries[i]);
	if (way->file)
		r = read_text(f, way->file, &ret->text, e);
	if (r == 0 && way->how == HOW_SETTING)
		r = read_settings(f, b, needs, way, ret, e);
	if (r == 0 && way->installs_kernels && way->n_places > 0)
		r = add_kernel_installs(f, way, &entries[0], e);
	return r;
}

/* ---- what is said before ---- */

/* Programs that make early images, or copy them. */
static bool makes_images(const struct plan *p)
{
	for (size_t i = 0; i < p->n_derived; i++)
		if (!str_eq(p->derived[i], DERIVED_UPDATE_GRUB) && !str_eq(p->derived[i], DERIVED_GRUB_MKCONFIG) &&
		    !str_eq(p->derived[i], DERIVED_GRUB2_MKCONFIG))
			return true;
	return false;
}

/* What measures the kernel's words (facts: GRUB into 8 and 9, systemd-boot into 12, an image into 11). */
static const char *registers_of(enum boot_stack stack)
{
	static const char *const names[BOOT_STACKS] = {
	    [STACK_UKI] = "PCR 11",
	    [STACK_KERNEL_INSTALL] = "PCR 12",
	    [STACK_PROXMOX_SYSTEMD] = "PCR 12",
	    [STACK_KERNELSTUB] = "PCR 12",
	    [STACK_SDBOOTUTIL] = "PCR 8, 9 or 12",
	    [STACK_GRUB] = "PCR 8 and 9",
	    [STACK_GRUB_DEBIAN] = "PCR 8 and 9",
	    [STACK_GRUB_BLS] = "PCR 8 and 9",
	    [STACK_PROXMOX_GRUB] = "PCR 8 and 9",
	    [STACK_RPM_OSTREE] = "PCR 8 and 9",
	};

	return names[stack] ? names[stack] : "what the loader measures";
}

static int check_tools(struct flow *f, const struct plan *p, struct err *e)
{
	char path[SYS_PATH];

	for (size_t i = 0; f->s->is_live && f->s->ops->find_tool && i < p->n_derived; i++) {
		char **argv = derived_argv(f->mem, p->derived[i]);

		if (f->s->ops->find_tool(f->s, argv[0], path, sizeof(path)) < 0)
			return err_set(e, -ENOENT, "there is no %s in the system's folders, or it is not root's alone", argv[0]);
	}
	return 0;
}

int flow_check_boot_state(struct flow *f, const struct boot *b, const struct boot_loader *l, const struct plan *p,
    const char *const *folders, size_t n_folders, struct change *c, struct err *e)
{
	struct boot_state state;
	bool has_images = makes_images(p);

	read_boot_state(f->s, f->mem, folders, n_folders, has_images, &state);
	if (state.read_only_point) {
		(void)err_set(e, -EROFS, "%s is mounted read-only: what the loader reads could not be written", state.read_only_point);
		return err_hint(e, "mount -o remount,rw %s", state.read_only_point);
	}
	if (state.full_folder) {
		(void)err_set(e, -ENOSPC, "/%s has room for %llu MiB, and what is made anew there may take %llu", state.full_folder,
		    (unsigned long long)(state.free_bytes >> 20), (unsigned long long)(state.needed_bytes >> 20) + 1);
		return err_hint(e, "make room there: early images of old kernels are large");
	}
	if (check_tools(f, p, e) < 0)
		return e->code;
	if (state.seal_evidence && l->stack != STACK_UNKNOWN)
		flow_note(f, c, arena_printf(f->mem, "%s: a disk is sealed to what is measured at boot; this changes %s, so have the recovery key at hand",
		    state.seal_evidence, registers_of(l->stack)));
	if (b->is_secure == TRI_YES && has_images)
		flow_note(f, c, "Secure Boot is on: images that are made anew must be signed as those before them were");
	return 0;
}

/* ---- enable ---- */

static const char *parent(struct arena *mem, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? arena_strndup(mem, path, (size_t)(slash - path)) : path;
}

static int check_state(struct flow *f, const struct boot *b, const struct boot_way *way, struct words_change *c, struct err *e)
{
	const char **folders = NULL;
	size_t n = 0;

	*ARENA_PUSH(f->mem, folders, n) = "etc";
	/* rpm-ostree makes its own /boot writable where it is not (Fedora CoreOS). */
	if (!str_eq(way->program, "rpm-ostree"))
		*ARENA_PUSH(f->mem, folders, n) = "boot";
	for (size_t i = 0; i < way->n_places; i++)
		*ARENA_PUSH(f->mem, folders, n) = parent(f->mem, way->places[i]);
	return flow_check_boot_state(f, b, &c->loader, &c->change.plan, folders, n, &c->change, e);
}

static int tell(struct flow *f, const struct boot *b, struct words_change *c)
{
	struct boot_entries entries = {0};
	struct boot_told *told;
	size_t n;

	if (c->loader.stack == STACK_GRUB_BLS)
		read_generated(f->s, f->mem, "boot/loader/entries", &entries);
	else if (b->entries_folder)
		read_generated(f->s, f->mem, b->entries_folder, &entries);
	n = plan_boot_told(f->mem, b, &c->loader, &entries, &told);
	for (size_t i = 0; i < n; i++)
		if (told[i].form != TOLD_AS_IT_IS)
			told[i].text = boot_text(f->s, f->mem, told[i].file, SHELL_TEXT_BYTES, NULL);
	c->n_advice = plan_boot_advice(f->mem, b, &c->loader, &c->needs, told, n, &c->advice);
	return 0;
}

static void note_needs(struct flow *f, const struct boot *b, struct words_change *c)
{
	c->needs_reboot = b->cmdline ? TRI_NO : TRI_UNKNOWN;
	for (size_t i = 0; i < c->needs.n; i++)
		if (b->cmdline && kernel_cmdline_count(f->mem, b->cmdline, c->needs.items[i].word) == 0)
			c->needs_reboot = TRI_YES;
	for (size_t i = 0; i < c->needs.n_notes; i++)
		flow_note(f, &c->change, c->needs.notes[i]);
	if (c->needs.n == 0 && c->needs.n_notes == 0)
		flow_note(f, &c->change, "this host needs no words: its IOMMU works without");
}

int flow_plan_words(struct flow *f, const struct boot *b, struct words_change *c, struct err *e)
{
	struct boot_files files;
	struct boot_way way;
	int r = plan_boot_way(f->mem, b, &c->loader, &way, e);

	if (r == 0 && way.how == HOW_TOLD)
		return tell(f, b, c);
	if (r == 0)
		r = read_files(f, b, &c->needs, &way, &files, e);
	if (r == 0)
		r = plan_boot_enable(f->mem, b, &c->needs, &way, &files, &c->change.plan, e);
	if (r == 0 && plan_is_lasting(&c->change.plan))
		r = check_state(f, b, &way, c, e);
	if (r == 0 && plan_is_lasting(&c->change.plan) && way.unseen)
		flow_note(f, &c->change, arena_printf(f->mem, "not every entry is looked at afterwards: %s", way.unseen));
	return r;
}

static int plan_enable(struct flow *f, const struct boot_words_wish *wish, const char *loader, struct words_change *ret, struct err *e)
{
	struct boot_claimed claimed;
	struct boot_answer answer;
	struct boot b;
	int r = look(f, loader, &b, &answer, e);

	if (r == 0)
		r = look_at_claimed(f, &b, &claimed, e);
	if (r == 0)
		r = judge_boot_needs(f->mem, &b, &answer, &claimed, wish, &ret->needs, e);
	if (r < 0)
		return r;
	ret->loader = answer.loader;
	note_needs(f, &b, ret);
	return ret->needs.n == 0 ? 0 : flow_plan_words(f, &b, ret, e);
}

struct enabling {
	const struct boot_words_wish *wish;
	const char *loader;
	struct words_change *ret;
};

static int plan_change(struct flow *f, const void *data, struct change *ret, struct err *e)
{
	const struct enabling *enabling = data;

	(void)ret; /* part of enabling->ret */
	return plan_enable(f, enabling->wish, enabling->loader, enabling->ret, e);
}

enum outcome flow_boot_enable(struct flow *f, const struct boot_words_wish *wish, const char *loader,
    const struct change_options *options, struct words_change *ret, struct err *e)
{
	const struct enabling enabling = {wish, loader, ret};

	*ret = (struct words_change){0};
	return flow_change_lasting(f, "boot enable", plan_change, &enabling, options, &ret->change, e);
}
