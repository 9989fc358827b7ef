/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every change is one entry in the system's log, and nothing hangs on it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "sim_ops.h"
#include "verbs.h"

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)); text += strlen(what))
		n++;
	return n;
}

static size_t count_entries(const struct sim *sim)
{
	return count(sim->log, "\n\n");
}

static void assert_field(const struct sim *sim, const char *line)
{
	char whole[256];

	(void)snprintf(whole, sizeof(whole), "\n%s\n", line);
	if (!strstr(sim->log, whole))
		fail_msg("no \"%s\" in\n%s", line, sim->log);
}

/* The one entry since the last look. */
static void assert_entry(struct sim *sim, const char *message, const char *priority, const char *outcome)
{
	char line[64];

	assert_int_equal(count_entries(sim), 1);
	if (!str_starts(sim->log, message))
		fail_msg("\"%s\" does not begin\n%s", message, sim->log);
	(void)snprintf(line, sizeof(line), "PRIORITY=%s", priority);
	assert_field(sim, line);
	(void)snprintf(line, sizeof(line), "PASSTHRU_OUTCOME=%s", outcome);
	assert_field(sim, line);
	assert_int_equal(count(sim->log, "\nMESSAGE_ID="), 1);
}

static void a_change_is_one_entry_with_who_and_what(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_clean(&sim);
	tree_file(&sim.tree, "proc/self/loginuid", "1000\n");
	tree_file(&sim.tree, "etc/passwd", "root:x:0:0::/root:/bin/sh\nada:x:1000:1000::/home/ada:/bin/sh\n");
	assert_int_equal(bind_card(&sim, GPU), OUTCOME_DONE);
	assert_entry(&sim, "MESSAGE=a test's wish: done, change 1\n", "5", "done");
	assert_field(&sim, "SYSLOG_IDENTIFIER=passthru");
	assert_field(&sim, "PASSTHRU_VERB=bind");
	assert_field(&sim, "PASSTHRU_WISH=a test's wish");
	assert_field(&sim, "PASSTHRU_CHANGE=1");
	assert_field(&sim, "PASSTHRU_DEVICES=" GPU);
	assert_field(&sim, "PASSTHRU_DEVICES=" SOUND);
	assert_int_equal(count(sim.log, "PASSTHRU_DEVICES="), 2);
	assert_field(&sim, "PASSTHRU_LOGINUID=1000");
	assert_field(&sim, "PASSTHRU_LOGIN=ada");
	assert_int_equal(count(sim.log, "PASSTHRU_REASON"), 0);
}

static void who_asked_for_it_is_kept_in_the_record(void **state)
{
	cleanup_sim struct sim sim = {0};
	struct arena mem = {0};
	struct flow f = {.s = &sim.sys, .mem = &mem};
	struct journal *all;
	enum folder *folders;
	size_t n;

	(void)state;
	sim_host_clean(&sim);
	assert_int_equal(bind_card(&sim, GPU), OUTCOME_DONE);
	tree_file(&sim.tree, "proc/self/loginuid", "1000\n");
	assert_int_equal(bind_card(&sim, NVME), OUTCOME_DONE);
	assert_int_equal(flow_history(&f, &all, &folders, &n, NULL), 0);
	assert_int_equal(n, 2);
	assert_int_equal(all[0].login_uid, NO_LOGIN);
	assert_null(flow_login_name(&f, all[0].login_uid));
	assert_int_equal(all[1].login_uid, 1000);
	assert_string_equal(flow_login_name(&f, all[1].login_uid), "1000");
	arena_done(&mem);
}

static void what_changes_nothing_is_no_entry(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_clean(&sim);
	(void)outcome_of(&sim, &(struct request){.verb = DO_BIND, .targets = GPU, .is_dry_run = true});
	assert_int_equal(release_card(&sim, GPU), OUTCOME_FAILED);
	assert_int_equal(recover_all(&sim), OUTCOME_NOTHING);
	assert_int_equal(count_entries(&sim), 0);
	assert_int_equal(bind_card(&sim, GPU), OUTCOME_DONE);
	assert_int_equal(bind_card(&sim, GPU), OUTCOME_NOTHING);
	assert_int_equal(count_entries(&sim), 1);
}

static void what_was_taken_back_is_a_warning_that_says_why(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_clean(&sim);
	sim_find_driver(&sim, "vfio-pci")->probe_code = -EINVAL;
	assert_int_equal(bind_card(&sim, GPU), OUTCOME_ROLLED_BACK);
	assert_entry(&sim, "MESSAGE=a test's wish: taken back, change 1: ", "4", "rolled-back");
	assert_non_null(strstr(sim.log, "Invalid argument"));
}

static void what_cannot_be_put_on_record_is_a_warning(void **state)
{
	(void)state;
	for (int k = 1;; k++) {
		cleanup_sim struct sim sim = {0};
		enum outcome outcome;

		sim_host_clean(&sim);
		sim_arm(&sim, SIM_FAIL, k);
		outcome = bind_card(&sim, GPU);
		assert_true(sim.is_tripped);
		if (!str_starts(sim.tripped_on, "put run/passthru/journal"))
			continue;
		assert_int_equal(outcome, OUTCOME_FAILED);
		assert_entry(&sim, "MESSAGE=a test's wish: failed, nothing changed, change 1: ", "4", "failed");
		break;
	}
}

static void what_needs_recover_is_an_error_and_its_end_another_entry(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_clean(&sim);
	sim_find_driver(&sim, "vfio-pci")->probe_code = -EINVAL;
	sim_find_driver(&sim, "snd_hda_intel")->probe_code = -EIO;
	assert_int_equal(bind_card(&sim, GPU), OUTCOME_NEEDS_RECOVER);
	assert_entry(&sim, "MESSAGE=a test's wish: needs passthru recover, change 1: ", "3", "needs-recover");
	sim_find_driver(&sim, "snd_hda_intel")->probe_code = 0;
	sim.log[0] = '\0';
	assert_int_equal(recover_all(&sim), OUTCOME_DONE);
	assert_entry(&sim, "MESSAGE=recover of a test's wish: taken back, change 1\n", "4", "rolled-back");
	assert_field(&sim, "PASSTHRU_VERB=recover");
}

static void what_is_stuck_is_an_error_and_what_is_set_aside_a_warning(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	for (int k = 1; !sim.is_tripped; k++) {
		sim_done(&sim);
		sim = (struct sim){0};
		sim_host_clean(&sim);
		sim_arm(&sim, SIM_STUCK, k);
		(void)bind_card(&sim, GPU);
	}
	sim_disarm(&sim);
	assert_entry(&sim, "MESSAGE=a test's wish: stuck in the kernel, change 1: ", "3", "stuck");
	sim_revive(&sim);
	sim.log[0] = '\0';
	assert_int_equal(outcome_of(&sim, &(struct request){.verb = DO_ABANDON, .id = 1}), OUTCOME_DONE);
	assert_entry(&sim, "MESSAGE=recover --abandon: change 1 set aside\n", "4", "abandoned");
}

static void with_is_two_entries_and_huge_pages_are_entries_too(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_memory(&sim);
	assert_int_equal(outcome_of(&sim, &(struct request){.verb = DO_WITH, .targets = GPU}), OUTCOME_DONE);
	assert_int_equal(count_entries(&sim), 2);
	assert_field(&sim, "PASSTHRU_VERB=with");
	assert_field(&sim, "PASSTHRU_VERB=release");
	assert_int_equal(
	    outcome_of(&sim, &(struct request){.verb = DO_RESERVE, .targets = "", .pages = {.node = 0, .count = 16}}), OUTCOME_DONE);
	assert_int_equal(count_entries(&sim), 3);
	assert_field(&sim, "PASSTHRU_VERB=hugepages");
}

static int refuse(struct sys *s, const struct log_field *fields, size_t n)
{
	(void)s, (void)fields, (void)n;
	return -EAGAIN;
}

static void without_a_log_all_goes_as_with_one(void **state)
{
	int (*const logs[])(struct sys *, const struct log_field *, size_t) = {NULL, refuse};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(logs); i++) {
		cleanup_sim struct sim sim = {0};
		struct sys_ops ops = sim_ops;
		char *before;

		sim_host_clean(&sim);
		before = sim_snapshot(&sim);
		ops.log = logs[i];
		sim.sys.ops = &ops;
		assert_int_equal(bind_card(&sim, GPU), OUTCOME_DONE);
		assert_int_equal(release_card(&sim, GPU), OUTCOME_DONE);
		assert_machine(&sim, before);
		free(before);
	}
}

#define T(f) cmocka_unit_test(f)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    T(a_change_is_one_entry_with_who_and_what),
	    T(who_asked_for_it_is_kept_in_the_record),
	    T(what_changes_nothing_is_no_entry),
	    T(what_was_taken_back_is_a_warning_that_says_why),
	    T(what_cannot_be_put_on_record_is_a_warning),
	    T(what_needs_recover_is_an_error_and_its_end_another_entry),
	    T(what_is_stuck_is_an_error_and_what_is_set_aside_a_warning),
	    T(with_is_two_entries_and_huge_pages_are_entries_too),
	    T(without_a_log_all_goes_as_with_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
