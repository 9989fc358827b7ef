/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/boot_words.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "model/boot_word.h"
#include "model/derived.h"
#include "model/our_file.h"
#include "text/kernel_cmdline.h"
#include "text/shell_vars.h"

/* ---- the way ---- */

static void add_derived(struct arena *mem, struct boot_way *w, const char *command)
{
	*ARENA_PUSH(mem, w->derived, w->n_derived) = command;
}

static void add_place(struct arena *mem, struct boot_way *w, const char *place)
{
	if (place)
		*ARENA_PUSH(mem, w->places, w->n_places) = place;
}

static int need_entries(const struct boot *b, struct err *e)
{
	if (b->entries_folder)
		return 0;
	(void)err_set(e, -EOPNOTSUPP, "no loader entries are to be seen in /efi, /boot or /boot/efi: the ESP is not mounted, or this needs root");
	return err_hint(e, "mount the ESP, then try again");
}

static void own_file(struct arena *mem, struct boot_way *w, const char *file, const char *command)
{
	w->how = HOW_OWN_FILE;
	w->file = file;
	add_derived(mem, w, command);
}

static void kernel_cmdline(struct boot_way *w)
{
	w->how = HOW_WORD;
	w->file = KERNEL_CMDLINE_FILE;
}

static void grub(struct arena *mem, const struct boot *b, const struct boot_loader *l, struct boot_way *w)
{
	/* transactional-update works on another root: what it made could not be looked at. */
	if (l->tier != TIER_WRITTEN || !l->apply || !is_derived(l->apply))
		return;
	w->how = HOW_WORD;
	w->file = "/etc/default/grub";
	w->variable = "GRUB_CMDLINE_LINUX_DEFAULT";
	add_derived(mem, w, l->apply);
	add_place(mem, w, boot_mark_paths[b->marks[MARK_GRUB2_CFG] == TRI_YES ? MARK_GRUB2_CFG : MARK_GRUB_CFG][0]);
}

static int proxmox_systemd(struct arena *mem, const struct boot *b, struct boot_way *w, struct err *e)
{
	for (size_t i = 0; i < b->n_remarks; i++)
		if (b->remarks[i].kind == REMARK_SEVERAL_LINES) {
			(void)err_set(e, -EOPNOTSUPP, "/%s has several lines, of which the first alone counts", b->remarks[i].file);
			return err_hint(e, "make it one line by hand, and look at what is in the others");
		}
	if (b->marks[MARK_KERNEL_CMDLINE] != TRI_YES) {
		(void)err_set(e, -EOPNOTSUPP, "there is no " KERNEL_CMDLINE_FILE ", and the entries that run cannot be seen");
		return err_hint(e, "make it by hand, one line, with root= as in /proc/cmdline");
	}
	kernel_cmdline(w);
	add_derived(mem, w, DERIVED_PROXMOX);
	w->unseen = "the ESPs of proxmox-boot-tool are not mounted";
	return 0;
}

static void uki(struct arena *mem, const struct boot *b, const struct boot_loader *l, struct boot_way *w)
{
	if (l->tier != TIER_WRITTEN)
		return;
	for (size_t i = 0; i < b->n_preset_ukis; i++)
		if (str_starts(b->preset_ukis[i], "/efi/") || str_starts(b->preset_ukis[i], "/boot/"))
			add_place(mem, w, b->preset_ukis[i] + 1);
	/* What is made and cannot be looked at is a person's. */
	if (w->n_places > 0)
		own_file(mem, w, CMDLINE_D_FILE, DERIVED_MKINITCPIO);
}

static int kernel_install(struct arena *mem, const struct boot *b, struct boot_way *w, struct err *e)
{
	int r = need_entries(b, e);

	kernel_cmdline(w);
	add_place(mem, w, b->entries_folder);
	if (b->marks[MARK_INITRAMFS_ENTRIES] == TRI_YES) {
		add_derived(mem, w, DERIVED_UPDATE_INITRAMFS);
	} else if (b->marks[MARK_HOOK_INITRAMFS_TOOLS] == TRI_YES) {
		(void)err_set(e, -EOPNOTSUPP, "initramfs-tools is there without /%s: an entry made anew might lack its early image",
		    boot_mark_paths[MARK_INITRAMFS_ENTRIES][0]);
		return err_hint(e, "install the package systemd-boot, then try again");
	} else {
		w->installs_kernels = true;
	}
	return r;
}

static void setting(struct boot_way *w, const char *program)
{
	w->how = HOW_SETTING;
	w->program = program;
}

/* On a disk with two systems the other one's loader may be what starts this one. */
static int check_in_charge(const struct boot *b, const struct boot_loader *l, struct err *e)
{
	for (size_t i = 0; i < b->n_remarks; i++) {
		if (b->remarks[i].kind != REMARK_NO_ENTRY_RUNS || l->is_said)
			continue;
		(void)err_set(e, -EINVAL, "no entry of /%s starts %s, which runs: another system's loader may be in charge",
		    b->remarks[i].file, b->remarks[i].other);
		return err_hint(e, "where it is the one that counts, --loader %s says so", boot_stack_name(l->stack));
	}
	return 0;
}

int plan_boot_way(struct arena *mem, const struct boot *b, const struct boot_loader *l, struct boot_way *ret, struct err *e)
{
	int r = 0;

	*ret = (struct boot_way){.how = HOW_TOLD};
	if (check_in_charge(b, l, e) < 0)
		return e->code;
	switch (l->stack) {
	case STACK_UNKNOWN:
		(void)err_set(e, -EINVAL, "which loader started this kernel cannot be told: %s", l->reason);
		return err_hint(e, "--loader NAME says it; passthru boot status shows what is known");
	case STACK_PROXMOX_GRUB:
	case STACK_GRUB_DEBIAN:
		if (b->reads_grub_d == TRI_YES) {
			own_file(mem, ret, GRUB_D_FILE, DERIVED_UPDATE_GRUB);
			add_place(mem, ret, boot_mark_paths[MARK_GRUB_CFG][0]);
		}
		break;
	case STACK_GRUB:
		grub(mem, b, l, ret);
		break;
	case STACK_GRUB_BLS:
		if (l->tier == TIER_TOOL) {
			setting(ret, "grubby");
			add_place(mem, ret, "boot/loader/entries");
		}
		break;
	case STACK_RPM_OSTREE:
		setting(ret, "rpm-ostree");
		ret->unseen = "the deployment before keeps its words, as a way back";
		break;
	case STACK_KERNELSTUB:
		setting(ret, "kernelstub");
		add_place(mem, ret, b->generated.file);
		break;
	case STACK_SDBOOTUTIL:
		r = need_entries(b, e);
		kernel_cmdline(ret);
		add_derived(mem, ret, DERIVED_SDBOOTUTIL);
		add_place(mem, ret, b->entries_folder);
		break;
	case STACK_PROXMOX_SYSTEMD:
		return proxmox_systemd(mem, b, ret, e);
	case STACK_KERNEL_INSTALL:
		return kernel_install(mem, b, ret, e);
	case STACK_UKI:
		uki(mem, b, l, ret);
		break;
	case STACK_LIMINE_TOOL:
		if (b->limine_conf) {
			own_file(mem, ret, LIMINE_TOOL_FILE, DERIVED_LIMINE);
			add_place(mem, ret, b->limine_conf);
		}
		break;
	case STACK_SYSTEMD_BOOT:
		return need_entries(b, e);
	case STACK_NIXOS:
	case STACK_UBUNTU_CORE:
	case STACK_OSTREE:
	case STACK_CLEAR_LINUX:
	case STACK_LIMINE:
	case STACK_REFIND:
	case STACK_RASPBERRY_PI:
	case STACK_FLASH_KERNEL:
	case STACK_U_BOOT_MENU:
	case STACK_EXTLINUX:
	case BOOT_STACKS:
		break;
	}
	return r;
}

/* ---- files of ours ---- */

/* One line with the words in it, behind a comment; what is between head and tail. */
static const struct own {
	const char *file, *head, *tail;
} owns[] = {
    {GRUB_D_FILE, "GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT ", "\""},
    {CMDLINE_D_FILE, "", ""},
    {LIMINE_TOOL_FILE, "KERNEL_CMDLINE[default]+=\" ", "\""},
};

static const struct own *own_of(const char *file)
{
	for (size_t i = 0; i < ARRAY_LEN(owns); i++)
		if (str_eq(owns[i].file, file))
			return &owns[i];
	return NULL;
}

static bool take_words(struct arena *mem, const char *text, const char ***ret, size_t *ret_n)
{
	struct kernel_cmdline c;

	if (!kernel_cmdline_parse(mem, text, &c) || c.has_init || c.is_open)
		return false;
	for (size_t i = 0; i < c.n_words; i++) {
		if (!is_safe_boot_word(c.words[i].raw))
			return false;
		*ARENA_PUSH(mem, *ret, *ret_n) = c.words[i].raw;
	}
	return true;
}

bool boot_own_words(struct arena *mem, const char *file, const char *text, const char ***ret, size_t *ret_n)
{
	const struct own *own = own_of(file);
	char *rest = arena_strdup(mem, text), *line;
	bool has_line = false;

	*ret = NULL;
	*ret_n = 0;
	while (own && (line = strsep(&rest, "\n"))) {
		size_t length = strlen(line), head = strlen(own->head), tail = strlen(own->tail);

		if (*line == '#' || *line == '\0')
			continue;
		if (has_line || length < head + tail || !str_starts(line, own->head) || !str_eq(line + length - tail, own->tail))
			return false;
		line[length - tail] = '\0';
		has_line = true;
		if (!take_words(mem, line + head, ret, ret_n))
			return false;
	}
	return has_line;
}

const char *boot_own_text(struct arena *mem, const char *file, const char *const *words, size_t n)
{
	const struct own *own = own_of(file);
	const char *text = "";

	if (n == 0 || !own)
		return NULL;
	for (size_t i = 0; i < n; i++)
		text = arena_printf(mem, "%s%s%s", text, i > 0 ? " " : "", words[i]);
	return arena_printf(mem, "# Written by passthru boot enable; passthru boot disable takes it away.\n%s%s%s\n", own->head, text,
	    own->tail);
}

/* ---- what is there ---- */

/* Of the entries that a look was possible at. */
static bool is_generated(struct arena *mem, const struct boot_files *f, const char *word)
{
	for (size_t i = 0; i < f->n_entries; i++)
		for (size_t k = 0; k < f->entries[i].n; k++) {
			const struct boot_entry *entry = &f->entries[i].items[k];

			if (!entry->is_rescue && entry->words && kernel_cmdline_count(mem, entry->words, word) == 0)
				return false;
		}
	return true;
}

static bool has_generated(const struct boot_files *f)
{
	for (size_t i = 0; i < f->n_entries; i++)
		if (f->entries[i].n > 0 && !f->entries[i].reason)
			return true;
	return false;
}

/* Where what is configured cannot be told, what came of it is asked. */
static bool is_configured(struct arena *mem, const struct boot *b, const struct boot_files *f, const char *word)
{
	if (b->configured.text)
		return kernel_cmdline_count(mem, b->configured.text, word) > 0;
	return has_generated(f) && is_generated(mem, f, word);
}

/* ---- enable ---- */

static int add_own_file(struct arena *mem, const struct boot *b, const struct boot_needs *needs, const struct boot_way *way,
    const struct boot_files *f, struct plan *p, struct err *e)
{
	const char **words = NULL, **now = NULL, *text;
	size_t n = 0, n_now = 0;

	if (f->text && !boot_own_words(mem, way->file, f->text, &now, &n_now)) {
		(void)err_set(e, -EEXIST, "%s is not as passthru writes it", way->file);
		return err_hint(e, "look at it; if it is of no use, remove it");
	}
	for (size_t i = 0; i < n_now; i++)
		if (!str_eq(now[i], needs->gone))
			*ARENA_PUSH(mem, words, n) = now[i];
	for (size_t i = 0; i < needs->n; i++) {
		bool is_ours = false;

		for (size_t k = 0; k < n; k++)
			is_ours = is_ours || str_eq(words[k], needs->items[i].word);
		if (!is_ours && !is_configured(mem, b, f, needs->items[i].word))
			*ARENA_PUSH(mem, words, n) = needs->items[i].word;
	}
	text = boot_own_text(mem, way->file, words, n);
	if (n != n_now || (n > 0 && !str_eq(words[n - 1], now[n - 1])))
		plan_add_move(mem, p, KIND_FILE, way->file, (struct value){.text = f->text}, (struct value){.text = text});
	return 0;
}

/* Words of a loader entry that whoever makes the entry adds by himself. */
static const char *without_made_words(struct arena *mem, const char *words)
{
	struct kernel_cmdline c;
	const char *text = "";

	if (!kernel_cmdline_parse(mem, words, &c) || c.is_open)
		return NULL;
	for (size_t i = 0; i < c.n_words; i++)
		if (!str_eq(c.words[i].key, "BOOT_IMAGE") && !str_eq(c.words[i].key, "initrd") && !str_eq(c.words[i].key, "systemd.machine_id"))
			text = arena_printf(mem, "%s%s%s", text, *text ? " " : "", c.words[i].raw);
	return c.has_init ? arena_printf(mem, "%s %s", text, words + c.init_start) : text;
}

/* A new /etc/kernel/cmdline is all the words there are from then on. Never of /proc/cmdline: what was typed at the menu
 * for one boot stands there too. */
static const char *seed_of(struct arena *mem, const struct boot *b)
{
	if (str_eq(b->configured.file, "usr/lib/kernel/cmdline"))
		return b->configured.text;
	return b->running_entry.text ? without_made_words(mem, b->running_entry.text) : NULL;
}

/* The file says then what its readers took from elsewhere before, so it is no change, and stays: without it they would take
 * the words that run, ours and those typed for one boot too. */
static int add_seeded_file(struct arena *mem, const struct boot *b, const struct boot_way *way, const char **ret_text,
    struct plan *p, struct err *e)
{
	const char *seed = seed_of(mem, b);

	if (!seed || !*seed) {
		(void)err_set(e, -ENODATA, "there is no %s, and which entry runs cannot be told: made with new words alone it would drop root=", way->file);
		return err_hint(e, "make it by hand with the words of the entry that runs, then try again");
	}
	*ret_text = arena_printf(mem, "%s\n", seed);
	plan_add_move_back(mem, p, KIND_FILE, way->file, (struct value){0}, (struct value){.text = *ret_text}, BACK_NONE);
	return 0;
}

static bool can_edit(struct arena *mem, const struct boot_way *way, const char *text, const char *word)
{
	const char *const words[] = {word};

	if (way->variable)
		return shell_vars_edit_words(mem, text, way->variable, words, 1, NULL, 0) != NULL;
	return kernel_cmdline_is_one_line(text) && kernel_cmdline_edit(mem, text, words, 1, NULL, 0) != NULL;
}

static int add_words(struct arena *mem, const struct boot *b, const struct boot_needs *needs, const struct boot_way *way,
    const struct boot_files *f, struct plan *p, struct err *e)
{
	const char *text = f->text;

	if (!text && way->variable)
		return err_set(e, -ENOENT, "there is no %s", way->file);
	if (!text && add_seeded_file(mem, b, way, &text, p, e) < 0)
		return e->code;
	if (needs->gone)
		plan_add_move(mem, p, KIND_WORD, boot_word_target(mem, way->file, way->variable, needs->gone), (struct value){.flag = true},
		    (struct value){.flag = false});
	for (size_t i = 0; i < needs->n; i++) {
		const char *word = needs->items[i].word;

		if (way->variable ? is_configured(mem, b, f, word) : kernel_cmdline_count(mem, text, word) > 0)
			continue;
		if (!can_edit(mem, way, text, word)) {
			(void)err_set(e, -EINVAL, "%s cannot be edited safely: %s", way->file,
			    way->variable ? arena_printf(mem, "%s is not assigned in a plain way", way->variable) : "it is not one line of words");
			return err_hint(e, "add by hand: %s", word);
		}
		plan_add_move(mem, p, KIND_WORD, boot_word_target(mem, way->file, way->variable, word), (struct value){.flag = false},
		    (struct value){.flag = true});
	}
	return 0;
}

/* grubby takes every word of the same key out first (grubby-bls, update_args). */
static int check_key(struct arena *mem, const struct boot *b, const char *word, const char *gone, struct err *e)
{
	const char *const texts[] = {b->configured.text, b->generated.text};
	struct kernel_cmdline one, all;

	if (!kernel_cmdline_parse(mem, word, &one) || one.n_words != 1)
		return err_set(e, -EINVAL, "%s is no word", word);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		const struct kernel_word *other = texts[i] && kernel_cmdline_parse(mem, texts[i], &all)
		    ? kernel_cmdline_last(&all, one.words[0].key) : NULL;

		if (!other || kernel_word_eq(other, &one.words[0]) || str_eq(other->raw, gone))
			continue;
		(void)err_set(e, -EEXIST, "grubby would put %s in the place of %s, which is not passthru's", word, other->raw);
		return err_hint(e, "grubby --update-kernel=ALL --args=%s does so, if that is what is wanted", word);
	}
	return 0;
}

static int add_settings(struct arena *mem, const struct boot *b, const struct boot_needs *needs, const struct boot_way *way,
    const struct boot_files *f, struct plan *p, struct err *e)
{
	int r = 0;

	if (needs->gone)
		plan_add_move(mem, p, KIND_SETTING, boot_word_target(mem, way->program, NULL, needs->gone),
		    (struct value){.text = SETTING_ALL}, (struct value){.text = SETTING_NONE});
	for (size_t i = 0; r == 0 && i < needs->n; i++) {
		const char *word = needs->items[i].word;
		bool is_part = str_eq(f->settings[i], SETTING_SOME);

		if (str_eq(way->program, "grubby"))
			r = check_key(mem, b, word, needs->gone, e);
		plan_add_move_back(mem, p, KIND_SETTING, boot_word_target(mem, way->program, NULL, word),
		    (struct value){.text = f->settings[i]}, (struct value){.text = SETTING_ALL}, is_part ? BACK_BEST_EFFORT : BACK_EXACT);
	}
	return r;
}

int plan_boot_enable(struct arena *mem, const struct boot *b, const struct boot_needs *needs, const struct boot_way *way,
    const struct boot_files *f, struct plan *ret, struct err *e)
{
	struct plan p = {0};
	bool is_made = true;
	int r = 0;

	*ret = p;
	if ((needs->n == 0 && !needs->gone) || way->how == HOW_TOLD)
		return 0;
	if (way->how == HOW_OWN_FILE)
		r = add_own_file(mem, b, needs, way, f, &p, e);
	else if (way->how == HOW_WORD)
		r = add_words(mem, b, needs, way, f, &p, e);
	else
		r = add_settings(mem, b, needs, way, f, &p, e);
	if (r < 0)
		return r;
	for (size_t i = 0; i < needs->n; i++)
		is_made = is_made && is_generated(mem, f, needs->items[i].word);
	if (p.n_steps == 0 && (is_made || way->how == HOW_SETTING))
		return 0;
	for (size_t i = 0; i < way->n_derived; i++)
		plan_add_derived(mem, &p, way->derived[i]);
	for (size_t i = 0; i < way->n_places; i++)
		for (size_t k = 0; k < needs->n; k++)
			plan_add_require(mem, &p, KIND_GENERATED,
			    boot_word_target(mem, arena_printf(mem, "/%s", way->places[i]), NULL, needs->items[k].word),
			    (struct value){.text = GENERATED_IN_ALL});
	for (size_t i = 0; needs->gone && i < way->n_places; i++)
		plan_add_require(mem, &p, KIND_GENERATED,
		    boot_word_target(mem, arena_printf(mem, "/%s", way->places[i]), NULL, needs->gone), (struct value){.text = GENERATED_IN_NONE});
	*ret = p;
	return 0;
}
