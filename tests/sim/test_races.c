/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What others do at the worst moment: udev probes, a guest starts, a node comes late. */
#include "verbs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

static const struct request bind_gpu = {.verb = DO_BIND, .targets = GPU};
static const struct request release_gpu = {.verb = DO_RELEASE, .targets = GPU};

/* ---- another driver ---- */

/* udev, or a module that is loaded just then: whatever is without a driver is offered to all. */
static void probe_all(struct sim *sim)
{
	(void)sim_poke(sim, "sys/bus/pci/drivers_probe", GPU);
	(void)sim_poke(sim, "sys/bus/pci/drivers_probe", SOUND);
}

/* Runs act with the hook at call k, on a machine where `before` was done; false: there is no call k. */
static bool act_with_hook(struct sim *sim, struct deed *d, const struct request *before, const struct request *act,
    void (*hook)(struct sim *sim), int k)
{
	sim_host_clean(sim);
	if (before)
		assert_int_equal(outcome_of(sim, before), OUTCOME_DONE);
	sim->hook = hook;
	sim_arm(sim, SIM_HOOK, k);
	deed_do(d, sim, act);
	sim_disarm(sim);
	return sim->n_calls >= k;
}

/* The function has no driver for a moment, but the override names who may have it. */
static void nobody_grabs_a_function_on_its_way_to_vfio(void **state)
{
	(void)state;
	for (int k = 1;; k++) {
		cleanup_sim struct sim sim = {0};
		cleanup_deed struct deed d = {0};

		if (!act_with_hook(&sim, &d, NULL, &bind_gpu, probe_all, k))
			break;
		if (d.outcome != OUTCOME_DONE)
			fail_msg("probed at call %d (%s): %s, %s", k, sim.tripped_on, outcome_name(d.outcome), d.e.what);
		assert_true(sim_is_bound(&sim, GPU, "vfio-pci") && sim_is_bound(&sim, SOUND, "vfio-pci"));
	}
}

/* Going back, a probe may come first with the very driver it goes back to: as wanted. */
static void a_probe_during_release_does_no_harm(void **state)
{
	(void)state;
	for (int k = 1;; k++) {
		cleanup_sim struct sim sim = {0};
		cleanup_deed struct deed d = {0};

		if (!act_with_hook(&sim, &d, &bind_gpu, &release_gpu, probe_all, k))
			break;
		if (d.outcome != OUTCOME_DONE)
			fail_msg("probed at call %d (%s): %s, %s", k, sim.tripped_on, outcome_name(d.outcome), d.e.what);
		assert_true(sim_is_bound(&sim, GPU, "bochs-drm") && sim_is_bound(&sim, SOUND, "snd_hda_intel"));
	}
}

/* What is to be without a driver, and was grabbed, is not said to be without one. */
static void a_function_grabbed_during_unbind_is_not_called_unbound(void **state)
{
	static const struct request unbind_gpu = {.verb = DO_UNBIND, .targets = GPU};
	bool is_past = false;
	int told = 0;

	(void)state;
	for (int k = 1;; k++) {
		cleanup_sim struct sim sim = {0};
		cleanup_deed struct deed d = {0};

		if (!act_with_hook(&sim, &d, NULL, &unbind_gpu, probe_all, k))
			break;
		if (sim_is_bound(&sim, GPU, NULL)) {
			assert_int_equal(d.outcome, OUTCOME_DONE);
			continue;
		}
		/* After the last look at it nobody can know; but then it is never told again. */
		is_past |= d.outcome == OUTCOME_DONE;
		if (d.outcome == OUTCOME_DONE)
			continue;
		told++;
		assert_true(d.e.code < 0 && d.e.what[0]);
		if (is_past)
			fail_msg("grabbed at call %d (%s) it is told, a call before it was not", k, sim.tripped_on);
	}
	assert_true(told > 0 && is_past);
}

/* ---- late nodes ---- */

static void a_node_that_comes_late_is_waited_for(void **state)
{
	cleanup_sim struct sim sim = {0};
	int64_t start;

	(void)state;
	sim_host_clean(&sim);
	sim.late_looks = 20;
	start = sim.time_ms;
	assert_int_equal(outcome_of(&sim, &bind_gpu), OUTCOME_DONE);
	assert_int_equal(sim.late_looks, 0);
	assert_true(sim.time_ms > start);
	assert_true(sim_is_bound(&sim, GPU, "vfio-pci"));
}

static void a_node_that_never_comes_is_taken_back(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};
	char *before;

	(void)state;
	sim_host_clean(&sim);
	before = sim_snapshot(&sim);
	sim.late_looks = 1000000;
	deed_do(&d, &sim, &bind_gpu);
	assert_int_equal(d.outcome, OUTCOME_ROLLED_BACK);
	assert_says(&d, "/dev/vfio/5 did not appear", NULL);
	sim.late_looks = 0;
	assert_machine(&sim, before);
	free(before);
}

/* ---- a guest ---- */

static bool was_taken; /* a hook has no data of its own */

static bool guest_runs(struct sim *sim)
{
	return sim_exists(sim, "proc/4242/fd");
}

static void start_guest(struct sim *sim)
{
	was_taken = !sim_is_bound(sim, GPU, "vfio-pci") || !sim_is_bound(sim, SOUND, "vfio-pci");
	if (sim_exists(sim, "dev/vfio/5"))
		sim_open_node(sim, SIM_GUEST_PID, "qemu-system-x86", "/dev/vfio/5");
}

/* A guest that starts between the plan and the write is seen by the look before the write: nothing is written, it is
 * named, and all is as before. Between that look and the write are a few calls only, in which the kernel waits. */
static void a_guest_that_starts_before_the_write_keeps_its_device(void **state)
{
	int named = 0, stuck = 0;

	(void)state;
	for (int k = 1;; k++) {
		cleanup_sim struct sim sim = {0};
		cleanup_deed struct deed d = {0};
		bool is_open;

		if (!act_with_hook(&sim, &d, &bind_gpu, &release_gpu, start_guest, k))
			break;
		is_open = guest_runs(&sim);
		if (d.outcome == OUTCOME_STUCK) {
			stuck++;
			assert_says(&d, "is stuck", "process 4242 (qemu-system-x86) has it open");
			sim_close_node(&sim, SIM_GUEST_PID);
			sim_let_go(&sim);
			assert_int_equal(recover_all(&sim), OUTCOME_DONE);
		} else if (is_open && !was_taken) {
			named++;
			if (d.outcome != OUTCOME_FAILED && d.outcome != OUTCOME_ROLLED_BACK)
				fail_msg("started at call %d (%s): %s, %s", k, sim.tripped_on, outcome_name(d.outcome), d.e.what);
			assert_says(&d, "/dev/vfio/5 is held open by", NULL);
			assert_true(sim_is_bound(&sim, GPU, "vfio-pci") && sim_is_bound(&sim, SOUND, "vfio-pci"));
		} else if (!is_open) {
			assert_int_equal(d.outcome, OUTCOME_DONE);
		}
	}
	print_message("a guest that starts during release: named %d times, stuck %d times\n", named, stuck);
	assert_true(named > 0);
}

/* The first move takes its time, and a guest starts on the stranger that is to be parked by the second. */
static void a_guest_that_starts_during_the_first_move_is_seen_before_the_next(void **state)
{
	static const struct request park = {.verb = DO_BIND, .targets = NETWORK, .driver = "vfio-pci"};
	static const struct request bind = {
	    .verb = DO_BIND, .targets = GPU, .allow = "stranger", .reset_method = "pm"};
	bool is_tried = false;

	(void)state;
	for (int k = 1;; k++) {
		cleanup_sim struct sim sim = {0};
		cleanup_deed struct deed d = {0};

		sim_host_strangers(&sim);
		assert_int_equal(outcome_of(&sim, &park), OUTCOME_DONE);
		sim.hook = start_guest;
		sim_arm(&sim, SIM_HOOK, k);
		deed_do(&d, &sim, &bind);
		sim_disarm(&sim);
		if (sim.n_calls < k)
			break;
		if (!str_starts(sim.tripped_on, "poke ") || !str_eq(str_base(sim.tripped_on), "reset_method") || is_tried)
			continue;
		is_tried = true;
		assert_int_equal(d.outcome, OUTCOME_ROLLED_BACK);
		assert_says(&d, "process 4242 (qemu-system-x86)", NULL);
		assert_true(sim_is_bound(&sim, NETWORK, "vfio-pci"));
	}
	assert_true(is_tried);
}

#define T(f) cmocka_unit_test(f)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    T(nobody_grabs_a_function_on_its_way_to_vfio),
	    T(a_probe_during_release_does_no_harm),
	    T(a_function_grabbed_during_unbind_is_not_called_unbound),
	    T(a_node_that_comes_late_is_waited_for),
	    T(a_node_that_never_comes_is_taken_back),
	    T(a_guest_that_starts_before_the_write_keeps_its_device),
	    T(a_guest_that_starts_during_the_first_move_is_seen_before_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
