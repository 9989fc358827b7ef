/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's words and the files of boot loaders: taken apart, and changed with all else byte for byte as it was. */
#include "check.h"

#include <string.h>

#include "base/str.h"
#include "judge/boot.h"
#include "text/grub_defaults.h"
#include "text/kernel_cmdline.h"
#include "text/loader_entry.h"
#include "text/shell_vars.h"

/* Each word as "key|value" or "key", in angle brackets. */
static void words_are(const char *text, const char *want)
{
	struct arena mem = {0};
	struct kernel_cmdline c;
	const char *got = "";

	assert_true(kernel_cmdline_parse(&mem, text, &c));
	for (size_t i = 0; i < c.n_words; i++)
		got = arena_printf(&mem, "%s<%s%s%s>", got, c.words[i].key, c.words[i].value ? "|" : "", c.words[i].value ? c.words[i].value : "");
	assert_string_equal(got, want);
	arena_done(&mem);
}

static void words_are_taken_as_the_kernel_takes_them(void **state)
{
	(void)state;
	words_are("  a=1\tb c=\"x y\" \"d=e f\" g\"h i\"=2 =j k==l\n", "<a|1><b><c|x y><d|e f><g\"h i\"|2><=j><k|=l>");
	words_are("quiet -- init=/bin/sh", "<quiet>");
	words_are("a --=x b", "<a><--|x><b>");
	words_are("a=\"open b c", "<a|open b c>");
	words_are("", "");
	/* 0xa0 is a blank to the kernel. */
	words_are("a\xa0" "b", "<a><b>");
}

static void the_last_word_of_a_key_wins_and_dashes_are_underscores(void **state)
{
	struct arena mem = {0};
	struct kernel_cmdline c;

	(void)state;
	assert_true(kernel_cmdline_parse(&mem, "vfio-pci.ids=1 vfio_pci.ids=2 vfio-pci.idsx=3 -- vfio-pci.ids=4", &c));
	assert_string_equal(kernel_cmdline_last(&c, "vfio-pci.ids")->value, "2");
	assert_null(kernel_cmdline_last(&c, "ids"));
	assert_true(c.has_init);
	arena_done(&mem);
}

static void a_word_is_counted_as_the_kernel_reads_it(void **state)
{
	cleanup_arena struct arena mem = {0};

	(void)state;
	assert_int_equal(kernel_cmdline_count(&mem, "quiet iommu=pt vfio_pci.ids=1:2 iommu=pt", "iommu=pt"), 2);
	assert_int_equal(kernel_cmdline_count(&mem, "vfio_pci.ids=1:2", "vfio-pci.ids=1:2"), 1);
	assert_int_equal(kernel_cmdline_count(&mem, "iommu=ptx xiommu=pt -- iommu=pt", "iommu=pt"), 0);
	assert_int_equal(kernel_cmdline_count(&mem, "a b", "a b"), 0);
	assert_int_equal(kernel_cmdline_count(&mem, "a", ""), 0);
	assert_int_equal(kernel_cmdline_count(&mem, NULL, "a"), 0);
}

static void edited_is(const char *text, const char *add, const char *remove, const char *want)
{
	struct arena mem = {0};
	const char *got = kernel_cmdline_edit(&mem, text, &add, add != NULL, &remove, remove != NULL);

	assert_true(str_eq(got, want));
	arena_done(&mem);
}

static void words_go_to_the_end_ahead_of_inits(void **state)
{
	(void)state;
	edited_is("quiet  splash \n", "iommu=pt", NULL, "quiet  splash iommu=pt \n");
	edited_is("quiet -- single", "iommu=pt", NULL, "quiet iommu=pt -- single");
	edited_is("-- single", "iommu=pt", NULL, "iommu=pt -- single");
	edited_is("", "iommu=pt", NULL, "iommu=pt");
	edited_is("a iommu=pt b", "iommu=pt", NULL, "a iommu=pt b");
	edited_is("a vfio_pci.ids=1:2", "vfio-pci.ids=1:2", NULL, "a vfio_pci.ids=1:2");
	edited_is("a iommu=pt b iommu=pt", NULL, "iommu=pt", "a b");
	edited_is("iommu=pt b", NULL, "iommu=pt", "b");
	edited_is("a iommu=ptx -- iommu=pt", NULL, "iommu=pt", "a iommu=ptx -- iommu=pt");
}

static void what_cannot_be_written_safely_is_refused(void **state)
{
	(void)state;
	edited_is("a", "x;reboot", NULL, NULL);
	edited_is("a", "x y", NULL, NULL);
	edited_is("a", "$x", NULL, NULL);
	edited_is("a", "--", NULL, NULL);
	edited_is("a", "", NULL, NULL);
	edited_is("a \"b", "iommu=pt", NULL, NULL);
}

static const char *const texts[] = {"", " ", "\n", "quiet", "  quiet \t splash\n\n", "a=\"x y\" b", "-- x", "  -- x", "a  -- x\n", ("\xa0" "a")};

static void what_is_added_is_removed_without_a_trace(void **state)
{
	const char *word = "intel_iommu=on";

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct arena mem = {0};
		const char *with = kernel_cmdline_edit(&mem, texts[i], &word, 1, NULL, 0);

		assert_non_null(with);
		assert_non_null(strstr(with, word));
		assert_string_equal(kernel_cmdline_edit(&mem, with, &word, 1, NULL, 0), with);
		assert_string_equal(kernel_cmdline_edit(&mem, with, NULL, 0, &word, 1), texts[i]);
		arena_done(&mem);
	}
}

/* ---- shell ---- */

static void value_is(const char *text, const char *name, const char *want)
{
	struct arena mem = {0};
	struct shell_vars v = {0};

	shell_vars_read(&mem, &v, "f", text);
	if (!str_eq(shell_vars_value(&v, name), want))
		fail_msg("%s: want %s, got %s", text, want ? want : "(cannot tell)", shell_vars_value(&v, name) ? shell_vars_value(&v, name) : "(cannot tell)");
	arena_done(&mem);
}

static void literal_assignments_are_understood(void **state)
{
	(void)state;
	value_is("A=1\nA=2 # c\n", "A", "2");
	value_is("export A='x \"y\" $B'", "A", "x \"y\" $B");
	value_is("A=\"x \\\n y\\\"z\\\" \\$q\"", "A", "x  y\"z\" $q");
	value_is("A=a\"b c\"'d e'\\ f", "A", "ab cd e f");
	value_is("#A=1\n", "A", NULL);
	value_is("GRUB_X=\"$GRUB_X new\"", "GRUB_X", " new");
	value_is("GRUB_X=old; GRUB_X=\"${GRUB_X} new\"", "GRUB_X", "old new");
	value_is("G=`( . /etc/os-release; echo ${NAME:-Debian} ) 2>/dev/null || echo Debian`\nA=1", "A", "1");
	value_is("G=$(lsb_release -i | sed 's/)//')\nA=1", "A", "1");
	value_is("echo \"A=2\"\nA=1\ntrue; A=3", "A", "3");
	value_is("A=1 B=2\n", "A", "1");
}

static void what_a_shell_would_compute_cannot_be_told(void **state)
{
	(void)state;
	value_is("A=`cat x`", "A", NULL);
	value_is("A=\"x $(cat y)\"", "A", NULL);
	value_is("A=\"$HOME\"", "A", NULL);
	value_is("A=${B:-x}", "A", NULL);
	value_is("A=1\nif [ -f /x ]; then\n\tA=2\nfi\n", "A", NULL);
	value_is("A=1\n[ -f /x ] && A=2\n", "A", NULL);
	value_is("A=1\n. /etc/other\n", "A", NULL);
	value_is("A=1\nf () {\n A=2\n}\nf\n", "A", NULL);
	value_is("A=1\nexit 0\nA=2\n", "A", NULL);
	value_is("A=1\nA+=\" 2\"", "A", NULL);
	value_is("A=\"open", "A", NULL);
	value_is("A=1 && B=2\n", "A", NULL);
	value_is("case x in\na) A=1 ;;\nesac\n", "A", NULL);
}

static void a_later_file_that_assigns_anew_drops_what_was_there(void **state)
{
	struct arena mem = {0};
	struct shell_vars v = {0};
	const struct shell_var *a, *b;

	(void)state;
	shell_vars_read(&mem, &v, "grub", "GRUB_A=1\nGRUB_B=1\n");
	shell_vars_read(&mem, &v, "grub.d/50", "\nGRUB_A=2\nGRUB_B=\"$GRUB_B 2\"\n");
	shell_vars_read(&mem, &v, "grub.d/90", "GRUB_A=\"$GRUB_A 3\"\n");
	a = shell_vars_find(&v, "GRUB_A");
	b = shell_vars_find(&v, "GRUB_B");
	assert_string_equal(a->value, "2 3");
	assert_string_equal(a->lost_file, "grub");
	assert_string_equal(a->file, "grub.d/90");
	assert_null(b->lost_file);
	assert_int_equal(b->line, 3);
	arena_done(&mem);
}

static void shell_edit_is(const char *text, const char *add, const char *want)
{
	struct arena mem = {0};
	const char *got = shell_vars_edit_words(&mem, text, "G", &add, 1, NULL, 0);

	if (!str_eq(got, want))
		fail_msg("%s: want %s, got %s", text, want ? want : "NULL", got ? got : "NULL");
	if (got && strcspn(text, "'\"") < strlen(text))
		assert_string_equal(shell_vars_edit_words(&mem, got, "G", NULL, 0, &add, 1), text);
	arena_done(&mem);
}

static void words_go_into_the_assignment_that_counts(void **state)
{
	(void)state;
	shell_edit_is("# x\nG=\"quiet\"  # y\nB=1\n", "iommu=pt", "# x\nG=\"quiet iommu=pt\"  # y\nB=1\n");
	shell_edit_is("G='a \"b c\"'\n", "iommu=pt", "G='a \"b c\" iommu=pt'\n");
	shell_edit_is("G=\"1\"\nG=\"\"\n", "iommu=pt", "G=\"1\"\nG=\"iommu=pt\"\n");
	shell_edit_is("G=quiet\n", "iommu=pt", "G=\"quiet iommu=pt\"\n");
	shell_edit_is("G=\n", "iommu=pt", "G=\"iommu=pt\"\n");
	shell_edit_is("B=1", "iommu=pt", "B=1\nG=\"iommu=pt\"\n");
	shell_edit_is("G=\"$GRUB_X a=\\\"b c\\\"\"\n", "iommu=pt", "G=\"$GRUB_X a=\\\"b c\\\" iommu=pt\"\n");
	shell_edit_is("G=\"`x`\"\n", "iommu=pt", NULL);
	shell_edit_is("G=\"a\"'b'\n", "iommu=pt", NULL);
	shell_edit_is("if x; then G=\"a\"; fi\n", "iommu=pt", NULL);
	shell_edit_is("G=\"a \\\nb\"\n", "iommu=pt", NULL);
	shell_edit_is("G=\"a\"\n. /etc/other\n", "iommu=pt", NULL);
}

/* ---- grub.cfg ---- */

static const char cfg[] = "set default=\"0\"\n"
			  "menuentry 'One' --class x $menuentry_id_option 'one' {\n\tif [ a ]; then\n\t\tinsmod x\n\tfi\n"
			  "\tlinux\t/vmlinuz-1 root=/dev/sda1 a='b c' ${extra}\n}\n"
			  "menuentry 'Firmware' {\n\tfwsetup\n}\n"
			  "submenu 'More > less' --id more {\n\tmenuentry \"It's two\" --id two {\n\t\tlinux16 /vmlinuz-2 single\n\t}\n"
			  "\tmenuentry 'Three' {\n\t\tlinux /vmlinuz-3 three\n\t}\n}\n";

static void default_is(const char *value, const char *kernel)
{
	struct arena mem = {0};
	struct grub_cfg c;
	const struct grub_entry *e;

	assert_true(grub_cfg_parse(&mem, cfg, &c));
	e = grub_cfg_find(&mem, &c, value);
	if (!kernel)
		assert_null(e);
	else
		assert_string_equal(e->kernel, kernel);
	arena_done(&mem);
}

static void entries_of_a_generated_file_are_found(void **state)
{
	struct arena mem = {0};
	struct grub_cfg c;

	(void)state;
	assert_true(grub_cfg_parse(&mem, cfg, &c));
	assert_int_equal(c.n_entries, 3);
	assert_string_equal(c.default_entry, "0");
	assert_string_equal(c.entries[0].words, "root=/dev/sda1 a=b c ${extra}");
	assert_string_equal(c.entries[1].title, "It's two");
	assert_string_equal(c.entries[1].menu, "2\n0");
	assert_int_equal(c.entries[0].line, 6);
	arena_done(&mem);
	default_is("0", "/vmlinuz-1");
	default_is("one", "/vmlinuz-1");
	default_is("1", NULL);
	default_is("2", "/vmlinuz-2");
	default_is("2>1", "/vmlinuz-3");
	default_is("more>two", "/vmlinuz-2");
	default_is("more>Three", "/vmlinuz-3");
	default_is("Three", "/vmlinuz-3");
	default_is("2>7", NULL);
	default_is("", NULL);
}

static void an_empty_value_of_grubenv_is_none(void **state)
{
	struct arena mem = {0};
	const char *env = "# GRUB Environment Block\nsaved_entry=a>b\nnext_entry=\nx_saved_entry=c\n####";

	(void)state;
	assert_string_equal(grubenv_value(&mem, env, "saved_entry"), "a>b");
	assert_null(grubenv_value(&mem, env, "next_entry"));
	assert_null(grubenv_value(&mem, env, "entry"));
	arena_done(&mem);
}

/* ---- entries ---- */

static void an_entry_is_read_and_its_tries_are_no_part_of_its_name(void **state)
{
	struct arena mem = {0};
	struct loader_entry e;

	(void)state;
	assert_true(loader_entry_parse(&mem, "id-6.1+3-1.conf", "# c\ntitle  A b \noptions a b\r\noptions\toptions=1\nlinux /x\n", &e));
	assert_string_equal(e.id, "id-6.1");
	assert_string_equal(e.title, "A b");
	assert_string_equal(e.options, "a b options=1");
	assert_string_equal(e.first_options, "a b");
	assert_true(e.is_linux);
	assert_null(loader_entry_id(&mem, "x.conf.bak", ".conf"));
	assert_null(loader_entry_id(&mem, ".conf", ".conf"));
	assert_string_equal(loader_entry_id(&mem, "c++.conf", ".conf"), "c++");
	arena_done(&mem);
}

static void entry_edit_is(const char *text, const char *want)
{
	struct arena mem = {0};
	const char *word = "iommu=pt", *got = loader_entry_edit(&mem, text, &word, 1, NULL, 0);

	assert_true(str_eq(got, want));
	if (got && strstr(text, "options"))
		assert_string_equal(loader_entry_edit(&mem, got, NULL, 0, &word, 1), text);
	arena_done(&mem);
}

static void an_entrys_first_options_get_the_words(void **state)
{
	(void)state;
	entry_edit_is("title x\noptions   a  b \nlinux y\noptions c", "title x\noptions   a  b iommu=pt \nlinux y\noptions c");
	entry_edit_is("title x\n  options a\r\n", "title x\n  options a iommu=pt\r\n");
	entry_edit_is("linux x", "linux x\noptions iommu=pt\n");
	entry_edit_is("options \"a\n", NULL);
	entry_edit_is("#options a\nlinux x\noptions b\n", "#options a\nlinux x\noptions b iommu=pt\n");
}

static void versions_sort_by_number(void **state)
{
	static const char *const ordered[] = {"", "6.1~rc1", "6.1", "6.1.0-9", "6.1.0-18", "6.9.4", "6.10.1"};

	(void)state;
	for (size_t i = 0; i + 1 < ARRAY_LEN(ordered); i++) {
		if (i > 0)
			assert_true(loader_version_cmp(ordered[i], ordered[i + 1]) < 0);
		if (i > 0)
			assert_true(loader_version_cmp(ordered[i + 1], ordered[i]) > 0);
		assert_int_equal(loader_version_cmp(ordered[i], ordered[i]), 0);
	}
}

static void other_loaders_files_are_read(void **state)
{
	struct arena mem = {0};
	struct loader_entries e;

	(void)state;
	assert_true(refind_linux_parse(&mem, "# x\n\"A b\"  \"root=/dev/x c=\"\"d e\"\"\"\n\"B\" \"s\"\n", &e));
	assert_int_equal(e.n, 2);
	assert_string_equal(e.items[0].options, "root=/dev/x c=\"d e\"");
	assert_true(extlinux_parse(&mem, "DEFAULT b\nLABEL a\n KERNEL /a\nLABEL b\n LINUX /b\n APPEND x y\n", &e));
	assert_int_equal(e.first, 1);
	assert_string_equal(e.items[1].options, "x y");
	assert_true(limine_parse(&mem, "timeout: 1\n/+Folder\n//One\ncmdline: a\n//Two\npath: x\ncmdline: b=\"c\n", &e));
	assert_int_equal(e.n, 2);
	assert_string_equal(e.items[1].options, "b=\"c");
	assert_true(extlinux_parse(&mem, "", &e));
	assert_int_equal(e.first, -1);
	arena_done(&mem);
}

static void an_image_that_lies_about_its_sections_is_none(void **state)
{
	char pe[512] = "MZ";
	uint32_t offset, size;

	(void)state;
	pe[0x3c] = 0x40;
	memcpy(pe + 0x40, "PE\0\0", 4);
	pe[0x46] = 1;
	memcpy(pe + 0x58, ".cmdline", 8);
	pe[0x60] = 5;
	pe[0x69] = 2;
	pe[0x6d] = 4;
	assert_true(pe_section(pe, sizeof(pe), ".cmdline", &offset, &size));
	assert_int_equal(offset, 0x400);
	assert_int_equal(size, 5);
	assert_false(pe_section(pe, 0x7f, ".cmdline", &offset, &size));
	pe[0x3f] = (char)0xff;
	assert_false(pe_section(pe, sizeof(pe), ".cmdline", &offset, &size));
}

/* ---- the loader ---- */

static enum boot_stack stack_of(const struct boot *b)
{
	struct arena mem = {0};
	struct boot_loader l = judge_boot_loader(&mem, b);

	assert_true((l.stack == STACK_UNKNOWN) == (l.evidence == NULL));
	assert_true((l.stack == STACK_UNKNOWN) == (l.reason != NULL));
	assert_true((l.stack == STACK_UNKNOWN) == (l.tier == TIER_NONE));
	arena_done(&mem);
	return l.stack;
}

static void loader_info_wins_over_what_is_installed(void **state)
{
	struct boot b = {.is_efi = TRI_YES, .has_variables = TRI_YES, .loader_conf = "boot/loader/loader.conf", .reads_grub_d = TRI_YES,
	    .cmdline = "BOOT_IMAGE=/x quiet"};

	(void)state;
	b.marks[MARK_GRUB_CFG] = b.marks[MARK_GRUB_DEFAULT] = TRI_YES;
	b.loader_info = "systemd-boot 255";
	assert_int_equal(stack_of(&b), STACK_SYSTEMD_BOOT);
	b.loader_info = "GRUB 2.12";
	assert_int_equal(stack_of(&b), STACK_GRUB_DEBIAN);
	b.stub_info = "systemd-stub 255";
	assert_int_equal(stack_of(&b), STACK_UKI);
	b.stub_info = NULL;
	b.loader_info = "Something 1";
	assert_int_equal(stack_of(&b), STACK_UNKNOWN);
}

static void two_loaders_and_no_evidence_are_not_guessed_between(void **state)
{
	struct boot b = {.limine_conf = "boot/limine.conf", .reads_grub_d = TRI_YES};

	(void)state;
	b.marks[MARK_GRUB_CFG] = b.marks[MARK_GRUB_DEFAULT] = TRI_YES;
	assert_int_equal(stack_of(&b), STACK_UNKNOWN);
	b.cmdline = "BOOT_IMAGE=/x";
	assert_int_equal(stack_of(&b), STACK_GRUB_DEBIAN);
	b.cmdline = "root=/dev/x";
	assert_int_equal(stack_of(&b), STACK_LIMINE);
	b.limine_conf = NULL;
	assert_int_equal(stack_of(&b), STACK_UNKNOWN);
}

static void systemd_boot_would_have_told(void **state)
{
	struct boot b = {.limine_conf = "boot/limine.conf", .loader_conf = "boot/loader/loader.conf", .is_efi = TRI_YES, .cmdline = "quiet"};

	(void)state;
	assert_int_equal(stack_of(&b), STACK_UNKNOWN);
	b.has_variables = TRI_YES;
	assert_int_equal(stack_of(&b), STACK_LIMINE);
}

static void owners_come_before_loaders(void **state)
{
	struct boot b = {.loader_info = "GRUB 2.06", .cmdline = "BOOT_IMAGE=/x", .has_blscfg = TRI_YES};

	(void)state;
	b.marks[MARK_BLS] = b.marks[MARK_GRUBBY] = b.marks[MARK_GRUB2_CFG] = TRI_YES;
	assert_int_equal(stack_of(&b), STACK_GRUB_BLS);
	b.marks[MARK_OSTREE_REPO] = b.marks[MARK_RPM_OSTREE] = TRI_YES;
	/* Another deployment's repository: this kernel was not started out of it. */
	assert_int_equal(stack_of(&b), STACK_GRUB_BLS);
	b.marks[MARK_OSTREE_BOOTED] = TRI_YES;
	assert_int_equal(stack_of(&b), STACK_RPM_OSTREE);
	b.marks[MARK_NIXOS] = TRI_YES;
	assert_int_equal(stack_of(&b), STACK_NIXOS);
	b.marks[MARK_CONTAINER] = TRI_YES;
	assert_int_equal(stack_of(&b), STACK_UNKNOWN);
}

static void leftovers_of_kernelstub_are_no_owner(void **state)
{
	struct boot b = {.loader_info = "systemd-boot 249"};

	(void)state;
	b.marks[MARK_KERNELSTUB_CONFIG] = TRI_YES;
	assert_int_equal(stack_of(&b), STACK_SYSTEMD_BOOT);
	b.marks[MARK_KERNELSTUB] = TRI_YES;
	assert_int_equal(stack_of(&b), STACK_KERNELSTUB);
	b.loader_info = "GRUB 2.06";
	assert_int_not_equal(stack_of(&b), STACK_KERNELSTUB);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_word_is_counted_as_the_kernel_reads_it),
	    cmocka_unit_test(words_are_taken_as_the_kernel_takes_them),
	    cmocka_unit_test(the_last_word_of_a_key_wins_and_dashes_are_underscores),
	    cmocka_unit_test(words_go_to_the_end_ahead_of_inits),
	    cmocka_unit_test(what_cannot_be_written_safely_is_refused),
	    cmocka_unit_test(what_is_added_is_removed_without_a_trace),
	    cmocka_unit_test(literal_assignments_are_understood),
	    cmocka_unit_test(what_a_shell_would_compute_cannot_be_told),
	    cmocka_unit_test(a_later_file_that_assigns_anew_drops_what_was_there),
	    cmocka_unit_test(words_go_into_the_assignment_that_counts),
	    cmocka_unit_test(entries_of_a_generated_file_are_found),
	    cmocka_unit_test(an_empty_value_of_grubenv_is_none),
	    cmocka_unit_test(an_entry_is_read_and_its_tries_are_no_part_of_its_name),
	    cmocka_unit_test(an_entrys_first_options_get_the_words),
	    cmocka_unit_test(versions_sort_by_number),
	    cmocka_unit_test(other_loaders_files_are_read),
	    cmocka_unit_test(an_image_that_lies_about_its_sections_is_none),
	    cmocka_unit_test(loader_info_wins_over_what_is_installed),
	    cmocka_unit_test(two_loaders_and_no_evidence_are_not_guessed_between),
	    cmocka_unit_test(systemd_boot_would_have_told),
	    cmocka_unit_test(owners_come_before_loaders),
	    cmocka_unit_test(leftovers_of_kernelstub_are_no_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
