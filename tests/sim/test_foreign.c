/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Somebody else was at work: stale plans, foreign changes, journals that cannot be believed. */
#include "verbs.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "sys/read_host.h"

static const struct request bind_gpu = {.verb = DO_BIND, .targets = GPU};
static const struct request recover = {.verb = DO_RECOVER};

/* A bind that died when the sound function was on vfio-pci and the display was not. */
static void crash_half_way(struct sim *sim)
{
	sim_host_clean(sim);
	for (int k = 1; !sim_is_bound(sim, SOUND, "vfio-pci"); k++) {
		sim_done(sim);
		sim_host_clean(sim);
		sim_arm(sim, SIM_DIE_AFTER, k);
		(void)outcome_of(sim, &bind_gpu);
		sim_revive(sim);
	}
	assert_true(sim_is_bound(sim, GPU, "bochs-drm"));
}

static void take_by_others(struct sim *sim, const char *name, const char *driver)
{
	const struct sim_function *f = sim_find_function(sim, name);
	char path[SYS_PATH];

	assert_int_equal(sim_poke(sim, sys_path(path, "sys/bus/pci/devices/%s/driver_override", name), driver), 0);
	if (f->driver)
		assert_int_equal(sim_poke(sim, sys_path(path, "sys/bus/pci/drivers/%s/unbind", f->driver->name), name), 0);
	assert_int_equal(sim_poke(sim, sys_path(path, "sys/bus/pci/drivers/%s/bind", driver), name), 0);
}

static void recover_overwrites_nothing_foreign(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};
	char *foreign;

	(void)state;
	crash_half_way(&sim);
	take_by_others(&sim, SOUND, "pci-stub");
	foreign = sim_snapshot(&sim);
	deed_do(&d, &sim, &recover);
	assert_int_equal(d.outcome, OUTCOME_NEEDS_RECOVER);
	assert_says(&d, SOUND " is pci-stub", "--abandon 1");
	assert_machine(&sim, foreign);
	assert_int_equal(sim_count_files(&sim, "run/passthru/journal"), 1);
	free(foreign);
}

/* A bind that died with all of it bound and the journal still open. */
static void crash_at_the_end(struct sim *sim)
{
	sim_host_clean(sim);
	for (int k = 1; !sim_is_bound(sim, GPU, "vfio-pci"); k++) {
		sim_done(sim);
		sim_host_clean(sim);
		sim_arm(sim, SIM_DIE_AFTER, k);
		(void)outcome_of(sim, &bind_gpu);
		sim_revive(sim);
	}
}

/* Going back would begin with the display: it must not, for the sound function is foreign. */
static void recover_looks_for_foreign_changes_before_the_first_write(void **state)
{
	cleanup_sim struct sim sim = {0};
	char *foreign;

	(void)state;
	crash_at_the_end(&sim);
	take_by_others(&sim, SOUND, "pci-stub");
	foreign = sim_snapshot(&sim);
	assert_int_equal(recover_all(&sim), OUTCOME_NEEDS_RECOVER);
	assert_machine(&sim, foreign);
	free(foreign);
}

static void recover_takes_nothing_from_a_guest_that_came_since(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};
	char *half_way;

	(void)state;
	crash_half_way(&sim);
	sim_open_node(&sim, SIM_GUEST_PID, "qemu-system-x86", "/dev/vfio/5");
	half_way = sim_snapshot(&sim);
	deed_do(&d, &sim, &recover);
	assert_int_equal(d.outcome, OUTCOME_NEEDS_RECOVER);
	assert_says(&d, "process 4242 (qemu-system-x86)", "shut the virtual machine down");
	assert_machine(&sim, half_way);
	sim_close_node(&sim, SIM_GUEST_PID);
	assert_int_equal(recover_all(&sim), OUTCOME_DONE);
	assert_true(sim_is_bound(&sim, SOUND, "snd_hda_intel"));
	free(half_way);
}

static void abandon_sets_the_journal_aside_and_touches_nothing(void **state)
{
	cleanup_sim struct sim sim = {0};
	char *foreign;

	(void)state;
	crash_half_way(&sim);
	take_by_others(&sim, SOUND, "pci-stub");
	foreign = sim_snapshot(&sim);
	assert_int_equal(outcome_of(&sim, &(struct request){.verb = DO_ABANDON, .id = 2}), OUTCOME_FAILED);
	assert_int_equal(outcome_of(&sim, &(struct request){.verb = DO_ABANDON, .id = 1}), OUTCOME_DONE);
	assert_machine(&sim, foreign);
	assert_int_equal(sim_count_files(&sim, "run/passthru/journal"), 0);
	assert_true(sim_exists(&sim, "run/passthru/history/1.json"));
	assert_int_equal(recover_all(&sim), OUTCOME_NOTHING);
	assert_int_equal(outcome_of(&sim, &bind_gpu), OUTCOME_DONE);
	free(foreign);
}

static void recover_goes_on_once_the_foreign_change_is_undone(void **state)
{
	cleanup_sim struct sim sim = {0}, fresh = {0};
	char *before;

	(void)state;
	sim_host_clean(&fresh);
	before = sim_snapshot(&fresh);
	crash_half_way(&sim);
	take_by_others(&sim, SOUND, "pci-stub");
	assert_int_equal(recover_all(&sim), OUTCOME_NEEDS_RECOVER);
	take_by_others(&sim, SOUND, "snd_hda_intel");
	assert_int_equal(recover_all(&sim), OUTCOME_DONE);
	assert_machine(&sim, before);
	free(before);
}

static void an_interrupted_change_blocks_its_functions_and_no_others(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};

	(void)state;
	crash_half_way(&sim);
	deed_do(&d, &sim, &bind_gpu);
	assert_int_equal(d.outcome, OUTCOME_NEEDS_RECOVER);
	assert_says(&d, "change 1", "passthru recover");
	assert_int_equal(bind_card(&sim, NVME), OUTCOME_DONE);
}

/* All of it is bound, only the record is missing: release must point to recover. */
static void release_of_an_interrupted_bind_points_to_recover(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};

	(void)state;
	crash_at_the_end(&sim);
	deed_do(&d, &sim, &(struct request){.verb = DO_RELEASE, .targets = GPU});
	assert_int_not_equal(d.outcome, OUTCOME_DONE);
	assert_says(&d, "interrupted", "recover");
}

static void a_function_gone_before_recover_is_a_final_answer(void **state)
{
	cleanup_sim struct sim sim = {0}, fresh = {0};
	char *before;

	(void)state;
	sim_host_clean(&fresh);
	sim_unplug(&fresh, SOUND);
	before = sim_snapshot(&fresh);
	crash_half_way(&sim);
	sim_unplug(&sim, SOUND);
	assert_int_equal(recover_all(&sim), OUTCOME_DONE);
	assert_machine(&sim, before);
	assert_int_equal(sim_count_files(&sim, "run/passthru/journal"), 0);
	free(before);
}

static void the_whole_card_gone_before_recover_is_a_final_answer(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	crash_half_way(&sim);
	sim_unplug(&sim, SOUND);
	sim_unplug(&sim, GPU);
	assert_int_equal(recover_all(&sim), OUTCOME_DONE);
	assert_int_equal(sim_count_files(&sim, "run/passthru/journal"), 0);
}

static void release_of_a_card_that_was_pulled_out_closes_the_record(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_clean(&sim);
	assert_int_equal(outcome_of(&sim, &bind_gpu), OUTCOME_DONE);
	sim_unplug(&sim, SOUND);
	sim_unplug(&sim, GPU);
	assert_in_range(release_card(&sim, GPU), OUTCOME_DONE, OUTCOME_NOTHING);
	assert_int_equal(sim_count_files(&sim, "run/passthru/held"), 0);
}

static void release_refuses_what_somebody_else_has_bound_since(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};
	char *foreign;

	(void)state;
	sim_host_clean(&sim);
	assert_int_equal(outcome_of(&sim, &bind_gpu), OUTCOME_DONE);
	take_by_others(&sim, SOUND, "pci-stub");
	foreign = sim_snapshot(&sim);
	deed_do(&d, &sim, &(struct request){.verb = DO_RELEASE, .targets = GPU});
	assert_int_equal(d.outcome, OUTCOME_FAILED);
	assert_says(&d, "pci-stub", "--driver");
	assert_machine(&sim, foreign);
	free(foreign);
}

/* ---- stale plans ---- */

static enum apply_result apply_stale(struct sim *sim, struct deed *d, void (*meanwhile)(struct sim *sim))
{
	struct journal j = {.id = 1, .boot_id = "b", .verb = "bind", .wish = "bind", .is_held = true};

	deed_do(d, sim, &(struct request){.verb = DO_BIND, .targets = GPU, .is_dry_run = true});
	assert_int_equal(d->outcome, OUTCOME_DONE);
	assert_int_equal(journal_init(&sim->sys, &d->e), 0);
	j.plan = d->change.plan;
	meanwhile(sim);
	return apply_journal(&sim->sys, &d->mem, &j, NULL, NULL, &d->e);
}

static void change_driver(struct sim *sim)
{
	take_by_others(sim, SOUND, "pci-stub");
}

static void change_identity(struct sim *sim)
{
	sim_unplug(sim, GPU);
	(void)sim_add_function(sim, GPU, 0x030000, "10de:2204", 5, "bochs-drm", "0000:00:01.0");
}

static void unplug_sound(struct sim *sim)
{
	sim_unplug(sim, SOUND);
}

static void load_vfio(struct sim *sim)
{
	assert_int_equal(sim_load(sim, "vfio"), 0);
}

static void check_stale(void (*meanwhile)(struct sim *sim), const char *sentence)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};

	sim_host_clean(&sim);
	assert_int_equal(apply_stale(&sim, &d, meanwhile), APPLY_UNCHANGED);
	assert_says(&d, sentence, NULL);
	assert_true(sim_is_bound(&sim, GPU, "bochs-drm"));
	assert_int_equal(sim_count_files(&sim, "run/passthru/journal"), 0);
}

static void a_stale_plan_is_refused_before_the_first_write(void **state)
{
	(void)state;
	check_stale(change_driver, SOUND " is pci-stub");
	check_stale(change_identity, "10de:2204");
	check_stale(unplug_sound, SOUND " is gone");
	check_stale(load_vfio, "vfio is loaded now");
}

static bool was_in_the_middle; /* a hook has no data of its own */

static void change_driver_in_the_middle(struct sim *sim)
{
	was_in_the_middle = sim_count_files(sim, "run/passthru/journal") > 0;
	change_driver(sim);
}

/* What the plan saw may be changed until it is on record; from then on nothing foreign is overwritten. Not so
 * yet: after check_fresh, move_set starts from whatever it finds (apply/apply.c, run_step). */
static void a_driver_changed_at_any_call_is_never_overwritten(void **state)
{
	int points = 0, overwritten = 0;

	(void)state;
	for (int k = 1;; k++) {
		cleanup_sim struct sim sim = {0};
		cleanup_deed struct deed d = {0};

		sim_host_clean(&sim);
		sim.hook = change_driver_in_the_middle;
		sim_arm(&sim, SIM_HOOK, k);
		deed_do(&d, &sim, &bind_gpu);
		if (!sim.is_tripped)
			break;
		points++;
		/* The display is not left half-way unless a journal says so. */
		if (sim_count_files(&sim, "run/passthru/journal") == 0)
			assert_true(sim_is_bound(&sim, GPU, d.outcome == OUTCOME_DONE ? "vfio-pci" : "bochs-drm"));
		else
			assert_int_equal(d.outcome, OUTCOME_NEEDS_RECOVER);
		assert_int_equal(sim_count_locks(&sim), 0);
		if (was_in_the_middle && !sim_is_bound(&sim, SOUND, "pci-stub")) {
			print_message("    overwritten when changed at call %d (%s): %s, %s\n", k, sim.tripped_on,
			    outcome_name(d.outcome), d.e.what);
			overwritten++;
		}
	}
	print_message("a driver changed at any call: %d points\n", points);
	assert_int_equal(overwritten, 0);
}

/* ---- records that cannot be believed ---- */

static void a_record_that_is_not_ours_alone_is_not_believed(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};
	char *half_way;

	(void)state;
	crash_half_way(&sim);
	tree_find(&sim.tree, "run/passthru/journal/1.json")->is_foreign = true;
	half_way = sim_snapshot(&sim);
	deed_do(&d, &sim, &recover);
	assert_int_equal(d.outcome, OUTCOME_NEEDS_RECOVER);
	assert_says(&d, "/run/passthru/journal/1.json", NULL);
	assert_machine(&sim, half_way);
	free(half_way);
}

static void a_torn_record_is_named_with_the_way_out(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};

	(void)state;
	crash_half_way(&sim);
	tree_file(&sim.tree, "run/passthru/journal/1.json", "{\"version\":1,\"id\":1,");
	deed_do(&d, &sim, &recover);
	assert_int_equal(d.outcome, OUTCOME_NEEDS_RECOVER);
	assert_says(&d, "/run/passthru/journal/1.json", "--abandon 1");
	assert_int_equal(outcome_of(&sim, &(struct request){.verb = DO_ABANDON, .id = 1}), OUTCOME_DONE);
	assert_int_equal(recover_all(&sim), OUTCOME_NOTHING);
}

/* As apply/journal.h says of journal_read. */
static void a_record_of_another_boot_is_not_carried_out(void **state)
{
	cleanup_sim struct sim sim = {0};
	char *half_way;

	(void)state;
	crash_half_way(&sim);
	tree_file(&sim.tree, "proc/sys/kernel/random/boot_id", "ffffffff-0000-4000-8000-000000000002\n");
	half_way = sim_snapshot(&sim);
	assert_int_equal(recover_all(&sim), OUTCOME_NEEDS_RECOVER);
	assert_machine(&sim, half_way);
	free(half_way);
}

#define T(f) cmocka_unit_test(f)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    T(recover_overwrites_nothing_foreign),
	    T(recover_looks_for_foreign_changes_before_the_first_write),
	    T(recover_takes_nothing_from_a_guest_that_came_since),
	    T(abandon_sets_the_journal_aside_and_touches_nothing),
	    T(recover_goes_on_once_the_foreign_change_is_undone),
	    T(an_interrupted_change_blocks_its_functions_and_no_others),
	    T(release_of_an_interrupted_bind_points_to_recover),
	    T(a_function_gone_before_recover_is_a_final_answer),
	    T(the_whole_card_gone_before_recover_is_a_final_answer),
	    T(release_of_a_card_that_was_pulled_out_closes_the_record),
	    T(release_refuses_what_somebody_else_has_bound_since),
	    T(a_stale_plan_is_refused_before_the_first_write),
	    T(a_driver_changed_at_any_call_is_never_overwritten),
	    T(a_record_that_is_not_ours_alone_is_not_believed),
	    T(a_torn_record_is_named_with_the_way_out),
	    T(a_record_of_another_boot_is_not_carried_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
