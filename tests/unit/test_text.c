/* SPDX-License-Identifier: GPL-2.0-or-later */
/* text/, view/text and apply/journal: what reads foreign bytes. */
#include "check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "apply/journal.h"
#include "text/modules_alias.h"
#include "text/mountinfo.h"
#include "text/pci_uevent.h"
#include "view/text.h"

/* ---- uevent ---- */

static const char good_uevent[] = "DRIVER=nvidia\nPCI_CLASS=30000\nPCI_ID=10DE:2204\nPCI_SUBSYS_ID=1458:403B\n"
				  "PCI_SLOT_NAME=0000:01:00.0\nMODALIAS=pci:v000010DEd00002204sv00001458\n";

static bool parse_uevent(struct arena *mem, const char *text, size_t length, struct pci_function *ret)
{
	*ret = (struct pci_function){.group = GROUP_NONE};
	return pci_uevent_parse(mem, text, length, ret);
}

static void a_uevent_gives_class_ids_and_driver(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct pci_function f;

	(void)state;
	assert_true(parse_uevent(&mem, good_uevent, strlen(good_uevent), &f));
	assert_true(f.has_class && f.has_ids);
	assert_int_equal(f.class_code, 0x030000);
	assert_int_equal(f.vendor, 0x10de);
	assert_int_equal(f.device, 0x2204);
	assert_int_equal(f.subvendor, 0x1458);
	assert_int_equal(f.subdevice, 0x403b);
	assert_int_equal(f.has_driver, TRI_YES);
	assert_string_equal(f.driver, "nvidia");
}

static void a_uevent_without_driver_means_that_there_is_none(void **state)
{
	static const char text[] = "PCI_CLASS=C0330\nPCI_ID=1B73:1100\n";
	cleanup_arena struct arena mem = {0};
	struct pci_function f;

	(void)state;
	assert_true(parse_uevent(&mem, text, strlen(text), &f));
	assert_int_equal(f.class_code, 0x0c0330);
	assert_int_equal(f.has_driver, TRI_NO);
	assert_null(f.driver);
}

static void a_uevent_without_ids_claims_nothing(void **state)
{
	static const char text[] = "PCI_CLASS=30000\n";
	cleanup_arena struct arena mem = {0};
	struct pci_function f;

	(void)state;
	assert_true(parse_uevent(&mem, text, strlen(text), &f));
	assert_true(f.has_class);
	assert_false(f.has_ids);
	assert_int_equal(f.has_driver, TRI_UNKNOWN);
	assert_true(parse_uevent(&mem, "", 0, &f));
	assert_false(f.has_class);
	assert_int_equal(f.has_driver, TRI_UNKNOWN);
}

static void a_text_that_is_no_uevent_leaves_the_function_alone(void **state)
{
	static const char *const bad[] = {"PCI_CLASS=xyz\n", "PCI_CLASS=\n", "PCI_CLASS=1000000\n", "PCI_ID=10DE\n",
	    "PCI_ID=10DE:\n", "PCI_ID=:2204\n", "PCI_ID=10DEF:2204\n", "PCI_ID=10DE:2204:1\n", "PCI_SUBSYS_ID=1\n",
	    "DRIVER=\n", "no equals sign\n", "PCI_CLASS=30000\ngarbage\n", "\x7f\x45LF\x01\n", "\xff\xfe\n"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		cleanup_arena struct arena mem = {0};
		struct pci_function f;

		if (parse_uevent(&mem, bad[i], strlen(bad[i]), &f))
			fail_msg("passes: %s", bad[i]);
		assert_false(f.has_class || f.has_ids);
		assert_int_equal(f.has_driver, TRI_UNKNOWN);
	}
}

static void a_nul_in_a_uevent_is_refused(void **state)
{
	static const char text[] = "PCI_CLASS=30000\n\0PCI_ID=10DE:2204\n";
	cleanup_arena struct arena mem = {0};
	struct pci_function f;

	(void)state;
	assert_false(parse_uevent(&mem, text, sizeof(text) - 1, &f));
	assert_false(f.has_class);
}

static void a_modalias_gives_class_and_ids(void **state)
{
	static const char good[] = "pci:v000010DEd00002204sv00001458sd0000403Bbc03sc00i00\n";
	struct pci_function f = {0};

	(void)state;
	assert_true(pci_modalias_parse(good, &f));
	assert_true(f.has_class && f.has_ids);
	assert_int_equal(f.class_code, 0x030000);
	assert_int_equal(f.vendor, 0x10de);
	assert_int_equal(f.device, 0x2204);
	assert_int_equal(f.subvendor, 0x1458);
	assert_int_equal(f.subdevice, 0x403b);
	assert_int_equal(f.has_driver, TRI_UNKNOWN);
}

static void a_text_that_is_no_modalias_leaves_the_function_alone(void **state)
{
	static const char *const bad[] = {"", "pci:", "pci:v000010DE", "usb:v000010DEd00002204",
	    "pci:v000010DEd00002204sv00001458sd0000403Bbc03sc00i0", "pci:v000010DEd00002204sv00001458sd0000403Bbc03sc00i00x",
	    "pci:v000110DEd00002204sv00001458sd0000403Bbc03sc00i00", "pci:v0000-0DEd00002204sv00001458sd0000403Bbc03sc00i00"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct pci_function f = {0};

		if (pci_modalias_parse(bad[i], &f))
			fail_msg("passes: %s", bad[i]);
		assert_false(f.has_class || f.has_ids);
	}
}

/* Cut anywhere, in a buffer of exactly that size, so that a sanitizer sees one byte too many. */
static void a_uevent_may_be_cut_anywhere(void **state)
{
	(void)state;
	for (size_t length = 0; length <= strlen(good_uevent); length++) {
		cleanup_arena struct arena mem = {0};
		char *text = malloc(length + 1);
		struct pci_function f;

		memcpy(text, good_uevent, length);
		text = realloc(text, length > 0 ? length : 1);
		(void)parse_uevent(&mem, text, length, &f);
		free(text);
	}
}

static void an_over_long_uevent_is_read_or_refused(void **state)
{
	enum { SIZE = 100000 };
	cleanup_arena struct arena mem = {0};
	char *text = malloc(SIZE);
	struct pci_function f;

	(void)state;
	memset(text, 'A', SIZE);
	assert_false(parse_uevent(&mem, text, SIZE, &f));
	memcpy(text, "PCI_CLASS=", 10);
	assert_false(parse_uevent(&mem, text, SIZE, &f));
	memcpy(text, "MODALIAS==", 10);
	assert_true(parse_uevent(&mem, text, SIZE, &f));
	free(text);
}

/* ---- aliases of modules ---- */

static void a_star_matches_any_run_of_letters(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool matches;
	} rows[] = {{"", "", true}, {"", "a", false}, {"*", "", true}, {"*", "abc", true}, {"a*c", "abc", true},
	    {"a*c", "ac", true}, {"a*c", "acb", false}, {"a*b*c", "aXbYbZc", true}, {"*a*a*a*b", "aaaaaaaaaaaa", false},
	    {"abc", "abcd", false}, {"abcd", "abc", false}, {"a**", "a", true}, {"*b", "ab", true}, {"?", "a", false}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (alias_matches(rows[i].pattern, strlen(rows[i].pattern), rows[i].text) != rows[i].matches)
			fail_msg("\"%s\" on \"%s\"", rows[i].pattern, rows[i].text);
}

static void check_alias(const char *text, size_t length, const char *modalias, const char *want)
{
	cleanup_arena struct arena mem = {0};
	char *copy = malloc(length > 0 ? length : 1); /* of exactly that size: a sanitizer sees one byte too many */
	const char *best;

	memcpy(copy, text, length);
	best = modules_alias_best(&mem, copy, length, modalias);
	free(copy);
	if (want)
		assert_string_equal(best, want);
	else
		assert_null(best);
}

static void the_most_specific_vfio_alias_wins_in_either_form(void **state)
{
	static const char lines[] = "# Aliases\nalias vfio_pci:v*d*sv*sd*bc*sc*i* vfio_pci\n"
				    "alias vfio_pci:v000015B3d0000101Esv*sd*bc*sc*i* mlx5_vfio_pci\n"
				    "alias pci:v000015B3d0000101Esv*sd*bc*sc*i* mlx5_core\nalias\nalias x\n";
	static const char entries[] = "vfio_pci.alias=vfio_pci:v*d*sv*sd*bc*sc*i*\0vfio_pci.license=GPL\0"
				      "mlx5_vfio_pci.alias=vfio_pci:v000015B3d0000101Esv*sd*bc*sc*i*\0";
	static const char mlx5[] = "vfio_pci:v000015B3d0000101Esv000015B3sd00000001bc02sc00i00";
	static const char other[] = "vfio_pci:v000010DEd00002204sv00001458sd0000403Bbc03sc00i00";

	(void)state;
	check_alias(lines, sizeof(lines) - 1, mlx5, "mlx5_vfio_pci");
	check_alias(lines, sizeof(lines) - 1, other, "vfio_pci");
	check_alias(entries, sizeof(entries) - 1, mlx5, "mlx5_vfio_pci");
	check_alias(entries, sizeof(entries) - 1, other, "vfio_pci");
	check_alias("", 0, other, NULL);
	check_alias("alias vfio_pci:* ", 17, other, NULL);
	for (size_t length = 0; length < sizeof(lines); length++)
		for (size_t k = 0; k < 2; k++) {
			cleanup_arena struct arena mem = {0};

			(void)modules_alias_best(&mem, k ? lines : entries, length < sizeof(entries) || k ? length : 0, mlx5);
		}
}

/* ---- what goes to a terminal ---- */

static void check_clean(const char *text, const char *want)
{
	cleanup_arena struct arena mem = {0};

	assert_string_equal(view_clean(&mem, text), want);
}

static void a_clean_string_is_answered_as_it_is(void **state)
{
	static const char text[] = "NVIDIA GA102 äöü € 🖥";
	cleanup_arena struct arena mem = {0};

	(void)state;
	assert_ptr_equal(view_clean(&mem, text), text);
	assert_null(view_clean(&mem, NULL));
	check_clean("", "");
}

static void nothing_that_steers_a_terminal_passes(void **state)
{
	(void)state;
	check_clean("a\x1b[31mb", "a?[31mb");
	check_clean("a\r\n\tb", "a???b");
	check_clean("\x01\x7f", "??");
	check_clean("a\xc2\x9b" "31m", "a?31m"); /* C1: CSI */
	check_clean("\xc2\x80\xc2\x9f\xc2\xa0", "??\xc2\xa0");
}

static void what_is_no_utf_8_becomes_question_marks(void **state)
{
	(void)state;
	check_clean("a\x80" "b", "a?b");
	check_clean("\xff\xfe", "??");
	check_clean("\xc3", "?");		   /* cut */
	check_clean("\xe2\x82", "??");		   /* cut */
	check_clean("\xf0\x9f\x96", "???");	   /* cut */
	check_clean("\xc0\xaf", "??");		   /* overlong */
	check_clean("\xe0\x80\xaf", "???");	   /* overlong */
	check_clean("\xf0\x80\x80\xaf", "????");   /* overlong */
	check_clean("\xed\xa0\x80", "???");	   /* surrogate */
	check_clean("\xf4\x90\x80\x80", "????");   /* beyond U+10FFFF */
	check_clean("\xc3\x28", "?(");
	check_clean("\xe2\x28\xa1", "?(?");
	check_clean("ok\xf4\x8f\xbf\xbf", "ok\xf4\x8f\xbf\xbf");
}

/* ---- journals ---- */

#define HEADER_BUT_PHASE                                                                                               \
	"\"version\":1,\"id\":7,\"boot_id\":\"b\",\"verb\":\"bind\",\"wish\":\"bind 01:00.0\",\"reason\":null,"          \
	"\"time\":1700000000,\"owner\":{\"pid\":42,\"start\":18446744073709551615},\"held\":true,\"closes\":3,"
#define PLAN "\"plan\":{\"steps\":[],\"derived\":[]}"

static void a_journal_is_read_with_all_it_says(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct journal j = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(journal_from_json(&mem, "{" HEADER_BUT_PHASE "\"phase\":\"stuck\"," PLAN "}", &j, &e), 0);
	assert_int_equal(j.id, 7);
	assert_string_equal(j.boot_id, "b");
	assert_string_equal(j.verb, "bind");
	assert_string_equal(j.wish, "bind 01:00.0");
	assert_null(j.reason);
	assert_int_equal(j.time_s, 1700000000);
	assert_int_equal(j.owner_pid, 42);
	assert_true(j.owner_start == UINT64_MAX);
	assert_int_equal(j.phase, PHASE_STUCK);
	assert_true(j.is_held);
	assert_int_equal(j.closes, 3);
}

static void a_journal_we_would_not_write_is_refused(void **state)
{
	static const char *const bad[] = {
	    "", "{", "null", "[]", "1", "\"x\"", "{}", "{" PLAN "}",
	    "{" HEADER_BUT_PHASE "\"phase\":\"sideways\"," PLAN "}",
	    "{" HEADER_BUT_PHASE "\"phase\":null," PLAN "}",
	    "{" HEADER_BUT_PHASE PLAN "}",
	    "{" HEADER_BUT_PHASE "\"phase\":\"back\"}",
	    "{" HEADER_BUT_PHASE "\"phase\":\"back\",\"plan\":null}",
	    "{" HEADER_BUT_PHASE "\"phase\":\"back\",\"plan\":{\"steps\":[1]}}",
	    "{" HEADER_BUT_PHASE "\"phase\":\"back\"," PLAN ",\"version\":2}",
	    "{" HEADER_BUT_PHASE "\"phase\":\"back\"," PLAN ",\"id\":-1}",
	    "{" HEADER_BUT_PHASE "\"phase\":\"back\"," PLAN ",\"id\":\"7\"}",
	    "{" HEADER_BUT_PHASE "\"phase\":\"back\"," PLAN ",\"id\":99999999999}",
	    "{" HEADER_BUT_PHASE "\"phase\":\"back\"," PLAN ",\"owner\":null}",
	    "{" HEADER_BUT_PHASE "\"phase\":\"back\"," PLAN ",\"owner\":{\"pid\":-1,\"start\":1}}",
	    "{" HEADER_BUT_PHASE "\"phase\":\"back\"," PLAN ",\"owner\":{\"pid\":1}}",
	    "{" HEADER_BUT_PHASE "\"phase\":\"back\"," PLAN ",\"held\":1}",
	    "{" HEADER_BUT_PHASE "\"phase\":\"back\"," PLAN ",\"closes\":-3}",
	    "{" HEADER_BUT_PHASE "\"phase\":\"back\"," PLAN ",\"boot_id\":null}",
	    "{" HEADER_BUT_PHASE "\"phase\":\"back\"," PLAN ",\"wish\":\"a\\u0000b\"}",
	    "{" HEADER_BUT_PHASE "\"phase\":\"back\"," PLAN,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		cleanup_arena struct arena mem = {0};
		struct journal j = {0};
		struct err e = {0};

		if (journal_from_json(&mem, bad[i], &j, &e) != -EINVAL)
			fail_msg("passes: %s", bad[i]);
		assert_int_not_equal(e.what[0], '\0');
	}
}

static void a_wish_of_five_thousand_letters_is_refused(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct journal j = {0};
	struct err e = {0};
	char wish[5001], text[6000];

	(void)state;
	memset(wish, 'x', sizeof(wish) - 1);
	wish[sizeof(wish) - 1] = '\0';
	(void)snprintf(text, sizeof(text), "{" HEADER_BUT_PHASE "\"phase\":\"back\"," PLAN ",\"wish\":\"%s\"}", wish);
	assert_int_equal(journal_from_json(&mem, text, &j, &e), -EINVAL);
}

/* ---- mountinfo ---- */

static void a_line_of_mountinfo_is_taken_apart(void **state)
{
	char line[] = "36 35 98:0 /mnt1 /mnt\\0402\\134x rw,noatime master:1 shared:2 - ext3 /dev/a\\011b rw,errors=x";
	char bare[] = "36 35 0:5 / /proc rw - proc proc rw", octal[] = "\\9\\04\\0\\400\\000\\040";
	struct mountinfo m;

	(void)state;
	assert_true(mountinfo_parse(line, &m));
	assert_int_equal(m.major, 98);
	assert_int_equal(m.minor, 0);
	assert_string_equal(m.point, "/mnt 2\\x");
	assert_string_equal(m.type, "ext3");
	assert_string_equal(m.source, "/dev/a\tb");
	assert_string_equal(m.flags, "rw,noatime");
	assert_string_equal(m.options, "rw,errors=x");
	assert_true(mountinfo_parse(bare, &m));
	assert_string_equal(m.type, "proc");
	mountinfo_unescape(octal);
	assert_string_equal(octal, "\\9\\04\\0\\400\\000 ");
}

static void a_line_of_mountinfo_may_be_cut_anywhere(void **state)
{
	static const char whole[] = "36 35 98:0 /mnt1 /mnt\\0402 rw,noatime master:1 - ext3 /dev/root rw";

	(void)state;
	for (size_t n = 0; n <= strlen(whole); n++) {
		char line[sizeof(whole)];
		struct mountinfo m;

		memcpy(line, whole, n);
		line[n] = '\0';
		if (mountinfo_parse(line, &m))
			assert_true(m.major == 98 && *m.point == '/' && m.type && m.source);
		else
			assert_true(n <= strlen("36 35 98:0 /mnt1 "));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    T(a_uevent_gives_class_ids_and_driver),
	    T(a_uevent_without_driver_means_that_there_is_none),
	    T(a_uevent_without_ids_claims_nothing),
	    T(a_text_that_is_no_uevent_leaves_the_function_alone),
	    T(a_nul_in_a_uevent_is_refused),
	    T(a_uevent_may_be_cut_anywhere),
	    T(a_modalias_gives_class_and_ids),
	    T(a_text_that_is_no_modalias_leaves_the_function_alone),
	    T(an_over_long_uevent_is_read_or_refused),
	    T(a_star_matches_any_run_of_letters),
	    T(the_most_specific_vfio_alias_wins_in_either_form),
	    T(a_clean_string_is_answered_as_it_is),
	    T(nothing_that_steers_a_terminal_passes),
	    T(what_is_no_utf_8_becomes_question_marks),
	    T(a_journal_is_read_with_all_it_says),
	    T(a_journal_we_would_not_write_is_refused),
	    T(a_wish_of_five_thousand_letters_is_refused),
	    T(a_line_of_mountinfo_is_taken_apart),
	    T(a_line_of_mountinfo_may_be_cut_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
