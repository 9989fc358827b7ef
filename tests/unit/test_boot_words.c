/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words for the kernel: which a host needs, what may be one, where they go, and what is told where nothing is written. */
#include "check.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "judge/boot_needs.h"
#include "model/boot_word.h"
#include "model/derived.h"
#include "model/our_file.h"
#include "plan/boot_words.h"
#include "text/loader_lines.h"

static void a_word_is_letters_that_no_shell_minds(void **state)
{
	static const char *const good[] = {"iommu=pt", "vfio-pci.ids=10de:2204,10de:1aef", "kvm.ignore_msrs=1", "quiet"};
	static const char *const bad[] = {"", "--", "a b", "a\"b", "a'b", "$x", "a;b", "a`b`", "a\\b", "a\nb", "=x", "a#b", "a>b", "a|b", "a%s"};
	char longest[LONGEST_BOOT_WORD + 2] = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(is_safe_boot_word(good[i]));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(is_safe_boot_word(bad[i]));
	memset(longest, 'a', LONGEST_BOOT_WORD);
	assert_true(is_safe_boot_word(longest));
	longest[LONGEST_BOOT_WORD] = 'a';
	assert_false(is_safe_boot_word(longest));
}

static void targets_name_known_files_and_programs_alone(void **state)
{
	struct arena mem = {0};
	struct boot_word w;

	(void)state;
	assert_true(boot_word_parse(&mem, "/etc/default/grub GRUB_CMDLINE_LINUX_DEFAULT iommu=pt", &w));
	assert_string_equal(w.variable, "GRUB_CMDLINE_LINUX_DEFAULT");
	assert_true(boot_word_parse(&mem, "/etc/kernel/cmdline iommu=pt", &w));
	assert_null(w.variable);
	assert_false(boot_word_parse(&mem, "/etc/default/grub iommu=pt", &w));
	assert_false(boot_word_parse(&mem, "/etc/default/grub PATH iommu=pt", &w));
	assert_false(boot_word_parse(&mem, "/etc/shadow iommu=pt", &w));
	assert_false(boot_word_parse(&mem, "/etc/kernel/cmdline $x", &w));
	assert_false(boot_word_parse(&mem, "/etc/kernel/cmdline", &w));
	assert_true(boot_setting_parse(&mem, "grubby iommu=pt", &w));
	assert_false(boot_setting_parse(&mem, "sh iommu=pt", &w));
	assert_false(boot_setting_parse(&mem, "grubby x iommu=pt", &w));
	assert_true(boot_generated_parse(&mem, "/boot/grub/grub.cfg iommu=pt", &w));
	assert_false(boot_generated_parse(&mem, "/boot/../etc/shadow iommu=pt", &w));
	assert_false(boot_generated_parse(&mem, "/etc/shadow iommu=pt", &w));
	arena_done(&mem);
}

static void commands_are_those_of_the_table(void **state)
{
	struct arena mem = {0};

	(void)state;
	assert_true(is_derived("update-grub"));
	assert_true(is_derived("grub2-mkconfig -o /boot/grub2/grub.cfg"));
	assert_false(is_derived("update-grub -x"));
	assert_false(is_derived("grub-mkconfig -o /etc/passwd"));
	assert_false(is_derived("sh -c true"));
	assert_string_equal(derived_kernel_install(&mem, "6.1.0-44-amd64", "/boot/vmlinuz-6.1.0-44-amd64"),
	    "kernel-install add 6.1.0-44-amd64 /boot/vmlinuz-6.1.0-44-amd64");
	assert_true(is_derived("kernel-install add 6.1 /lib/modules/6.1/vmlinuz"));
	assert_null(derived_kernel_install(&mem, "6.1", "/boot/vmlinuz-6.2"));
	assert_null(derived_kernel_install(&mem, "../6.1", "/boot/vmlinuz-../6.1"));
	assert_null(derived_kernel_install(&mem, "6.1", "/tmp/vmlinuz-6.1"));
	assert_null(derived_kernel_install(&mem, "-x", "/boot/vmlinuz--x"));
	assert_string_equal(derived_argv(&mem, "update-initramfs -u -k all")[3], "all");
	assert_null(derived_argv(&mem, "update-initramfs -u -k all")[4]);
	arena_done(&mem);
}

/* ---- needs ---- */

struct host_case {
	const char *vendor;
	enum iommu_state state;
	enum tri default_on;
	bool has_display, is_covered;
	const char *cmdline, *configured;
	const char *asked;
	const char *want; /* words with a blank behind each; "" none; NULL: refused */
	int code;
	const char *says; /* in the error, or in a note */
};

static const char *ids, *ids_note, *own_ids;

static void check_needs(const struct host_case *c)
{
	struct arena mem = {0};
	struct boot b = {.cmdline = c->cmdline, .configured = {.file = "etc/default/grub", .text = c->configured},
	    .iommu = {.cpu_vendor = c->vendor, .acpi_table = "DMAR", .is_intel_default_on = c->default_on}};
	struct boot_answer a = {.iommu = c->state, .iommu_text = "so it is"};
	struct boot_claimed claimed = {.has_intel_display = c->has_display, .is_display_covered = c->is_covered, .ids = ids,
	    .ids_notes = &ids_note, .n_ids_notes = ids_note != NULL, .own_ids = own_ids};
	char *word = c->asked ? arena_strdup(&mem, c->asked) : NULL;
	struct boot_words_wish wish = {.words = &word, .n_words = c->asked != NULL};
	struct boot_needs needs;
	struct err e = {0};
	const char *got = "";
	bool is_said = !c->says;
	int r = judge_boot_needs(&mem, &b, &a, &claimed, &wish, &needs, &e);

	if (!c->want) {
		assert_int_equal(r, c->code);
		assert_non_null(strstr(e.what, c->says));
		arena_done(&mem);
		return;
	}
	assert_int_equal(r, 0);
	for (size_t i = 0; i < needs.n; i++)
		got = arena_printf(&mem, "%s%s ", got, needs.items[i].word);
	assert_string_equal(got, c->want);
	for (size_t i = 0; i < needs.n_notes; i++)
		is_said = is_said || strstr(needs.notes[i], c->says);
	assert_true(is_said);
	arena_done(&mem);
}

static void a_host_needs_few_words_and_none_that_do_nothing(void **state)
{
	static const struct host_case rows[] = {
	    {"AuthenticAMD", IOMMU_IN_USE, TRI_NO, .want = ""},
	    {"AuthenticAMD", IOMMU_OFF_AMD, TRI_NO, .want = "", .says = "so it is"},
	    {"GenuineIntel", IOMMU_IN_USE, TRI_YES, .want = ""},
	    {"GenuineIntel", IOMMU_NOT_ENABLED, TRI_NO, .want = "intel_iommu=on "},
	    {"GenuineIntel", IOMMU_NOT_BOOTED, TRI_NO, .want = "intel_iommu=on "},
	    {"GenuineIntel", IOMMU_OFF_INTEL, TRI_NO, .want = "", .says = "so it is"},
	    {"GenuineIntel", IOMMU_SWITCHED_OFF, TRI_YES, .want = "", .says = "not passthru's"},
	    /* the processor's own display */
	    {"GenuineIntel", IOMMU_IN_USE, TRI_YES, .has_display = true, .want = "intel_iommu=on "},
	    {"GenuineIntel", IOMMU_IN_USE, TRI_YES, .has_display = true, .is_covered = true, .want = ""},
	    {"GenuineIntel", IOMMU_IN_USE, TRI_YES, .has_display = true, .is_covered = true, .cmdline = "intel_iommu=on", .want = "intel_iommu=on "},
	    /* asked for */
	    {"AuthenticAMD", IOMMU_IN_USE, TRI_NO, .asked = "amd_iommu=on", .want = "", .says = "no value the kernel knows"},
	    {"AuthenticAMD", IOMMU_IN_USE, TRI_NO, .asked = "intel_iommu=on", .want = "", .says = "AMD processor"},
	    {"GenuineIntel", IOMMU_IN_USE, TRI_YES, .asked = "intel_iommu=on", .want = "intel_iommu=on ", .says = "does nothing here but"},
	    {"GenuineIntel", IOMMU_NOT_ENABLED, TRI_NO, .asked = "intel_iommu=on", .want = "intel_iommu=on "},
	    {"AuthenticAMD", IOMMU_IN_USE, TRI_NO, .asked = "kvm.ignore_msrs=1", .want = "kvm.ignore_msrs=1 "},
	    {"AuthenticAMD", IOMMU_IN_USE, TRI_NO, .asked = "init=/bin/sh", .code = -EINVAL, .says = "has nothing to do with"},
	    {"AuthenticAMD", IOMMU_IN_USE, TRI_NO, .asked = "a b", .code = -EINVAL, .says = "cannot be a word"},
	    {"GenuineIntel", IOMMU_IN_USE, TRI_NO, .asked = "intel_iommu=sm_on,off", .code = -EPERM, .says = "switch the IOMMU off"},
	    {"AuthenticAMD", IOMMU_IN_USE, TRI_NO, .asked = "iommu=off", .code = -EPERM, .says = "switch the IOMMU off"},
	    /* lists, of which the last alone counts */
	    {"AuthenticAMD", IOMMU_IN_USE, TRI_NO, .configured = "vfio-pci.ids=1002:1", .asked = "vfio_pci.ids=1002:2", .code = -EEXIST,
		.says = "would take the place of vfio-pci.ids=1002:1, which stands in /etc/default/grub"},
	    {"AuthenticAMD", IOMMU_IN_USE, TRI_NO, .configured = "vfio-pci.ids=1002:2", .asked = "vfio-pci.ids=1002:2", .want = "vfio-pci.ids=1002:2 "},
	    {"AuthenticAMD", IOMMU_IN_USE, TRI_NO, .configured = "iommu=soft", .asked = "iommu=pt", .want = "iommu=pt "},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_needs(&rows[i]);
}

static void ids_are_for_drivers_that_are_part_of_the_kernel_and_never_of_two_kinds_of_owner(void **state)
{
	struct host_case c = {"AuthenticAMD", IOMMU_IN_USE, TRI_NO, .want = "vfio-pci.ids=1002:73bf "};

	(void)state;
	ids = "1002:73bf";
	check_needs(&c);
	/* Which are not among them is told by who has looked. */
	ids = NULL;
	ids_note = "vfio-pci.ids=1002:73bf is not used: 0000:03:00.0 is of the same kind, and is not claimed";
	c.want = "";
	c.says = "of the same kind";
	check_needs(&c);
	ids_note = NULL;
}

static void one_word_has_the_ids_of_all_and_that_of_others_is_theirs(void **state)
{
	static const struct {
		const char *own, *needed, *configured, *asked, *want, *says;
	} rows[] = {
	    /* ours grows, and keeps the order that it has */
	    {"vfio-pci.ids=1002:2", "1002:1,1002:2", "vfio-pci.ids=1002:2", NULL, "vfio-pci.ids=1002:2,1002:1 ", NULL},
	    {"vfio_pci.ids=1002:2", "1002:1", "vfio_pci.ids=1002:2", NULL, "vfio-pci.ids=1002:2,1002:1 ", NULL},
	    {"vfio-pci.ids=1002:1,1002:2", "1002:2", "vfio-pci.ids=1002:1,1002:2", NULL, "vfio-pci.ids=1002:1,1002:2 ", NULL},
	    {"vfio-pci.ids=1002:2", NULL, "vfio-pci.ids=1002:2", "vfio-pci.ids=1002:1", "vfio-pci.ids=1002:2,1002:1 ", NULL},
	    {"vfio-pci.ids=1002:2", NULL, "vfio-pci.ids=1002:2", NULL, "", NULL},
	    {NULL, "1002:2", "quiet", "vfio-pci.ids=1002:1", "vfio-pci.ids=1002:2,1002:1 ", NULL},
	    /* that of others has them, or has not */
	    {NULL, "1002:2", "vfio-pci.ids=1002:1,1002:2", NULL, "", "in /etc/default/grub has them"},
	    {NULL, "1002:2", "vfio-pci.ids=1002:1", NULL, NULL, "would take the place of vfio-pci.ids=1002:1"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct host_case c = {"AuthenticAMD", IOMMU_IN_USE, TRI_NO, .configured = rows[i].configured, .asked = rows[i].asked,
		    .want = rows[i].want, .code = -EEXIST, .says = rows[i].says};

		ids = rows[i].needed;
		own_ids = rows[i].own;
		check_needs(&c);
	}
	ids = own_ids = NULL;
}

/* ---- plans ---- */

static const char *gone;
static struct boot_need some[] = {{"intel_iommu=on", ""}, {"iommu=pt", ""}};

static void files_of_ours_are_read_as_they_are_written(void **state)
{
	static const char *const files[] = {GRUB_D_FILE, CMDLINE_D_FILE, LIMINE_TOOL_FILE};
	static const char *const words[] = {"intel_iommu=on", "iommu=pt"};
	struct arena mem = {0};
	const char **got;
	size_t n;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		assert_true(boot_own_words(&mem, files[i], boot_own_text(&mem, files[i], words, 2), &got, &n));
		assert_int_equal(n, 2);
		assert_string_equal(got[1], "iommu=pt");
		assert_null(boot_own_text(&mem, files[i], NULL, 0));
	}
	assert_false(boot_own_words(&mem, GRUB_D_FILE, "GRUB_CMDLINE_LINUX_DEFAULT=\"iommu=pt\"\n", &got, &n));
	assert_false(boot_own_words(&mem, GRUB_D_FILE, "GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT a\"; reboot\n", &got, &n));
	assert_false(boot_own_words(&mem, GRUB_D_FILE, "GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT $(x)\"\n", &got, &n));
	assert_false(boot_own_words(&mem, GRUB_D_FILE, "", &got, &n));
	arena_done(&mem);
}

static int plan_for(struct arena *mem, enum boot_stack stack, struct boot *b, const char *text, struct plan *p, struct err *e)
{
	struct boot_loader l = {.stack = stack, .tier = TIER_WRITTEN};
	struct boot_needs needs = {.items = some, .n = 2, .gone = gone};
	const char *settings[] = {"not set", "set"};
	struct boot_entry entry = {.file = "x", .words = "quiet"};
	struct boot_entries entries = {.items = &entry, .n = 1};
	struct boot_files files = {.text = text, .settings = settings, .entries = &entries};
	struct boot_way way;
	int r;

	l.tier = stack == STACK_GRUB_BLS ? TIER_TOOL : TIER_WRITTEN;
	r = plan_boot_way(mem, b, &l, &way, e);
	if (r < 0)
		return r;
	files.n_entries = way.n_places > 0;
	return plan_boot_enable(mem, b, &needs, &way, &files, p, e);
}

static void a_new_list_of_all_words_is_made_of_the_entry_that_runs(void **state)
{
	struct arena mem = {0};
	struct boot b = {.entries_folder = "boot/loader/entries", .cmdline = "root=/dev/sda1 debug",
	    .running_entry = {.file = "x", .text = "initrd=\\a BOOT_IMAGE=/b root=/dev/sda1 ro systemd.machine_id=1"}};
	struct plan p;
	struct err e = {0};

	(void)state;
	assert_int_equal(plan_for(&mem, STACK_KERNEL_INSTALL, &b, NULL, &p, &e), 0);
	assert_string_equal(p.steps[0].target, KERNEL_CMDLINE_FILE);
	assert_null(p.steps[0].have.text);
	/* It says what its readers took from the entry before; without it they would take what runs. So it stays. */
	assert_string_equal(p.steps[0].want.text, "root=/dev/sda1 ro\n");
	assert_int_equal(p.steps[0].back, BACK_NONE);
	assert_string_equal(p.steps[1].target, "/etc/kernel/cmdline intel_iommu=on");
	assert_string_equal(p.steps[2].target, "/etc/kernel/cmdline iommu=pt");
	/* Never of what was typed at the menu. */
	b.running_entry.text = NULL;
	assert_int_equal(plan_for(&mem, STACK_KERNEL_INSTALL, &b, NULL, &p, &e), -ENODATA);
	/* One that is there gets words, and keeps the rest. */
	assert_int_equal(plan_for(&mem, STACK_KERNEL_INSTALL, &b, "root=/dev/sda1 iommu=pt\n", &p, &e), 0);
	assert_string_equal(p.steps[0].target, "/etc/kernel/cmdline intel_iommu=on");
	assert_int_equal(plan_count_moves(&p), 1);
	arena_done(&mem);
}

static void a_word_of_ours_goes_when_another_takes_its_place(void **state)
{
	static const char *const words[] = {"vfio-pci.ids=1:2", "iommu=pt"};
	struct arena mem = {0};
	struct boot b = {.reads_grub_d = TRI_YES, .entries_folder = "boot/loader/entries"};
	const char **left;
	struct err e = {0};
	struct plan p;
	size_t n;

	(void)state;
	gone = words[0];
	assert_int_equal(plan_for(&mem, STACK_GRUB_DEBIAN, &b, boot_own_text(&mem, GRUB_D_FILE, words, 2), &p, &e), 0);
	assert_true(boot_own_words(&mem, GRUB_D_FILE, p.steps[0].want.text, &left, &n));
	assert_int_equal(n, 2);
	assert_string_equal(left[0], "iommu=pt");
	assert_string_equal(left[1], "intel_iommu=on");
	assert_int_equal(plan_for(&mem, STACK_KERNEL_INSTALL, &b, "root=/dev/sda1 iommu=pt vfio-pci.ids=1:2\n", &p, &e), 0);
	assert_string_equal(p.steps[0].target, "/etc/kernel/cmdline vfio-pci.ids=1:2");
	assert_true(p.steps[0].have.flag && !p.steps[0].want.flag);
	assert_string_equal(p.steps[p.n_steps - 1].target, "/boot/loader/entries vfio-pci.ids=1:2");
	assert_string_equal(p.steps[p.n_steps - 1].want.text, GENERATED_IN_NONE);
	b.generated.text = "vfio-pci.ids=1:2";
	assert_int_equal(plan_for(&mem, STACK_GRUB_BLS, &b, NULL, &p, &e), 0);
	assert_string_equal(p.steps[0].target, "grubby vfio-pci.ids=1:2");
	assert_string_equal(p.steps[0].want.text, SETTING_NONE);
	gone = NULL;
	arena_done(&mem);
}

static void a_program_is_never_let_drop_a_word_of_others(void **state)
{
	struct arena mem = {0};
	struct boot b = {.generated = {.text = "root=/dev/sda1 iommu=soft"}};
	struct plan p;
	struct err e = {0};

	(void)state;
	assert_int_equal(plan_for(&mem, STACK_GRUB_BLS, &b, NULL, &p, &e), -EEXIST);
	assert_non_null(strstr(e.what, "in the place of iommu=soft"));
	b.generated.text = "root=/dev/sda1";
	assert_int_equal(plan_for(&mem, STACK_GRUB_BLS, &b, NULL, &p, &e), 0);
	assert_int_equal(plan_count_moves(&p), 1);
	assert_string_equal(p.steps[0].target, "grubby intel_iommu=on");
	assert_int_equal(p.n_derived, 0);
	arena_done(&mem);
}

static void where_it_is_not_sure_nothing_is_planned(void **state)
{
	struct arena mem = {0};
	struct boot_remark several = {REMARK_SEVERAL_LINES, "etc/kernel/cmdline", NULL}, other = {REMARK_NO_ENTRY_RUNS, "boot/grub/grub.cfg", "/x"};
	struct boot b = {.marks = {[MARK_KERNEL_CMDLINE] = TRI_YES}, .remarks = &several, .n_remarks = 1, .reads_grub_d = TRI_YES};
	struct boot unmounted = {0};
	struct boot_loader said = {.stack = STACK_GRUB_DEBIAN, .tier = TIER_WRITTEN, .is_said = true}, unknown = {.reason = "it is dark"};
	struct boot_way way;
	struct err e = {0};
	struct plan p;

	(void)state;
	assert_int_equal(plan_for(&mem, STACK_PROXMOX_SYSTEMD, &b, "a\nb\n", &p, &e), -EOPNOTSUPP);
	assert_int_equal(plan_for(&mem, STACK_KERNEL_INSTALL, &unmounted, "a\n", &p, &e), -EOPNOTSUPP);
	assert_non_null(strstr(e.what, "ESP is not mounted"));
	assert_int_equal(plan_boot_way(&mem, &unmounted, &unknown, &way, &e), -EINVAL);
	b.remarks = &other;
	assert_int_equal(plan_for(&mem, STACK_GRUB_DEBIAN, &b, NULL, &p, &e), -EINVAL);
	assert_int_equal(plan_boot_way(&mem, &b, &said, &way, &e), 0);
	assert_int_equal(way.how, HOW_OWN_FILE);
	arena_done(&mem);
}

/* ---- lines ---- */

static void lines_are(enum loader_file kind, const char *text, const char *want)
{
	static const char *const words[] = {"iommu=pt"};
	struct arena mem = {0};
	struct line_change *c;
	const char *got = "";
	size_t n, n_all;

	assert_true(loader_line_changes(&mem, kind, text, words, 1, &c, &n, &n_all));
	for (size_t i = 0; i < n; i++)
		got = arena_printf(&mem, "%s%u:%s\n", got, c[i].line, c[i].after);
	assert_string_equal(got, want);
	arena_done(&mem);
}

static void lines_of_loaders_are_told_whole(void **state)
{
	(void)state;
	lines_are(LOADER_EXTLINUX, "label l0\n\tlinux /v\n\tappend root=1 ro\nlabel l0r\n\tappend root=1 single\n", "3:\tappend root=1 ro iommu=pt\n");
	lines_are(LOADER_REFIND, "# x\n\"A\" \"root=1 rw\"\n\"B\" \"root=2\"\n", "2:\"A\" \"root=1 rw iommu=pt\"\n");
	lines_are(LOADER_LIMINE, "/A\n  CMDLINE: root=1\n/B\n  kernel_cmdline: root=2 iommu=pt\n", "2:  CMDLINE: root=1 iommu=pt\n");
	lines_are(LOADER_CMDLINE, "a b\nc\n", "1:a b iommu=pt\n");
	lines_are(LOADER_CMDLINE, "a -- b\n", "1:a iommu=pt -- b\n");
}

static void a_line_behind_the_last_has_no_number(void **state)
{
	struct arena mem = {0};
	struct line_change *c;

	(void)state;
	assert_int_equal(text_line_changes(&mem, "a\nb\n", "a\nB\n", &c), 1);
	assert_int_equal(c[0].line, 2);
	assert_int_equal(text_line_changes(&mem, "a\n", "a\nX=1\n", &c), 1);
	assert_int_equal(c[0].line, 0);
	assert_string_equal(c[0].after, "X=1");
	assert_int_equal(text_line_changes(&mem, "a", "a\nX=1\n", &c), 1);
	assert_string_equal(c[0].after, "X=1");
	assert_int_equal(text_line_changes(&mem, "a\n", "a\n", &c), 0);
	arena_done(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_word_is_letters_that_no_shell_minds),
	    cmocka_unit_test(targets_name_known_files_and_programs_alone),
	    cmocka_unit_test(commands_are_those_of_the_table),
	    cmocka_unit_test(a_host_needs_few_words_and_none_that_do_nothing),
	    cmocka_unit_test(ids_are_for_drivers_that_are_part_of_the_kernel_and_never_of_two_kinds_of_owner),
	    cmocka_unit_test(one_word_has_the_ids_of_all_and_that_of_others_is_theirs),
	    cmocka_unit_test(a_word_of_ours_goes_when_another_takes_its_place),
	    cmocka_unit_test(files_of_ours_are_read_as_they_are_written),
	    cmocka_unit_test(a_new_list_of_all_words_is_made_of_the_entry_that_runs),
	    cmocka_unit_test(a_program_is_never_let_drop_a_word_of_others),
	    cmocka_unit_test(where_it_is_not_sure_nothing_is_planned),
	    cmocka_unit_test(lines_of_loaders_are_told_whole),
	    cmocka_unit_test(a_line_behind_the_last_has_no_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
