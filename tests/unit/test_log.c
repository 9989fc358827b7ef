/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An entry for journald: what is data stays data. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "text/log_entry.h"

static void assert_entry(const struct log_field *fields, size_t n, const char *want, size_t length)
{
	cleanup_arena struct arena mem = {0};
	const char *got;

	assert_int_equal(log_entry_format(&mem, fields, n, &got), length);
	assert_memory_equal(got, want, length);
}

static void a_field_is_a_line(void **state)
{
	const struct log_field fields[] = {{"MESSAGE", "bind 01:00.0: done"}, {"PRIORITY", "5"}, {"A_1", ""}, {"A_1", "%s=x"}};
	static const char want[] = "MESSAGE=bind 01:00.0: done\nPRIORITY=5\nA_1=\nA_1=%s=x\n";

	(void)state;
	assert_entry(fields, ARRAY_LEN(fields), want, sizeof(want) - 1);
}

static void a_newline_makes_no_second_field(void **state)
{
	const struct log_field fields[] = {{"MESSAGE", "x\nPRIORITY=0"}, {"B", "2"}};
	static const char want[] = "MESSAGE\n\x0c\0\0\0\0\0\0\0x\nPRIORITY=0\nB=2\n";

	(void)state;
	assert_entry(fields, ARRAY_LEN(fields), want, sizeof(want) - 1);
}

static void what_journald_would_refuse_is_left_out(void **state)
{
	const struct log_field fields[] = {{"A", NULL}, {"", "1"}, {"_PID", "1"}, {"1A", "1"}, {"a", "1"}, {"A=B", "1"}, {"A\nB", "1"},
	    {"ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLM", "1"}, {"LAST", "1"}};

	(void)state;
	assert_entry(fields, ARRAY_LEN(fields), "LAST=1\n", 7);
	assert_entry(NULL, 0, "", 0);
}

static void a_long_value_is_cut(void **state)
{
	cleanup_arena struct arena mem = {0};
	char text[5001];
	const struct log_field field = {"A", text};
	const char *got;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[5000] = '\0';
	assert_int_equal(log_entry_format(&mem, &field, 1, &got), 2 + 4096 + 1);
	text[100] = '\n';
	assert_int_equal(log_entry_format(&mem, &field, 1, &got), 2 + 8 + 4096 + 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_field_is_a_line),
	    cmocka_unit_test(a_newline_makes_no_second_field),
	    cmocka_unit_test(what_journald_would_refuse_is_left_out),
	    cmocka_unit_test(a_long_value_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
