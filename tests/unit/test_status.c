/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one next step by what is at hand, and how the state of a host is shown. */
#include "check.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "judge/next.h"
#include "view/status_view.h"

static void assert_next(const struct status *s, const char *text, const char *command)
{
	cleanup_arena struct arena mem = {0};
	struct status_next next = judge_next(&mem, s);

	if (!strstr(next.text, text))
		fail_msg("\"%s\" does not hold \"%s\"", next.text, text);
	if (command)
		assert_string_equal(next.command, command);
	else
		assert_null(next.command);
}

/* All at once, and then the most urgent goes, one after the other. */
static void the_most_urgent_comes_first(void **state)
{
	const char *gpu[] = {"0000:01:00.0"}, *broken[] = {"record 3 is torn (passthru recover --abandon 3 sets it aside)"};
	struct status_write writes[] = {{.name = "0000:03:00.0", .waited_by = 5}, {.name = "0000:02:00.0"},
	    {.name = "0000:01:00.0", .holder = 812, .holder_command = "Xorg"}};
	struct status_change working[] = {{.id = 9, .verb = "bind", .wish = "bind 02:00.0", .pid = 44, .is_alive = true}};
	struct status_change cut[] = {{.id = 3, .verb = "with", .wish = "with 01:00.0", .functions = gpu, .n_functions = 1}};
	struct status_bound bound[] = {{.function = "0000:01:00.0", .driver = "vfio-pci", .is_ours = TRI_YES, .change = cut,
	    .is_open = TRI_YES, .user = 77, .user_command = "qemu", .node = "/dev/vfio/14"}};
	struct huge_pool pools[1] = {{.ours = 4}};
	struct status s = {.writes = writes, .n_writes = 3, .at_work = "5 (passthru bind 02:00.0)", .working = working, .n_working = 1,
	    .broken = broken, .n_broken = 1, .interrupted = cut, .n_interrupted = 1, .bound = bound, .n_bound = 1, .pools = pools,
	    .n_pools = 1, .needs_root = true};

	(void)state;
	assert_next(&s, "end process 812 (Xorg), which has 0000:01:00.0 open", NULL);
	s.n_writes = 2;
	assert_next(&s, "passthru recover, once the kernel has come back from the write for 0000:02:00.0", "passthru recover");
	s.n_writes = 1;
	assert_next(&s, "wait for process 5 (passthru bind 02:00.0)", NULL);
	s.at_work = NULL;
	assert_next(&s, "wait for process 44 (passthru bind 02:00.0)", NULL);
	s.n_working = 0;
	assert_next(&s, "--abandon 3", NULL);
	s.n_broken = 0;
	assert_next(&s, "end process 77 (qemu), which holds /dev/vfio/14", NULL);
	bound[0].is_open = TRI_NO;
	assert_next(&s, "passthru recover", "passthru recover");
	s.n_interrupted = 0;
	assert_next(&s, "passthru release 0000:01:00.0 gives back", "passthru release 0000:01:00.0");
	bound[0].is_open = TRI_YES;
	assert_next(&s, "once process 77 (qemu) has ended, passthru release 0000:01:00.0", NULL);
	cut[0].is_alive = true;
	assert_next(&s, "gives back when its command ends", NULL);
	bound[0].is_ours = TRI_UNKNOWN;
	assert_next(&s, "hugepages --release", "passthru hugepages --release");
	s.n_pools = 0;
	assert_next(&s, "sudo passthru status", "sudo passthru status");
	s.needs_root = false;
	assert_next(&s, "nothing that can be seen", NULL);
	s.knows_records = true;
	assert_next(&s, "nothing to do: passthru bind ADDRESS hands a device over", NULL);
}

/* One that no guest is in the way of can be ended now. */
static void a_guest_of_one_change_does_not_keep_recover_from_another(void **state)
{
	const char *first[] = {"0000:01:00.0"}, *second[] = {"0000:02:00.0"};
	struct status_change cut[] = {{.id = 1, .functions = first, .n_functions = 1}, {.id = 2, .functions = second, .n_functions = 1}};
	struct status_bound bound[] = {{.function = "0000:01:00.0", .is_open = TRI_YES, .user = 77, .user_command = "qemu", .node = "x"}};
	struct status s = {.interrupted = cut, .n_interrupted = 2, .bound = bound, .n_bound = 1};

	(void)state;
	assert_next(&s, "passthru recover", "passthru recover");
	s.n_interrupted = 1;
	assert_next(&s, "end process 77", NULL);
}

/* ---- how it looks ---- */

static char *shown(const struct status *s)
{
	cleanup_arena struct arena mem = {0};
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	view_status(out, &mem, s);
	(void)fclose(out);
	return text;
}

static void nothing_that_steers_a_terminal_is_shown(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct status_change c = {.id = 1, .verb = "bind", .wish = "bind \x1b[2J\n01:00.0", .reason = "\x9b", .state = "held"};
	struct status_bound bound[] = {{.function = "0000:01:00.0", .driver = "vfio-pci", .is_ours = TRI_YES, .change = &c,
	    .is_open = TRI_YES, .user = 7, .user_command = "q\remu", .node = "/dev/vfio/1"}};
	struct status_lease lease = {"0000:01:00.0", "7 (passthru \x1b)", 7};
	struct status_write write = {.name = "0000:01:00.0", .pid = 1, .path = "/sys/\x1b", .where = "\x1b", .holder = 2, .holder_command = "\x1b"};
	struct status s = {.bound = bound, .n_bound = 1, .interrupted = &c, .n_interrupted = 1, .working = &c, .n_working = 1,
	    .leases = &lease, .n_leases = 1, .writes = &write, .n_writes = 1, .at_work = "8 (\x1b)", .at_work_pid = 8,
	    .knows_locks = true, .knows_records = true, .next = {"end \x1b", "\x1b"}};
	char *text = shown(&s);
	struct json_object *o = view_status_json(&mem, &s);

	(void)state;
	for (const char *p = text; *p; p++)
		assert_true(*p == '\n' || (*p >= ' ' && *p < 0x7f));
	assert_non_null(strstr(text, "change 1 (bind ?[2J?01:00.0)"));
	assert_non_null(strstr(text, "\nnext         end ?\n"));
	assert_null(strstr(json_object_to_json_string(o), "u001b"));
	assert_null(strstr(json_object_to_json_string(o), "\\r"));
	(void)json_object_put(o);
	free(text);
}

static void what_is_not_known_is_null(void **state)
{
	static const char *const lists[] = {"leases", "interrupted", "working", "stuck", "hugepages", "reboot"};
	cleanup_arena struct arena mem = {0};
	struct status_bound bound[] = {{.function = "0000:01:00.0", .driver = "vfio-pci"}};
	struct status s = {.bound = bound, .n_bound = 1, .next = {"x", NULL}};
	struct json_object *o = view_status_json(&mem, &s), *member;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		assert_true(json_object_object_get_ex(o, lists[i], &member));
		assert_null(member);
	}
	assert_true(json_object_object_get_ex(json_object_array_get_idx(json_object_object_get(o, "bound"), 0), "by_passthru", &member));
	assert_null(member);
	(void)json_object_put(o);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_most_urgent_comes_first),
	    cmocka_unit_test(a_guest_of_one_change_does_not_keep_recover_from_another),
	    cmocka_unit_test(nothing_that_steers_a_terminal_is_shown),
	    cmocka_unit_test(what_is_not_known_is_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
