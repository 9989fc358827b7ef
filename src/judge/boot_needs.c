/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge/boot_needs.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "judge/boot.h"
#include "model/boot_word.h"
#include "text/kernel_cmdline.h"
#include "text/vfio_ids.h"

struct look {
	struct arena *mem;
	const struct boot *b;
	const struct boot_answer *a;
	const struct boot_claimed *claimed;
	struct boot_needs *ret;
	struct err *e;
	struct vfio_ids ids; /* asked for, to be one word with those that passthru has */
};

static void note(struct look *l, const char *text)
{
	*ARENA_PUSH(l->mem, l->ret->notes, l->ret->n_notes) = text;
}

static void need(struct look *l, const char *word, const char *reason)
{
	for (size_t i = 0; i < l->ret->n; i++)
		if (str_eq(l->ret->items[i].word, word))
			return;
	*ARENA_PUSH(l->mem, l->ret->items, l->ret->n) = (struct boot_need){word, reason};
}

/* The words that stand behind one key and count once, the last: "vfio-pci.ids". */
static bool is_list(const char *key)
{
	static const char *const keys[] = {VFIO_IDS_KEY, "module_blacklist", "modprobe.blacklist", "blacklist",
	    "rd.driver.blacklist", "initcall_blacklist", "isolcpus", "nohz_full", "pci", "rd.modules_force_load"};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (str_same_module(keys[i], key))
			return true;
	return false;
}

static bool is_vendor(const struct look *l, const char *vendor)
{
	return str_eq(l->b->iommu.cpu_vendor, vendor);
}

static bool runs_with(const struct look *l, const char *key)
{
	struct kernel_cmdline c;

	return l->b->cmdline && kernel_cmdline_parse(l->mem, l->b->cmdline, &c) && kernel_cmdline_last(&c, key);
}

/* ---- what the host needs ---- */

static void judge_iommu(struct look *l, const struct boot_claimed *claimed)
{
	switch (l->a->iommu) {
	case IOMMU_NOT_ENABLED:
	case IOMMU_NOT_BOOTED:
		need(l, "intel_iommu=on", "this kernel has VT-d off without it");
		return;
	case IOMMU_IN_USE:
		/* Kernels with INTEL_IOMMU_DEFAULT_ON_INTGPU_OFF leave it out (drivers/iommu/intel/iommu.c). */
		if (claimed->has_intel_display && str_eq(l->b->iommu.acpi_table, "DMAR") &&
		    (!claimed->is_display_covered || runs_with(l, "intel_iommu")))
			need(l, "intel_iommu=on", "the processor's own display is claimed, which VT-d leaves out without it");
		return;
	case IOMMU_OFF_INTEL:
	case IOMMU_OFF_AMD:
	case IOMMU_NO_SMMU:
	case IOMMU_GUEST:
	case IOMMU_XEN:
	case IOMMU_NOIOMMU:
	case IOMMU_UNKNOWN:
		note(l, arena_printf(l->mem, "no word is added for the IOMMU: %s", l->a->iommu_text));
		return;
	case IOMMU_SWITCHED_OFF:
		note(l, arena_printf(l->mem, "%s; it is not passthru's: take it out where it stands", l->a->iommu_text));
		return;
	case IOMMU_STATES:
		break;
	}
}

static struct vfio_ids ids_of(struct look *l, const struct kernel_word *w)
{
	struct vfio_ids ids = {0};

	return w->value && vfio_ids_add(l->mem, &ids, w->value, NULL) == 0 ? ids : (struct vfio_ids){0};
}

/* The last one that is configured, or was generated; NULL: none. */
static const struct kernel_word *find_ids(struct look *l, const struct boot_words *place)
{
	struct kernel_cmdline all;

	return place->text && kernel_cmdline_parse(l->mem, place->text, &all) ? kernel_cmdline_last(&all, VFIO_IDS_KEY) : NULL;
}

/* One word has them all: those that passthru has there, those of claims, those asked for. */
static void judge_ids(struct look *l)
{
	const struct boot_words *place = l->b->configured.text ? &l->b->configured : &l->b->generated;
	const struct kernel_word *there = find_ids(l, place);
	struct vfio_ids theirs = there ? ids_of(l, there) : (struct vfio_ids){0}, all = {0}, claimed = {0};
	const char *word;

	for (size_t i = 0; i < l->claimed->n_ids_notes; i++)
		note(l, l->claimed->ids_notes[i]);
	if (l->claimed->ids)
		(void)vfio_ids_add(l->mem, &claimed, l->claimed->ids, NULL);
	if (l->claimed->own_ids)
		vfio_ids_join(l->mem, &all, &theirs);
	vfio_ids_join(l->mem, &all, &claimed);
	vfio_ids_join(l->mem, &all, &l->ids);
	if (claimed.n + l->ids.n == 0)
		return;
	word = arena_printf(l->mem, VFIO_IDS_KEY "=%s", vfio_ids_text(l->mem, &all));
	if (vfio_ids_are_within(&all, &theirs)) {
		if (l->claimed->own_ids)
			need(l, l->claimed->own_ids, "their driver is part of this kernel: it is there before any rule");
		else
			note(l, arena_printf(l->mem, "%s is not added: %s in /%s has them", word, there->raw, place->file));
		return;
	}
	if (!is_safe_boot_word(word)) {
		note(l, arena_printf(l->mem, "%s is not added: passthru writes no word of more than %d letters", word, LONGEST_BOOT_WORD));
		return;
	}
	need(l, word, claimed.n > 0 ? "the driver of what is claimed is part of this kernel: it is there before any rule" : "asked for");
	l->ret->gone = l->claimed->own_ids;
}

/* ---- what a person asks for ---- */

static bool has_part(const char *value, const char *part)
{
	return value && str_has_word(value, part, strlen(part));
}

static bool is_known_key(const char *key)
{
	return boot_word_matters(key) || str_starts(key, "vfio") || str_starts(key, "kvm");
}

static int refuse_word(struct look *l, const char *word)
{
	(void)err_set(l->e, -EINVAL, "%.100s is no word that passthru adds: it has nothing to do with handing devices over", word);
	return err_hint(l->e, "words of another purpose are for the loader's own configuration; passthru boot status names its file");
}

static int check_form(struct look *l, const char *word, struct kernel_word *ret)
{
	struct kernel_cmdline c;

	if (!is_safe_boot_word(word) || !kernel_cmdline_parse(l->mem, word, &c) || c.n_words != 1) {
		(void)err_set(l->e, -EINVAL, "%.100s cannot be a word of the kernel's here", word);
		return err_hint(l->e, "letters, digits and _.,:=/+- only: it is read by a shell, by the loader and by the kernel");
	}
	*ret = c.words[0];
	return is_known_key(ret->key) ? 0 : refuse_word(l, word);
}

static bool is_iommu_key(const char *key)
{
	return str_same_module(key, "intel_iommu") || str_same_module(key, "amd_iommu") || str_same_module(key, "iommu");
}

/* Commas to blanks, for str_has_word. */
static const char *parts_of(struct look *l, const char *value)
{
	char *copy = arena_strdup(l->mem, value ? value : "");

	for (char *c = copy; *c; c++)
		*c = *c == ',' ? ' ' : *c;
	return copy;
}

static int ask_for(struct look *l, const char *word)
{
	struct kernel_word w = {0};
	int r = check_form(l, word, &w);

	if (r < 0)
		return r;
	if (is_iommu_key(w.key) && has_part(parts_of(l, w.value), "off"))
		return err_set(l->e, -EPERM, "%s would switch the IOMMU off, and with it all that passthru is for", word);
	if (str_same_module(w.key, "amd_iommu") && str_eq(w.value, "on")) {
		note(l, "amd_iommu=on is not added: it is no value the kernel knows, AMD's IOMMU is on without a word");
		return 0;
	}
	if (l->b->iommu.is_arm && is_iommu_key(w.key)) {
		note(l, arena_printf(l->mem, "%s is not added: this is an ARM processor, whose word is iommu.passthrough=1", word));
		return 0;
	}
	if (str_same_module(w.key, "intel_iommu") && (is_vendor(l, "AuthenticAMD") || is_vendor(l, "HygonGenuine"))) {
		note(l, arena_printf(l->mem, "%s is not added: this is an AMD processor, where it does nothing", word));
		return 0;
	}
	if (str_same_module(w.key, "amd_iommu") && is_vendor(l, "GenuineIntel")) {
		note(l, arena_printf(l->mem, "%s is not added: this is an Intel processor, where it does nothing", word));
		return 0;
	}
	if (str_eq(word, "intel_iommu=on") && l->a->iommu == IOMMU_IN_USE && l->b->iommu.is_intel_default_on == TRI_YES)
		note(l, "intel_iommu=on does nothing here but for the processor's own display: this kernel has VT-d on without it");
	if (str_same_module(w.key, VFIO_IDS_KEY) && (l->claimed->ids || l->claimed->own_ids)) {
		if (!w.value || vfio_ids_add(l->mem, &l->ids, w.value, l->e) < 0)
			return err_set(l->e, -EINVAL, "%.100s has a piece that is no vendor:device in hex", word);
		return 0;
	}
	need(l, word, "asked for");
	return 0;
}

/* ---- a second word of one key ---- */

static int refuse_list(struct look *l, const struct kernel_word *mine, const struct kernel_word *other, const char *file)
{
	(void)err_set(l->e, -EEXIST, "%s would take the place of %s, which stands in /%s: of two such words the last alone counts",
	    mine->raw, other->raw, file ? file : "proc/cmdline");
	return err_hint(l->e, "let that one word have both: %s,%s", other->raw, mine->value ? mine->value : "");
}

/* Ours goes when it comes; what was generated may be one that was ours before. */
static bool is_replaced(struct look *l, const struct kernel_word *mine, const struct kernel_word *other)
{
	struct vfio_ids before = ids_of(l, other), now = ids_of(l, mine);

	return l->claimed->own_ids && str_same_module(mine->key, VFIO_IDS_KEY) && before.n > 0 && vfio_ids_are_within(&before, &now);
}

static int check_lists(struct look *l)
{
	const struct boot_words *places[] = {&l->b->configured, &l->b->generated};
	int r = 0;

	for (size_t i = 0; i < l->ret->n; i++) {
		struct kernel_cmdline mine, all;

		if (!kernel_cmdline_parse(l->mem, l->ret->items[i].word, &mine) || mine.n_words != 1 || !is_list(mine.words[0].key))
			continue;
		for (size_t k = 0; k < i; k++) {
			struct kernel_cmdline before;

			if (kernel_cmdline_parse(l->mem, l->ret->items[k].word, &before) && before.n_words == 1 &&
			    str_same_module(before.words[0].key, mine.words[0].key))
				return err_set(l->e, -EINVAL, "%s and %s: of two such words the last alone counts; give one with both",
				    before.words[0].raw, mine.words[0].raw);
		}
		for (size_t k = 0; r == 0 && k < ARRAY_LEN(places); k++) {
			const struct kernel_word *last = places[k]->text && kernel_cmdline_parse(l->mem, places[k]->text, &all)
			    ? kernel_cmdline_last(&all, mine.words[0].key) : NULL;

			if (last && !kernel_word_eq(last, &mine.words[0]) && !is_replaced(l, &mine.words[0], last))
				r = refuse_list(l, &mine.words[0], last, places[k]->file);
		}
	}
	return r;
}

int judge_boot_needs(struct arena *mem, const struct boot *b, const struct boot_answer *a, const struct boot_claimed *claimed,
    const struct boot_words_wish *wish, struct boot_needs *ret, struct err *e)
{
	struct look l = {.mem = mem, .b = b, .a = a, .claimed = claimed, .ret = ret, .e = e};
	int r = 0;

	*ret = (struct boot_needs){0};
	judge_iommu(&l, claimed);
	if (wish->wants_passthrough)
		need(&l, b->iommu.is_arm ? "iommu.passthrough=1" : "iommu=pt", "the host's own devices go untranslated, as asked for");
	for (size_t i = 0; r == 0 && i < wish->n_words; i++)
		r = ask_for(&l, wish->words[i]);
	if (r == 0)
		judge_ids(&l);
	return r < 0 ? r : check_lists(&l);
}
