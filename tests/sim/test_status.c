/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `status` says of a world: it finds what every verb leaves behind, and is in nobody's way. */
#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "flow/status.h"
#include "verbs.h"

struct seen {
	struct arena mem;
	struct status s;
};

static void seen_done(struct seen *seen)
{
	arena_done(&seen->mem);
}
#define cleanup_seen __attribute__((cleanup(seen_done)))

static void look(struct seen *seen, struct sim *sim)
{
	struct flow f = {.s = &sim->sys, .mem = &seen->mem};
	struct err e = {0};
	char *before = sim_snapshot(sim);
	size_t locks = sim_count_locks(sim);
	int n_writes = sim->n_writes;

	arena_done(&seen->mem);
	*seen = (struct seen){0};
	assert_int_equal(flow_status(&f, &seen->s, &e), 0);
	assert_machine(sim, before);
	assert_int_equal(sim_count_locks(sim), locks);
	assert_int_equal(sim->n_writes, n_writes);
	assert_int_equal(sim->n_hung, 0);
	free(before);
}

static void assert_next(const struct seen *seen, const char *text, const char *command)
{
	if (!strstr(seen->s.next.text, text))
		fail_msg("next is \"%s\", not \"%s\"", seen->s.next.text, text);
	if (!str_eq(seen->s.next.command, command))
		fail_msg("the command is \"%s\", not \"%s\"", seen->s.next.command, command);
}

/* Nothing but these many of each. */
static void assert_counts(const struct seen *seen, size_t bound, size_t leases, size_t interrupted, size_t working, size_t stuck)
{
	assert_int_equal(seen->s.n_bound, bound);
	assert_int_equal(seen->s.n_leases, leases);
	assert_int_equal(seen->s.n_interrupted, interrupted);
	assert_int_equal(seen->s.n_working, working);
	assert_int_equal(status_count_stuck(&seen->s), stuck);
	assert_int_equal(seen->s.n_unknown, 0);
	assert_int_equal(seen->s.n_broken, 0);
}

static void a_host_without_a_trace_of_us_has_nothing_to_do(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_seen struct seen seen = {0};

	(void)state;
	sim_host_clean(&sim);
	look(&seen, &sim);
	assert_counts(&seen, 0, 0, 0, 0, 0);
	assert_true(seen.s.knows_records && seen.s.knows_locks);
	assert_next(&seen, "nothing to do: passthru bind ADDRESS", NULL);
}

static void what_is_bound_names_its_change(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_seen struct seen seen = {0};

	(void)state;
	sim_host_clean(&sim);
	assert_int_equal(bind_card(&sim, GPU), OUTCOME_DONE);
	look(&seen, &sim);
	assert_counts(&seen, 2, 0, 0, 0, 0);
	assert_string_equal(seen.s.bound[0].function, GPU);
	assert_string_equal(seen.s.bound[0].driver, "vfio-pci");
	assert_int_equal(seen.s.bound[0].is_ours, TRI_YES);
	assert_int_equal(seen.s.bound[0].is_open, TRI_NO);
	assert_int_equal(seen.s.bound[0].change->id, 1);
	assert_string_equal(seen.s.bound[0].change->verb, "bind");
	assert_string_equal(seen.s.bound[0].change->wish, "a test's wish");
	assert_true(seen.s.bound[0].change->time_s >= 1700000000);
	assert_next(&seen, "passthru release " GPU " gives back", "passthru release " GPU);
	assert_int_equal(release_card(&sim, GPU), OUTCOME_DONE);
	look(&seen, &sim);
	assert_counts(&seen, 0, 0, 0, 0, 0);
}

static void what_somebody_else_bound_is_not_ours(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_seen struct seen seen = {0};

	(void)state;
	sim_host_clean(&sim);
	assert_int_equal(bind_card(&sim, GPU), OUTCOME_DONE);
	tree_remove(&sim.tree, "run/passthru");
	look(&seen, &sim);
	assert_int_equal(seen.s.n_bound, 2);
	assert_int_equal(seen.s.bound[0].is_ours, TRI_NO);
	assert_null(seen.s.bound[0].change);
	assert_int_equal(seen.s.n_reboot, 0);
	assert_next(&seen, "nothing to do", NULL);
}

static void a_reboot_brings_back_what_the_first_change_found(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_seen struct seen seen = {0};

	(void)state;
	sim_host_clean(&sim);
	assert_int_equal(outcome_of(&sim, &(struct request){.verb = DO_UNBIND, .targets = SOUND}), OUTCOME_DONE);
	look(&seen, &sim);
	assert_int_equal(seen.s.n_reboot, 1);
	assert_string_equal(seen.s.reboot[0].target, SOUND);
	assert_null(seen.s.reboot[0].now);
	assert_string_equal(seen.s.reboot[0].after, "snd_hda_intel");
	assert_int_equal(bind_card(&sim, GPU), OUTCOME_DONE);
	look(&seen, &sim);
	assert_int_equal(seen.s.n_reboot, 2);
	assert_string_equal(seen.s.reboot[0].after, "bochs-drm");
	/* Its own change found it without a driver; the one before took it off. */
	assert_string_equal(seen.s.reboot[1].now, "vfio-pci");
	assert_string_equal(seen.s.reboot[1].after, "snd_hda_intel");
	assert_int_equal(release_card(&sim, GPU), OUTCOME_DONE);
	assert_int_equal(
	    outcome_of(&sim, &(struct request){.verb = DO_BIND, .targets = SOUND, .driver = "snd_hda_intel"}), OUTCOME_DONE);
	look(&seen, &sim);
	assert_int_equal(seen.s.n_reboot, 0);
}

static void a_guest_in_the_way_is_named(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_seen struct seen seen = {0};

	(void)state;
	sim_host_clean(&sim);
	assert_int_equal(bind_card(&sim, GPU), OUTCOME_DONE);
	sim_open_node(&sim, SIM_GUEST_PID, "qemu-system-x86", "/dev/vfio/5");
	look(&seen, &sim);
	assert_int_equal(seen.s.bound[0].is_open, TRI_YES);
	assert_int_equal(seen.s.bound[0].user, SIM_GUEST_PID);
	assert_string_equal(seen.s.bound[0].node, "/dev/vfio/5");
	assert_next(&seen, "process 4242 (qemu-system-x86) has ended", NULL);
}

/* By those who look while a verb is under way. */
static struct {
	bool is_leased;
	size_t n_working;
} beside;

static int look_beside(struct sim *sim)
{
	cleanup_seen struct seen seen = {0};

	look(&seen, sim);
	assert_counts(&seen, 2, 2, 0, 0, 0);
	assert_string_equal(seen.s.leases[0].function, GPU);
	assert_int_equal(seen.s.leases[0].pid, SIM_PID);
	assert_non_null(strstr(seen.s.leases[0].who, "passthru a test's wish"));
	assert_next(&seen, "process 1000 (passthru a test's wish) gives back when its command ends", NULL);
	beside.is_leased = true;
	return 0;
}

static void a_running_with_has_its_leases(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	beside.is_leased = false;
	sim_host_clean(&sim);
	sim.on_run = look_beside;
	assert_int_equal(outcome_of(&sim, &(struct request){.verb = DO_WITH, .targets = GPU}), OUTCOME_DONE);
	assert_true(beside.is_leased);
}

static int die(struct sim *sim)
{
	sim->is_dead = true;
	return 0;
}

static void a_dead_with_needs_recover_or_first_the_end_of_its_guest(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_seen struct seen seen = {0};

	(void)state;
	sim_host_clean(&sim);
	sim.on_run = die;
	(void)outcome_of(&sim, &(struct request){.verb = DO_WITH, .targets = GPU});
	sim_revive(&sim);
	look(&seen, &sim);
	assert_counts(&seen, 2, 0, 1, 0, 0);
	assert_next(&seen, "passthru recover", "passthru recover");
	sim_open_node(&sim, SIM_GUEST_PID, "qemu-system-x86", "/dev/vfio/5");
	look(&seen, &sim);
	assert_next(&seen, "end process 4242 (qemu-system-x86), which holds /dev/vfio/5; then passthru recover", NULL);
	sim_close_node(&sim, SIM_GUEST_PID);
	assert_int_equal(recover_all(&sim), OUTCOME_DONE);
	look(&seen, &sim);
	assert_counts(&seen, 0, 0, 0, 0, 0);
}

/* Wherever bind dies: status says recover exactly where recover has something to do. */
static void every_death_is_seen(void **state)
{
	int n_seen = 0;

	(void)state;
	for (int k = 1;; k++) {
		cleanup_sim struct sim sim = {0};
		cleanup_seen struct seen seen = {0};

		sim_host_clean(&sim);
		sim_arm(&sim, SIM_DIE, k);
		(void)bind_card(&sim, GPU);
		if (!sim.is_dead)
			break;
		sim_disarm(&sim);
		sim_revive(&sim);
		look(&seen, &sim);
		n_seen += seen.s.n_interrupted > 0;
		if (seen.s.n_interrupted > 0)
			assert_next(&seen, "passthru recover", "passthru recover");
		assert_int_equal(recover_all(&sim), seen.s.n_interrupted > 0 ? OUTCOME_DONE : OUTCOME_NOTHING);
	}
	assert_true(n_seen > 10);
}

static void look_in_the_middle(struct sim *sim)
{
	cleanup_seen struct seen seen = {0};

	/* The hook is one call of the verb's: ours are not counted, and trip nothing. */
	int n_calls = sim->n_calls;

	sim->trip = SIM_NEVER;
	look(&seen, sim);
	assert_non_null(seen.s.at_work);
	assert_int_equal(seen.s.at_work_pid, SIM_PID);
	assert_int_equal(seen.s.n_interrupted, 0);
	assert_int_equal(status_count_stuck(&seen.s), 0);
	assert_next(&seen, "wait for process 1000 (passthru a test's wish)", NULL);
	beside.n_working += seen.s.n_working;
	sim->n_calls = n_calls;
}

/* Each moment between the lock and its end. */
static void whoever_is_at_work_is_waited_for(void **state)
{
	bool has_begun = false;

	(void)state;
	beside.n_working = 0;
	for (int k = 30; k < 400; k += 7) {
		cleanup_sim struct sim sim = {0};

		sim_host_clean(&sim);
		assert_int_equal(recover_all(&sim), OUTCOME_NOTHING);
		sim.hook = look_in_the_middle;
		sim_arm(&sim, SIM_HOOK, k);
		assert_int_equal(bind_card(&sim, GPU), OUTCOME_DONE);
		has_begun |= sim.is_tripped;
	}
	assert_true(has_begun);
	assert_true(beside.n_working > 0);
}

/* Arms the first poke. */
static void stick(struct sim *sim)
{
	for (int k = 1; !sim->is_tripped; k++) {
		sim_done(sim);
		*sim = (struct sim){0};
		sim_host_clean(sim);
		sim_arm(sim, SIM_STUCK, k);
		(void)bind_card(sim, GPU);
		assert_true(k < 2000);
	}
	sim_disarm(sim);
}

static void a_stuck_write_comes_first(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_seen struct seen seen = {0};

	(void)state;
	stick(&sim);
	sim_revive(&sim);
	look(&seen, &sim);
	assert_int_equal(status_count_stuck(&seen.s), 1);
	assert_int_equal(seen.s.n_interrupted, 1);
	assert_string_equal(seen.s.interrupted[0].state, "stuck");
	assert_next(&seen, "only a reboot helps", "passthru recover");
	sim_let_go(&sim);
	look(&seen, &sim);
	assert_int_equal(seen.s.n_writes, 0);
	assert_next(&seen, "passthru recover", "passthru recover");
	assert_int_equal(recover_all(&sim), OUTCOME_DONE);
	look(&seen, &sim);
	assert_int_equal(seen.s.n_interrupted, 0);
}

static void a_write_that_is_waited_for_is_not_stuck(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_seen struct seen seen = {0};

	(void)state;
	stick(&sim);
	look(&seen, &sim); /* its owner lives */
	assert_int_equal(seen.s.n_writes, 1);
	assert_int_equal(seen.s.writes[0].waited_by, SIM_PID);
	assert_int_equal(status_count_stuck(&seen.s), 0);
	assert_next(&seen, "wait for process 1000", NULL);
	sim_revive(&sim);
	sim_lock_by_others(&sim, "run/passthru/lock", "77 (passthru recover)");
	look(&seen, &sim);
	assert_int_equal(seen.s.writes[0].waited_by, 77);
	sim_unlock_by_others(&sim);
	sim_lock_by_others(&sim, "run/passthru/lock", "77 (passthru bind 02:00.0)");
	look(&seen, &sim);
	assert_int_equal(seen.s.writes[0].waited_by, 0);
}

static void look_beside_the_stuck(struct sim *sim)
{
	cleanup_seen struct seen seen = {0};
	int n_calls = sim->n_calls;

	sim->trip = SIM_NEVER;
	look(&seen, sim);
	beside.n_working += seen.s.n_working;
	assert_true(status_count_stuck(&seen.s) > 0);
	sim->n_calls = n_calls;
}

/* Somebody at work on another function does not wait for this one. */
static void a_write_is_waited_for_by_whoever_moves_its_function(void **state)
{
	(void)state;
	beside.n_working = 0;
	for (int k = 30; k < 400; k += 37) {
		cleanup_sim struct sim sim = {0};

		stick(&sim);
		sim_revive(&sim);
		sim.hook = look_beside_the_stuck;
		sim_arm(&sim, SIM_HOOK, k);
		(void)bind_card(&sim, NVME);
	}
	assert_true(beside.n_working > 0);
}

static void a_broken_record_is_said_and_the_rest_is_seen(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_seen struct seen seen = {0};

	(void)state;
	sim_host_clean(&sim);
	assert_int_equal(bind_card(&sim, GPU), OUTCOME_DONE);
	tree_file(&sim.tree, "run/passthru/journal/7.json", "{torn");
	look(&seen, &sim);
	assert_int_equal(seen.s.n_broken, 1);
	assert_false(seen.s.knows_records);
	assert_int_equal(seen.s.bound[0].is_ours, TRI_YES);
	assert_next(&seen, "recover --abandon 7", NULL);
}

static void huge_pages_of_ours_are_shown(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_seen struct seen seen = {0};

	(void)state;
	sim_host_memory(&sim);
	assert_int_equal(outcome_of(&sim,
			     &(struct request){.verb = DO_RESERVE, .targets = "", .pages = {.node = 0, .count = 16}}),
	    OUTCOME_DONE);
	look(&seen, &sim);
	assert_int_equal(seen.s.n_pools, 1);
	assert_int_equal(seen.s.pools[0].ours, 16);
	assert_int_equal(seen.s.n_reboot, 1);
	assert_true(seen.s.reboot[0].is_pool);
	assert_next(&seen, "hugepages --release", "passthru hugepages --release");
}

/* What cannot be read is unknown: no failed call makes an answer that is wrong. */
static void a_read_that_fails_never_hides_a_change(void **state)
{
	(void)state;
	for (int k = 1;; k++) {
		cleanup_sim struct sim sim = {0};
		struct arena mem = {0};
		struct status s;
		struct err e = {0};
		struct flow f = {.s = &sim.sys, .mem = &mem};
		int r;

		sim_host_clean(&sim);
		assert_int_equal(bind_card(&sim, GPU), OUTCOME_DONE);
		sim_arm(&sim, SIM_FAIL, k);
		r = flow_status(&f, &s, &e);
		if (r == 0 && (s.n_bound < 2 || s.bound[0].is_ours == TRI_NO || s.bound[1].is_ours == TRI_NO) &&
		    s.n_unknown + s.n_broken == 0 && !strstr(sim.tripped_on, "sys/bus/pci/devices"))
			fail_msg("hidden when %s fails", sim.tripped_on);
		arena_done(&mem);
		if (sim.n_calls < k)
			break;
	}
}

#define T(f) cmocka_unit_test(f)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    T(a_host_without_a_trace_of_us_has_nothing_to_do),
	    T(what_is_bound_names_its_change),
	    T(what_somebody_else_bound_is_not_ours),
	    T(a_reboot_brings_back_what_the_first_change_found),
	    T(a_guest_in_the_way_is_named),
	    T(a_running_with_has_its_leases),
	    T(a_dead_with_needs_recover_or_first_the_end_of_its_guest),
	    T(every_death_is_seen),
	    T(whoever_is_at_work_is_waited_for),
	    T(a_stuck_write_comes_first),
	    T(a_write_that_is_waited_for_is_not_stuck),
	    T(a_write_is_waited_for_by_whoever_moves_its_function),
	    T(a_broken_record_is_said_and_the_rest_is_seen),
	    T(huge_pages_of_ours_are_shown),
	    T(a_read_that_fails_never_hides_a_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
