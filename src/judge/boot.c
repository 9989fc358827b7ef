/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge/boot.h"

#include <string.h>

#include "base/str.h"
#include "text/kernel_cmdline.h"

bool boot_word_matters(const char *key)
{
	static const char *const keys[] = {"intel_iommu", "amd_iommu", "iommu", "iommu.passthrough", "iommu.strict",
	    "iommu.forcedac", "intremap", "vfio-pci.ids", "vfio_iommu_type1.allow_unsafe_interrupts", "module_blacklist",
	    "modprobe.blacklist", "blacklist", "rd.driver.pre", "rd.driver.blacklist", "rd.driver.post",
	    "rd.modules_force_load", "modules-load", "rd.modules-load", "pcie_acs_override", "pci", "video",
	    "initcall_blacklist", "nomodeset", "hugepages", "hugepagesz", "default_hugepagesz", "isolcpus",
	    "nohz_full", "passthru.claims"};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (str_same_module(keys[i], key))
			return true;
	return false;
}

struct look {
	struct arena *mem;
	const struct boot *b;
	struct kernel_cmdline running, generated, configured;
	bool has_running, has_generated, has_configured;
	struct boot_answer *ret;
};

static void note(struct look *l, const char *id, const char *text)
{
	*ARENA_PUSH(l->mem, l->ret->notes, l->ret->n_notes) = (struct boot_note){id, text};
}

/* ---- what a reboot would change ---- */

/* Words the loader puts there itself, and variables that are not known before it runs. */
static bool is_loaders(const struct kernel_word *w)
{
	return str_eq(w->key, "BOOT_IMAGE") || str_eq(w->key, "initrd") || w->raw[0] == '$';
}

static bool is_before(const struct kernel_cmdline *c, size_t n, const struct kernel_word *w)
{
	for (size_t i = 0; i < n; i++)
		if (kernel_word_eq(&c->words[i], w))
			return true;
	return false;
}

/* Words of `one` that `other` lacks, each once. */
static void add_changes(struct look *l, const struct kernel_cmdline *one, const struct kernel_cmdline *other, bool is_now,
    bool only_what_matters, struct boot_change **list, size_t *n)
{
	for (size_t i = 0; i < one->n_words && *n < KERNEL_WORDS; i++) {
		const struct kernel_word *w = &one->words[i];
		bool matters = boot_word_matters(w->key);

		if (is_loaders(w) || (only_what_matters && !matters) || kernel_cmdline_has(other, w) || is_before(one, i, w))
			continue;
		*ARENA_PUSH(l->mem, *list, *n) =
		    (struct boot_change){.word = w->raw, .is_now = is_now, .is_then = !is_now, .matters = matters};
	}
}

static void compare(struct look *l)
{
	struct boot_answer *a = l->ret;
	if (l->has_running && l->has_generated) {
		a->can_compare = true;
		/* Where firmware adds words of its own, one that is not in the file tells nothing. */
		if (!l->b->generated.is_partial)
			add_changes(l, &l->running, &l->generated, true, false, &a->changes, &a->n_changes);
		add_changes(l, &l->generated, &l->running, false, false, &a->changes, &a->n_changes);
	}
	if (l->has_generated && l->has_configured) {
		a->can_compare_configured = true;
		add_changes(l, &l->generated, &l->configured, true, true, &a->pending, &a->n_pending);
		add_changes(l, &l->configured, &l->generated, false, false, &a->pending, &a->n_pending);
	}
}

/* ---- the IOMMU ---- */

/* The option in a comma-separated value. */
static bool has_option(const char *value, const char *option)
{
	size_t length = strlen(option);

	for (const char *part = value; part; part = strchr(part, ',')) {
		part += *part == ',';
		if (strncmp(part, option, length) == 0 && (part[length] == ',' || part[length] == '\0'))
			return true;
	}
	return false;
}

/* The word that switches it off, when no later one switches it on again: each is obeyed in its turn. */
static const char *switched_off(const struct kernel_cmdline *c)
{
	const char *off = NULL, *all = NULL;

	for (size_t i = 0; i < c->n_words; i++) {
		const struct kernel_word *w = &c->words[i];

		if (!w->value)
			continue;
		if (str_same_module(w->key, "intel_iommu") || str_same_module(w->key, "amd_iommu"))
			off = has_option(w->value, "off") ? w->raw : has_option(w->value, "on") ? NULL : off;
		else if (str_same_module(w->key, "iommu"))
			all = has_option(w->value, "off") ? w->raw : has_option(w->value, "on") ? NULL : all;
		else if (str_eq(w->key, "acpi") && str_eq(w->value, "off"))
			all = w->raw;
	}
	return off ? off : all;
}

static bool is_enabled(const struct kernel_cmdline *c)
{
	for (size_t i = c->n_words; i > 0; i--)
		if (str_same_module(c->words[i - 1].key, "intel_iommu") && c->words[i - 1].value &&
		    has_option(c->words[i - 1].value, "on"))
			return true;
	return false;
}

static void say(struct look *l, enum iommu_state state, const char *text)
{
	l->ret->iommu = state;
	l->ret->iommu_text = text;
}

static void judge_no_table(struct look *l)
{
	const struct boot_iommu *i = &l->b->iommu;
	const char *vendor = i->cpu_vendor ? i->cpu_vendor : "";

	if (i->is_guest == TRI_YES)
		say(l, IOMMU_GUEST, "this is a virtual machine without an IOMMU of its own: its host must give it one");
	else if (str_eq(vendor, "GenuineIntel"))
		say(l, IOMMU_OFF_INTEL, "the firmware tells of no IOMMU: switch VT-d on in its setup");
	else if (str_eq(vendor, "AuthenticAMD") || str_eq(vendor, "HygonGenuine"))
		say(l, IOMMU_OFF_AMD, "the firmware tells of no IOMMU: switch it on (IOMMU, AMD-Vi, SVM) in its setup");
	else if (i->is_arm)
		say(l, IOMMU_NO_SMMU, "the firmware tells of no SMMU");
	else
		say(l, IOMMU_UNKNOWN, "there are no groups, and the firmware tells of no IOMMU");
}

static void judge_table(struct look *l)
{
	const struct boot_iommu *i = &l->b->iommu;
	const char *off = l->has_running ? switched_off(&l->running) : NULL;

	if (off) {
		say(l, IOMMU_SWITCHED_OFF, arena_printf(l->mem, "%s in /proc/cmdline switches it off", off));
	} else if (str_eq(i->acpi_table, "DMAR") && l->has_running && !is_enabled(&l->running) && i->is_intel_default_on == TRI_NO) {
		if ((l->has_generated && is_enabled(&l->generated)) || (l->has_configured && is_enabled(&l->configured)))
			say(l, IOMMU_NOT_BOOTED, "intel_iommu=on is configured, and not among the words that run");
		else
			say(l, IOMMU_NOT_ENABLED, "this kernel has VT-d off unless intel_iommu=on is among its words");
	} else {
		say(l, IOMMU_UNKNOWN, arena_printf(l->mem, "the firmware has a table of it (%s), but there are no groups: "
						"the kernel's log may say why (Firmware Bug)", i->acpi_table));
	}
}

/* The procedure iommu-state of the facts: groups first, for neither words nor the log prove anything. */
static void judge_iommu(struct look *l)
{
	const struct boot_iommu *i = &l->b->iommu;

	if (i->has_list == TRI_UNKNOWN)
		say(l, IOMMU_UNKNOWN, "/sys/kernel/iommu_groups cannot be read");
	else if (i->n_groups > i->n_noiommu)
		say(l, IOMMU_IN_USE, arena_printf(l->mem, "%zu groups", i->n_groups - i->n_noiommu));
	else if (i->n_noiommu > 0)
		say(l, IOMMU_NOIOMMU, "only vfio's no-IOMMU mode made groups: nothing keeps a device from all of memory");
	else if (i->is_xen == TRI_YES)
		say(l, IOMMU_XEN, "this is Xen's first domain: the hypervisor has the IOMMU");
	else if (i->acpi_table)
		judge_table(l);
	else if (i->has_tables == TRI_YES || i->is_arm)
		judge_no_table(l);
	else
		say(l, IOMMU_UNKNOWN, "there are no groups, and the firmware's tables cannot be seen");
}

/* ---- the early image ---- */

static void judge_initramfs(struct look *l)
{
	/* What the hooks of Debian's kernels call is what is used; folders in /etc outlive their programs. */
	static const struct {
		enum boot_mark mark;
		const char *name;
		bool is_hook;
	} rows[] = {
	    {MARK_HOOK_INITRAMFS_TOOLS, "initramfs-tools", true},
	    {MARK_HOOK_DRACUT, "dracut", true},
	    {MARK_MKINITRAMFS, "initramfs-tools", false},
	    {MARK_DRACUT, "dracut", false},
	    {MARK_MKINITCPIO, "mkinitcpio", false},
	    {MARK_BOOSTER, "booster", false},
	};
	const char *path = NULL, *name = NULL;

	for (int hooks = 1; hooks >= 0 && !name; hooks--) {
		for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
			if (rows[i].is_hook != hooks || l->b->marks[rows[i].mark] != TRI_YES)
				continue;
			if (name) {
				l->ret->initramfs_evidence =
				    arena_printf(l->mem, "/%s and /%s are both there", path, boot_mark_paths[rows[i].mark][0]);
				return;
			}
			name = rows[i].name;
			path = boot_mark_paths[rows[i].mark][0];
		}
	}
	l->ret->initramfs = name;
	l->ret->initramfs_evidence = name ? arena_printf(l->mem, "/%s", path) : "no program that makes one is there";
}

/* ---- notes ---- */

static void note_words(struct look *l)
{
	const struct kernel_cmdline *c = &l->running;
	const struct kernel_word *last;
	size_t n_ids = 0;

	for (size_t i = 0; i < c->n_words; i++) {
		const struct kernel_word *w = &c->words[i];

		n_ids += str_same_module(w->key, "vfio-pci.ids");
		if (str_same_module(w->key, "amd_iommu") && str_eq(w->value, "on"))
			note(l, "amd-iommu-on", "amd_iommu=on is no value the kernel knows; AMD's IOMMU is on without a word");
		if ((str_same_module(w->key, "modprobe.blacklist") || str_same_module(w->key, "module_blacklist")) && w->value &&
		    strpbrk(w->value, "*?["))
			note(l, "blacklist-glob", arena_printf(l->mem, "%s: names of modules are compared whole, a wildcard matches nothing", w->raw));
	}
	last = kernel_cmdline_last(c, "vfio-pci.ids");
	if (n_ids > 1 && last)
		note(l, "ids-repeated", arena_printf(l->mem, "%zu words vfio-pci.ids: the last one alone counts, %s", n_ids, last->raw));
	if (c->is_open)
		note(l, "open-quote", "a quotation mark among the running words is not closed: all behind it is one word");
}

static bool has_words_that_matter(struct look *l, const char *text)
{
	struct kernel_cmdline c;

	if (!text || !kernel_cmdline_parse(l->mem, text, &c))
		return false;
	for (size_t i = 0; i < c.n_words; i++)
		if (boot_word_matters(c.words[i].key))
			return true;
	return false;
}

static void note_remark(struct look *l, const struct boot_remark *r)
{
	switch (r->kind) {
	case REMARK_ASSIGNMENT_LOST:
		note(l, "assignment-lost", arena_printf(l->mem, "/%s sets GRUB_CMDLINE_LINUX_DEFAULT anew: what /%s has there is dropped", r->file, r->other));
		break;
	case REMARK_GRUB_D_IGNORED:
		note(l, "grub-d-ignored", arena_printf(l->mem, "/%s is not read: grub-mkconfig here has no /etc/default/grub.d", r->file));
		break;
	case REMARK_MORE_OPTIONS:
		note(l, "more-options", arena_printf(l->mem, "/%s has several options lines; GRUB reads the first alone", r->file));
		break;
	case REMARK_NO_KERNEL_CMDLINE:
		note(l, "no-kernel-cmdline", "there is no /etc/kernel/cmdline: made with new words alone it would drop root=");
		break;
	case REMARK_UNUSED_FILE:
		if (has_words_that_matter(l, r->other))
			note(l, "unused-file", arena_printf(l->mem, "/%s has words that matter, but this loader does not read it", r->file));
		break;
	case REMARK_NO_ENTRY_RUNS:
		note(l, "other-loader", arena_printf(l->mem, "no entry of /%s starts %s, which runs: another system's loader may be in charge", r->file, r->other));
		break;
	case REMARK_ESP_NOT_MOUNTED:
		note(l, "esp-not-mounted", "no loader entries are to be seen in /efi, /boot or /boot/efi: the ESP is not mounted");
		break;
	case REMARK_SEVERAL_LINES:
		note(l, "several-lines", arena_printf(l->mem, "/%s has several lines; the first alone counts", r->file));
		break;
	case REMARK_ADDON:
		note(l, "addon", arena_printf(l->mem, "/%s may add words of its own", r->file));
		break;
	case BOOT_REMARKS:
		break;
	}
}

static void note_states(struct look *l)
{
	const struct boot_answer *a = l->ret;
	bool waits = false, comes = false;

	for (size_t i = 0; i < a->n_pending; i++)
		waits = true;
	for (size_t i = 0; i < a->n_changes; i++)
		comes = comes || a->changes[i].matters;
	if (waits && a->loader.apply)
		note(l, "not-generated", arena_printf(l->mem, "the loader does not have what is configured: %s", a->loader.apply));
	if (comes)
		note(l, "not-booted", "words that matter change with the next boot");
	if (a->iommu == IOMMU_IN_USE && l->b->iommu.is_remapped == TRI_NO)
		note(l, "no-interrupt-remapping", l->b->iommu.is_unsafe_allowed == TRI_YES
			? "interrupts are not remapped, and allow_unsafe_interrupts lets guests have devices all the same"
			: "interrupts are not remapped: guests get no devices unless vfio_iommu_type1.allow_unsafe_interrupts=1");
}

static void note_boots(struct look *l)
{
	const struct boots *b = &l->b->boots;

	if (!l->b->knows_boots || b->unconfirmed < BOOTS_LIMIT)
		return;
	if (b->is_released)
		note(l, "claims-given-back", arena_printf(l->mem, "%u boots in a row with claims were not confirmed as good, so none is served: "
						"passthru boot confirm lets the next boot try again", b->unconfirmed));
	else
		note(l, "boots-unconfirmed", arena_printf(l->mem, "%u boots in a row with claims were not confirmed as good, the last one counted "
						"in: unless it is, the next one serves none; passthru boot confirm says that it is", b->unconfirmed));
}

struct boot_answer judge_boot(struct arena *mem, const struct boot *b, const struct boot_loader *loader)
{
	struct boot_answer ret = {.loader = *loader};
	struct look l = {.mem = mem, .b = b, .ret = &ret};

	l.has_running = b->cmdline && kernel_cmdline_parse(mem, b->cmdline, &l.running);
	l.has_generated = b->generated.text && kernel_cmdline_parse(mem, b->generated.text, &l.generated);
	l.has_configured = b->configured.text && kernel_cmdline_parse(mem, b->configured.text, &l.configured);
	compare(&l);
	judge_iommu(&l);
	judge_initramfs(&l);
	note_words(&l);
	for (size_t i = 0; i < b->n_remarks; i++)
		note_remark(&l, &b->remarks[i]);
	note_states(&l);
	note_boots(&l);
	return ret;
}
