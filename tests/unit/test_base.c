/* SPDX-License-Identifier: GPL-2.0-or-later */
/* base/: strings, numbers, memory, errors. */
#include "check.h"

#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "base/str.h"

/* ---- numbers ---- */

static void numbers_are_whole_or_nothing(void **state)
{
	static const char *const junk[] = {"", " 1", "1 ", "+1", "-1", "0x1", "1a", "1.0", "١"};
	uint64_t n = 77;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(junk); i++)
		assert_false(str_number(junk[i], 10, UINT64_MAX, &n));
	assert_int_equal(n, 77);
	assert_true(str_number("0", 10, 9, &n));
	assert_int_equal(n, 0);
	assert_true(str_number("aF", 16, 0xff, &n));
	assert_int_equal(n, 0xaf);
	assert_false(str_number("g", 16, 0xff, &n));
}

static void numbers_stop_at_their_maximum(void **state)
{
	uint64_t n;

	(void)state;
	assert_true(str_number("255", 10, 255, &n));
	assert_false(str_number("256", 10, 255, &n));
	assert_true(str_number("18446744073709551615", 10, UINT64_MAX, &n));
	assert_true(n == UINT64_MAX);
	assert_false(str_number("18446744073709551616", 10, UINT64_MAX, &n));
	assert_false(str_number("99999999999999999999", 10, UINT64_MAX, &n));
	assert_true(str_number("ffffffffffffffff", 16, UINT64_MAX, &n));
	assert_false(str_number("10000000000000000", 16, UINT64_MAX, &n));
	assert_false(str_number("9", 10, 7, &n));
	assert_true(str_number("0", 10, 0, &n));
	assert_false(str_number("1", 10, 0, &n));
	assert_false(str_number("18446744073709551615", 10, INT32_MAX, &n));
}

static void a_number_may_lack_its_nul(void **state)
{
	static const char text[] = {'4', '2', '7'};
	uint64_t n;

	(void)state;
	assert_true(str_number_n(text, 2, 10, 99, &n));
	assert_int_equal(n, 42);
	assert_false(str_number_n(text, 0, 10, 99, &n));
}

static void sysfs_hex_may_begin_with_0x(void **state)
{
	uint64_t n;

	(void)state;
	assert_true(str_sysfs_hex("0x10de", 0xffff, &n) && n == 0x10de);
	assert_true(str_sysfs_hex("10de", 0xffff, &n) && n == 0x10de);
	assert_false(str_sysfs_hex("0x", 0xffff, &n));
	assert_false(str_sysfs_hex("0x0x1", 0xffff, &n));
	assert_false(str_sysfs_hex("0x10000", 0xffff, &n));
}

/* ---- strings ---- */

static void driver_names_are_single_path_components(void **state)
{
	static const char *const good[] = {"vfio-pci", "snd_hda_intel", "Serial driver", "8139cp", "e1000e", "a.b", "x"};
	static const char *const bad[] = {"", ".", "..", "a/b", "../x", "-x", "_x", " x", "x ", "a\nb", "a\tb", "\x7f", "ä",
	    "0123456789012345678901234567890123456789012345678901234567890123"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(str_is_driver_name(good[i]));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(str_is_driver_name(bad[i]));
	assert_true(str_is_driver_name("012345678901234567890123456789012345678901234567890123456789012"));
}

static void modules_are_the_same_with_dash_or_underscore(void **state)
{
	(void)state;
	assert_true(str_same_module("vfio-pci", "vfio_pci"));
	assert_true(str_same_module("", ""));
	assert_false(str_same_module("vfio-pci", "vfio_pci_core"));
	assert_false(str_same_module("vfio_pci_core", "vfio-pci"));
	assert_false(str_same_module("vfio+pci", "vfio-pci"));
}

static void null_equals_only_null(void **state)
{
	(void)state;
	assert_true(str_eq(NULL, NULL));
	assert_false(str_eq(NULL, ""));
	assert_false(str_eq("", NULL));
	assert_true(str_eq("a", "a"));
	assert_false(str_eq("a", "A"));
}

static void the_base_is_what_is_behind_the_last_slash(void **state)
{
	char one[] = "x\n", two[] = "x\n\n", none[] = "";

	(void)state;
	assert_string_equal(str_base("../../drivers/nvme"), "nvme");
	assert_string_equal(str_base("nvme"), "nvme");
	assert_string_equal(str_base("a/"), "");
	assert_true(str_starts("noiommu-3", "noiommu-"));
	assert_false(str_starts("noiommu", "noiommu-"));
	str_chomp(one);
	assert_string_equal(one, "x");
	str_chomp(two);
	assert_string_equal(two, "x\n");
	str_chomp(none);
	assert_string_equal(none, "");
}

/* ---- arena ---- */

static void an_arena_hands_out_zeroed_aligned_memory(void **state)
{
	struct arena a = {0};

	(void)state;
	for (size_t size = 1; size < 5000; size = size * 3 + 1) {
		unsigned char *p = arena_alloc(&a, size);

		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, size);
	}
	arena_done(&a);
	arena_done(&a); /* an empty one is a valid one */
	assert_null(a.blocks);
}

static void an_arena_takes_what_is_larger_than_its_blocks(void **state)
{
	cleanup_arena struct arena a = {0};
	const size_t large = 3 * 1024 * 1024;
	char *p = arena_alloc(&a, large);

	(void)state;
	memset(p, 'x', large);
	assert_string_equal(arena_printf(&a, "%s-%d", "y", 3), "y-3");
	assert_int_equal(p[large - 1], 'x');
}

static void an_array_in_an_arena_keeps_what_it_holds(void **state)
{
	cleanup_arena struct arena a = {0};
	int *list = NULL;
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 1000; i++)
		*ARENA_PUSH(&a, list, n) = i;
	assert_int_equal(n, 1000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(list[i], i);
}

static void copies_are_copies(void **state)
{
	cleanup_arena struct arena a = {0};
	char text[] = "abc";
	char *copy = arena_strdup(&a, text);

	(void)state;
	text[0] = 'x';
	assert_string_equal(copy, "abc");
	assert_string_equal(arena_strndup(&a, "abcdef", 2), "ab");
	assert_string_equal(arena_strndup(&a, "", 0), "");
	assert_null(arena_strdup(&a, NULL));
}

/* ---- errors ---- */

static void an_error_is_said_once_with_its_context(void **state)
{
	struct err e = {0};

	(void)state;
	assert_int_equal(err_set(&e, -EBUSY, "%s is held", "node"), -EBUSY);
	assert_int_equal(err_hint(&e, "end %d", 42), -EBUSY);
	assert_int_equal(err_add(&e, "card %d", 1), -EBUSY);
	assert_string_equal(e.what, "card 1: node is held");
	assert_string_equal(e.hint, "end 42");
	assert_int_equal(err_set(&e, -EIO, "other"), -EIO);
	assert_string_equal(e.hint, "");
}

static void an_error_nobody_asked_for_is_still_answered(void **state)
{
	(void)state;
	assert_int_equal(err_set(NULL, -EIO, "x"), -EIO);
	assert_true(err_add(NULL, "x") < 0);
	assert_true(err_hint(NULL, "x") < 0);
}

static void a_long_error_is_cut_and_stays_a_string(void **state)
{
	char text[2000];
	struct err e = {0};

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	(void)err_set(&e, -EIO, "%s", text);
	assert_int_equal(strlen(e.what), sizeof(e.what) - 1);
	(void)err_add(&e, "%s", text);
	assert_true(strlen(e.what) < sizeof(e.what));
	(void)err_hint(&e, "%s", text);
	assert_int_equal(strlen(e.hint), sizeof(e.hint) - 1);
}

static void errnos_have_names_of_either_sign(void **state)
{
	(void)state;
	assert_string_equal(err_name(-EBUSY), "EBUSY");
	assert_string_equal(err_name(EBUSY), "EBUSY");
	assert_string_equal(err_name(-123456), "unknown error");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    T(numbers_are_whole_or_nothing),
	    T(numbers_stop_at_their_maximum),
	    T(a_number_may_lack_its_nul),
	    T(sysfs_hex_may_begin_with_0x),
	    T(driver_names_are_single_path_components),
	    T(modules_are_the_same_with_dash_or_underscore),
	    T(null_equals_only_null),
	    T(the_base_is_what_is_behind_the_last_slash),
	    T(an_arena_hands_out_zeroed_aligned_memory),
	    T(an_arena_takes_what_is_larger_than_its_blocks),
	    T(an_array_in_an_arena_keeps_what_it_holds),
	    T(copies_are_copies),
	    T(an_error_is_said_once_with_its_context),
	    T(an_error_nobody_asked_for_is_still_answered),
	    T(a_long_error_is_cut_and_stays_a_string),
	    T(errnos_have_names_of_either_sign),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
