/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each verb does when all goes well, and what it refuses. Names are claims. */
#include "verbs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

static const struct request bind_gpu = {.verb = DO_BIND, .targets = GPU};
static const struct request release_gpu = {.verb = DO_RELEASE, .targets = GPU};
static const struct request with_gpu = {.verb = DO_WITH, .targets = GPU};

static void assert_override(struct sim *sim, const char *name, const char *want)
{
	assert_string_equal(sim_find_function(sim, name)->driver_override, want);
}

static void assert_records(struct sim *sim, size_t open, size_t held, size_t over)
{
	assert_int_equal(sim_count_files(sim, "run/passthru/journal"), open);
	assert_int_equal(sim_count_files(sim, "run/passthru/held"), held);
	assert_int_equal(sim_count_files(sim, "run/passthru/history"), over);
	assert_int_equal(sim_count_locks(sim), 0);
}

/* ---- when all goes well ---- */

static void bind_takes_the_card_whole(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_clean(&sim);
	assert_int_equal(outcome_of(&sim, &bind_gpu), OUTCOME_DONE);
	assert_true(sim_is_bound(&sim, GPU, "vfio-pci"));
	assert_true(sim_is_bound(&sim, SOUND, "vfio-pci"));
	assert_override(&sim, GPU, "vfio-pci");
	assert_override(&sim, SOUND, "vfio-pci");
	assert_true(sim_is_bound(&sim, NETWORK, "e1000e"));
	assert_true(sim_is_bound(&sim, "0000:00:01.0", "pcieport"));
	assert_true(sim_exists(&sim, "dev/vfio/5"));
	assert_false(sim_exists(&sim, "dev/vfio/6"));
	assert_true(sim_is_loaded(&sim, "vfio_pci"));
	assert_true(sim_is_loaded(&sim, "vfio_iommu_type1"));
	assert_records(&sim, 0, 1, 0);
	assert_true(sim_exists(&sim, "run/passthru/held/1.json"));
}

static void release_undoes_bind_to_the_last_byte(void **state)
{
	cleanup_sim struct sim sim = {0};
	char *before;

	(void)state;
	sim_host_clean(&sim);
	before = sim_snapshot(&sim);
	assert_int_equal(outcome_of(&sim, &bind_gpu), OUTCOME_DONE);
	assert_int_equal(outcome_of(&sim, &release_gpu), OUTCOME_DONE);
	assert_machine(&sim, before);
	assert_records(&sim, 0, 0, 2);
	free(before);
}

static void release_by_a_companion_gives_the_whole_card_back(void **state)
{
	cleanup_sim struct sim sim = {0};
	char *before;

	(void)state;
	sim_host_clean(&sim);
	before = sim_snapshot(&sim);
	assert_int_equal(outcome_of(&sim, &bind_gpu), OUTCOME_DONE);
	assert_int_equal(release_card(&sim, SOUND), OUTCOME_DONE);
	assert_machine(&sim, before);
	free(before);
}

static void an_override_that_was_there_comes_back(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_clean(&sim);
	assert_int_equal(sim_poke(&sim, "sys/bus/pci/devices/" SOUND "/driver_override", "snd_hda_intel"), 0);
	assert_int_equal(outcome_of(&sim, &bind_gpu), OUTCOME_DONE);
	assert_override(&sim, SOUND, "vfio-pci");
	assert_int_equal(outcome_of(&sim, &release_gpu), OUTCOME_DONE);
	assert_override(&sim, SOUND, "snd_hda_intel");
	assert_override(&sim, GPU, "");
	assert_true(sim_is_bound(&sim, SOUND, "snd_hda_intel"));
}

static void bind_parks_the_stranger_without_a_driver(void **state)
{
	cleanup_sim struct sim sim = {0};
	char *before;

	(void)state;
	sim_host_strangers(&sim);
	before = sim_snapshot(&sim);
	assert_int_equal(
	    outcome_of(&sim, &(struct request){.verb = DO_BIND, .targets = GPU, .allow = "stranger:" NETWORK}), OUTCOME_DONE);
	assert_true(sim_is_bound(&sim, GPU, "vfio-pci"));
	assert_true(sim_is_bound(&sim, SOUND, "vfio-pci"));
	assert_true(sim_is_bound(&sim, NETWORK, NULL));
	assert_override(&sim, NETWORK, "none");
	assert_true(sim_is_bound(&sim, "0000:00:01.0", "pcieport"));
	assert_records(&sim, 0, 1, 0);
	assert_int_equal(outcome_of(&sim, &release_gpu), OUTCOME_DONE);
	assert_machine(&sim, before);
	free(before);
}

static void bind_refuses_strangers_and_says_how_to_park_them(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};
	char *before;

	(void)state;
	sim_host_strangers(&sim);
	before = sim_snapshot(&sim);
	deed_do(&d, &sim, &bind_gpu);
	assert_int_equal(d.outcome, OUTCOME_FAILED);
	assert_says(&d, NETWORK " (e1000e)", "--allow=stranger:" NETWORK);
	assert_machine(&sim, before);
	free(before);
}

static void bind_to_another_driver_leaves_no_record_in_force(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_clean(&sim);
	assert_int_equal(
	    outcome_of(&sim, &(struct request){.verb = DO_BIND, .targets = SOUND, .driver = "pci-stub"}), OUTCOME_DONE);
	assert_true(sim_is_bound(&sim, SOUND, "pci-stub"));
	assert_override(&sim, SOUND, "pci-stub");
	assert_true(sim_is_bound(&sim, GPU, "bochs-drm"));
	assert_false(sim_is_loaded(&sim, "vfio_pci"));
	assert_records(&sim, 0, 0, 1);
	assert_int_equal(outcome_of(&sim, &(struct request){.verb = DO_BIND, .targets = SOUND, .driver = "snd_hda_intel"}),
	    OUTCOME_DONE);
	assert_true(sim_is_bound(&sim, SOUND, "snd_hda_intel"));
	assert_override(&sim, SOUND, "");
}

static void unbind_takes_exactly_the_function_named(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_clean(&sim);
	assert_int_equal(
	    outcome_of(&sim, &(struct request){.verb = DO_UNBIND, .targets = SOUND}), OUTCOME_DONE);
	assert_true(sim_is_bound(&sim, SOUND, NULL));
	assert_override(&sim, SOUND, "");
	assert_true(sim_is_bound(&sim, GPU, "bochs-drm"));
	assert_records(&sim, 0, 0, 1);
}

static void two_cards_are_taken_in_one_change(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_clean(&sim);
	assert_int_equal(bind_card(&sim, GPU " " NVME), OUTCOME_DONE);
	assert_true(sim_is_bound(&sim, NVME, "vfio-pci"));
	assert_true(sim_exists(&sim, "dev/vfio/5") && sim_exists(&sim, "dev/vfio/7"));
	assert_records(&sim, 0, 1, 0);
}

static void modules_stay_while_another_card_needs_them(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_clean(&sim);
	assert_int_equal(bind_card(&sim, GPU), OUTCOME_DONE);
	assert_int_equal(bind_card(&sim, NVME), OUTCOME_DONE);
	assert_int_equal(release_card(&sim, GPU), OUTCOME_DONE);
	assert_true(sim_is_loaded(&sim, "vfio_pci"));
	assert_true(sim_is_bound(&sim, NVME, "vfio-pci"));
	assert_int_equal(release_card(&sim, NVME), OUTCOME_DONE);
	assert_true(sim_is_bound(&sim, NVME, "nvme"));
	assert_records(&sim, 0, 0, 4);
}

/* The modules' state is the host's, not the old record's, or the plan would be stale for ever. */
static void release_works_after_vfio_was_unloaded_by_hand(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};

	(void)state;
	sim_host_clean(&sim);
	assert_int_equal(bind_card(&sim, GPU), OUTCOME_DONE);
	assert_int_equal(sim_unload(&sim, "vfio_iommu_type1"), 0);
	deed_do(&d, &sim, &release_gpu);
	if (d.outcome != OUTCOME_DONE)
		print_message("release: %s\n", d.e.what);
	assert_int_equal(d.outcome, OUTCOME_DONE);
	assert_true(sim_is_bound(&sim, GPU, "bochs-drm"));
}

/* rmmod of an idle vfio-pci unbinds all it drives; the override stays. */
static void release_works_after_vfio_pci_was_unloaded_by_hand(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};

	(void)state;
	sim_host_clean(&sim);
	assert_int_equal(bind_card(&sim, GPU), OUTCOME_DONE);
	assert_int_equal(sim_unload(&sim, "vfio_pci"), 0);
	assert_true(sim_is_bound(&sim, GPU, NULL));
	deed_do(&d, &sim, &release_gpu);
	if (d.outcome != OUTCOME_DONE)
		print_message("release: %s\n", d.e.what);
	assert_int_equal(d.outcome, OUTCOME_DONE);
	assert_true(sim_is_bound(&sim, GPU, "bochs-drm"));
}

static void release_loads_the_native_driver_again(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_clean(&sim);
	assert_int_equal(bind_card(&sim, GPU), OUTCOME_DONE);
	assert_int_equal(sim_unload(&sim, "snd_hda_intel"), 0);
	assert_int_equal(release_card(&sim, GPU), OUTCOME_DONE);
	assert_true(sim_is_bound(&sim, SOUND, "snd_hda_intel"));
}

static enum phase phase_of(struct sim *sim, unsigned id, enum folder folder)
{
	cleanup_arena struct arena mem = {0};
	struct journal *records;
	struct err e = {0};
	size_t n;

	assert_int_equal(journal_read(&sim->sys, &mem, folder, &records, &n, &e), 0);
	for (size_t i = 0; i < n; i++)
		if (records[i].id == id)
			return records[i].phase;
	fail_msg("there is no record %u", id);
	return PHASES;
}

static void records_say_how_it_ended(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_clean(&sim);
	assert_int_equal(outcome_of(&sim, &bind_gpu), OUTCOME_DONE);
	assert_int_equal(phase_of(&sim, 1, FOLDER_HELD), PHASE_DONE);
	assert_int_equal(outcome_of(&sim, &release_gpu), OUTCOME_DONE);
	assert_int_equal(phase_of(&sim, 2, FOLDER_HISTORY), PHASE_DONE);
	sim_find_driver(&sim, "vfio-pci")->probe_code = -EINVAL;
	assert_int_equal(outcome_of(&sim, &bind_gpu), OUTCOME_ROLLED_BACK);
	assert_int_equal(phase_of(&sim, 3, FOLDER_HISTORY), PHASE_ROLLED_BACK);
}

/* ---- nothing to do ---- */

static void bind_of_what_is_bound_does_nothing(void **state)
{
	cleanup_sim struct sim sim = {0};
	char *after;

	(void)state;
	sim_host_clean(&sim);
	assert_int_equal(outcome_of(&sim, &bind_gpu), OUTCOME_DONE);
	after = sim_snapshot(&sim);
	assert_int_equal(outcome_of(&sim, &bind_gpu), OUTCOME_NOTHING);
	assert_int_equal(bind_card(&sim, SOUND), OUTCOME_NOTHING);
	assert_machine(&sim, after);
	assert_records(&sim, 0, 1, 0);
	free(after);
}

static void recover_without_a_crash_does_nothing(void **state)
{
	cleanup_sim struct sim sim = {0};
	char *after;

	(void)state;
	sim_host_clean(&sim);
	assert_int_equal(recover_all(&sim), OUTCOME_NOTHING);
	assert_int_equal(outcome_of(&sim, &bind_gpu), OUTCOME_DONE);
	after = sim_snapshot(&sim);
	assert_int_equal(recover_all(&sim), OUTCOME_NOTHING);
	assert_machine(&sim, after);
	free(after);
}

static void check_dry(struct request q, enum outcome want, bool is_bound_before)
{
	cleanup_sim struct sim sim = {0};
	char *before;

	sim_host_strangers(&sim);
	if (is_bound_before)
		assert_int_equal(
		    outcome_of(&sim, &(struct request){.verb = DO_BIND, .targets = GPU, .allow = "stranger"}), OUTCOME_DONE);
	before = sim_snapshot(&sim);
	q.is_dry_run = true;
	sim_arm(&sim, SIM_NEVER, 0);
	assert_int_equal(outcome_of(&sim, &q), want);
	assert_int_equal(sim.n_writes, 0);
	assert_int_equal(sim_count_locks(&sim), 0);
	assert_machine(&sim, before);
	free(before);
}

static void dry_runs_write_nothing(void **state)
{
	(void)state;
	check_dry((struct request){.verb = DO_BIND, .targets = GPU, .allow = "stranger:" NETWORK}, OUTCOME_DONE, false);
	check_dry((struct request){.verb = DO_BIND, .targets = GPU}, OUTCOME_FAILED, false);
	check_dry((struct request){.verb = DO_BIND, .targets = GPU}, OUTCOME_FAILED, true);
	check_dry((struct request){.verb = DO_BIND, .targets = GPU, .allow = "stranger"}, OUTCOME_NOTHING, true);
	check_dry((struct request){.verb = DO_UNBIND, .targets = GPU}, OUTCOME_DONE, false);
	check_dry((struct request){.verb = DO_BIND, .targets = SOUND, .driver = "pci-stub"}, OUTCOME_DONE, false);
	check_dry((struct request){.verb = DO_RELEASE, .targets = GPU}, OUTCOME_DONE, true);
	check_dry((struct request){.verb = DO_RELEASE, .targets = GPU}, OUTCOME_FAILED, false);
	check_dry((struct request){.verb = DO_WITH, .targets = GPU, .allow = "stranger"}, OUTCOME_DONE, false);
}

/* ---- refusals ---- */

static void a_guest_keeps_its_device(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_clean(&sim);
	assert_int_equal(outcome_of(&sim, &bind_gpu), OUTCOME_DONE);
	sim_open_node(&sim, SIM_GUEST_PID, "qemu-system-x86", "/dev/vfio/5");
	assert_refused(&sim, &release_gpu, "process 4242 (qemu-system-x86)", "shut the virtual machine down");
	assert_refused(&sim, &(struct request){.verb = DO_UNBIND, .targets = GPU},
	    "process 4242 (qemu-system-x86)", NULL);
	assert_refused(&sim, &(struct request){.verb = DO_BIND, .targets = GPU, .driver = "bochs-drm"},
	    "process 4242 (qemu-system-x86)", NULL);
	sim_close_node(&sim, SIM_GUEST_PID);
	assert_int_equal(outcome_of(&sim, &release_gpu), OUTCOME_DONE);
}

/* Could not be measured is not "no": whatever read fails, nothing is taken from a guest. */
static void a_guest_keeps_its_device_whatever_read_fails(void **state)
{
	int taken = 0;

	(void)state;
	for (int k = 1;; k++) {
		cleanup_sim struct sim sim = {0};

		sim_host_clean(&sim);
		assert_int_equal(outcome_of(&sim, &bind_gpu), OUTCOME_DONE);
		sim_open_node(&sim, SIM_GUEST_PID, "qemu-system-x86", "/dev/vfio/5");
		sim_arm(&sim, SIM_FAIL, k);
		(void)outcome_of(&sim, &release_gpu);
		if (sim.n_calls < k)
			break;
		if (sim_find_function(&sim, GPU)->is_stuck || !sim_is_bound(&sim, GPU, "vfio-pci")) {
			print_message("    taken when %s fails\n", sim.tripped_on);
			taken++;
		}
	}
	assert_int_equal(taken, 0);
}

/* A stranger on vfio-pci, which --allow parks, may be a running guest's. */
static void a_parked_stranger_is_not_taken_from_a_guest(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};

	(void)state;
	sim_host_strangers(&sim);
	assert_int_equal(
	    outcome_of(&sim, &(struct request){.verb = DO_BIND, .targets = NETWORK, .driver = "vfio-pci"}), OUTCOME_DONE);
	sim_open_node(&sim, SIM_GUEST_PID, "qemu-system-x86", "/dev/vfio/5");
	deed_do(&d, &sim, &(struct request){.verb = DO_BIND, .targets = GPU, .allow = "stranger"});
	assert_int_equal(d.outcome, OUTCOME_FAILED);
	assert_true(sim_is_bound(&sim, NETWORK, "vfio-pci"));
	assert_false(sim_find_function(&sim, NETWORK)->is_stuck);
	assert_says(&d, "process 4242", NULL);
}

static void release_of_what_was_not_taken_says_so(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_clean(&sim);
	assert_refused(&sim, &release_gpu, "passthru did not take " GPU "; it is with bochs-drm", "--driver");
	assert_refused(&sim, &(struct request){.verb = DO_RELEASE, .targets = "0000:09:00.0"}, "no PCI function", "list");
}

static void an_unknown_driver_changes_nothing(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_clean(&sim);
	assert_refused(&sim, &(struct request){.verb = DO_BIND, .targets = SOUND, .driver = "no-such"},
	    "no driver called no-such", "snd_hda_intel");
	assert_records(&sim, 0, 0, 0);
}

static void a_function_that_is_not_there_is_refused(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_clean(&sim);
	assert_refused(&sim, &(struct request){.verb = DO_BIND, .targets = "0000:09:00.0"}, "no PCI function", "list");
}

static void bridges_stay(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_clean(&sim);
	assert_refused(&sim, &(struct request){.verb = DO_BIND, .targets = "0000:00:01.0"}, "bridge", NULL);
	assert_refused(&sim, &(struct request){.verb = DO_UNBIND, .targets = "0000:00:01.0"}, "bridge", NULL);
}

static void a_missing_module_is_named_and_nothing_changes(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_clean(&sim);
	sim_find_module(&sim, "vfio_iommu_type1")->name[0] = 'x';
	assert_refused(&sim, &bind_gpu, "module vfio_iommu_type1 is not there", "reboot");
	assert_false(sim_is_loaded(&sim, "vfio_pci"));
}

static void a_driver_that_refuses_the_function_is_rolled_back(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};
	char *before;

	(void)state;
	sim_host_clean(&sim);
	sim_find_driver(&sim, "vfio-pci")->probe_code = -EINVAL; /* a denylisted device */
	before = sim_snapshot(&sim);
	deed_do(&d, &sim, &bind_gpu);
	assert_int_equal(d.outcome, OUTCOME_ROLLED_BACK);
	assert_says(&d, "Invalid argument", NULL);
	assert_machine(&sim, before);
	assert_records(&sim, 0, 0, 1);
	free(before);
}

static void a_native_driver_that_refuses_to_come_back_needs_recover(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};
	char *before;

	(void)state;
	sim_host_clean(&sim);
	before = sim_snapshot(&sim);
	sim_find_driver(&sim, "vfio-pci")->probe_code = -EINVAL;
	sim_find_driver(&sim, "snd_hda_intel")->probe_code = -EIO;
	deed_do(&d, &sim, &bind_gpu);
	assert_int_equal(d.outcome, OUTCOME_NEEDS_RECOVER);
	assert_says(&d, "going back failed", NULL);
	sim_find_driver(&sim, "snd_hda_intel")->probe_code = 0;
	assert_int_equal(recover_all(&sim), OUTCOME_DONE);
	assert_machine(&sim, before);
	free(before);
}

/* ---- a second writer ---- */

static void a_second_writer_waits_and_then_names_the_first(void **state)
{
	cleanup_sim struct sim sim = {0};
	int64_t start;

	(void)state;
	sim_host_clean(&sim);
	assert_int_equal(recover_all(&sim), OUTCOME_NOTHING); /* makes the folders */
	sim_lock_by_others(&sim, "run/passthru/lock", "77 (passthru bind 02:00.0)");
	start = sim.time_ms;
	assert_refused(&sim, &bind_gpu, "process 77 (passthru bind 02:00.0)", "try again");
	assert_in_range(sim.time_ms - start, 30000, 120000);
	assert_refused(&sim, &release_gpu, "process 77", NULL);
	assert_refused(&sim, &with_gpu, "process 77", NULL);
	sim_unlock_by_others(&sim);
	assert_int_equal(outcome_of(&sim, &bind_gpu), OUTCOME_DONE);
}

static void let_the_other_finish(struct sim *sim)
{
	sim_unlock_by_others(sim);
}

static void a_second_writer_goes_on_when_the_first_is_done(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_clean(&sim);
	assert_int_equal(recover_all(&sim), OUTCOME_NOTHING);
	sim_lock_by_others(&sim, "run/passthru/lock", "77 (passthru bind 02:00.0)");
	sim.hook = let_the_other_finish;
	sim_arm(&sim, SIM_HOOK, 200);
	assert_int_equal(outcome_of(&sim, &bind_gpu), OUTCOME_DONE);
	assert_true(sim.is_tripped);
}

static void a_leased_function_is_refused_by_its_holders_name(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_clean(&sim);
	assert_int_equal(recover_all(&sim), OUTCOME_NOTHING);
	sim_lock_by_others(&sim, "run/passthru/lease/" SOUND, "78 (passthru with 01:00.0)");
	assert_refused(&sim, &bind_gpu, SOUND " is in use by process 78 (passthru with 01:00.0)", "given back");
	assert_int_equal(bind_card(&sim, NVME), OUTCOME_DONE);
}

/* What assert_refused says of locks does not hold here: `with` has its leases. So it is done by hand. */
static int try_to_release(struct sim *sim)
{
	cleanup_deed struct deed d = {0};

	deed_do(&d, sim, &release_gpu);
	assert_int_equal(d.outcome, OUTCOME_FAILED);
	assert_says(&d, "in use by process 1000", "given back when that process ends");
	assert_true(sim_is_bound(sim, GPU, "vfio-pci"));
	return 7;
}

static void with_keeps_its_devices_while_the_command_runs(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};

	(void)state;
	sim_host_clean(&sim);
	sim.on_run = try_to_release;
	deed_do(&d, &sim, &with_gpu);
	assert_int_equal(d.outcome, OUTCOME_DONE);
	assert_int_equal(d.status, 7);
	assert_true(sim_is_bound(&sim, GPU, "bochs-drm"));
	assert_records(&sim, 0, 0, 2);
}

/* ---- with ---- */

static int daemonize(struct sim *sim)
{
	sim_open_node(sim, SIM_GUEST_PID, "qemu-system-x86", "/dev/vfio/5");
	return 0;
}

static void with_waits_for_a_guest_in_the_background(void **state)
{
	cleanup_sim struct sim sim = {0};
	char *before;
	int64_t start;

	(void)state;
	sim_host_clean(&sim);
	before = sim_snapshot(&sim);
	start = sim.time_ms;
	sim.on_run = daemonize;
	sim.lingers = 5;
	assert_int_equal(outcome_of(&sim, &with_gpu), OUTCOME_DONE);
	assert_int_equal(sim.lingers, 0);
	assert_true(sim.time_ms - start >= 5000);
	assert_machine(&sim, before);
	free(before);
}

static void with_leaves_alone_what_was_bound_before(void **state)
{
	cleanup_sim struct sim sim = {0};
	char *before;

	(void)state;
	sim_host_clean(&sim);
	assert_int_equal(outcome_of(&sim, &bind_gpu), OUTCOME_DONE);
	before = sim_snapshot(&sim);
	assert_int_equal(outcome_of(&sim, &with_gpu), OUTCOME_DONE);
	assert_machine(&sim, before);
	free(before);
}

static void with_is_not_misled_by_a_broken_record_that_is_over(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};
	char *before;

	(void)state;
	sim_host_clean(&sim);
	before = sim_snapshot(&sim);
	assert_int_equal(bind_card(&sim, GPU), OUTCOME_DONE);
	assert_int_equal(release_card(&sim, GPU), OUTCOME_DONE);
	tree_file(&sim.tree, "run/passthru/history/1.json", "{torn");
	deed_do(&d, &sim, &with_gpu);
	assert_int_equal(d.outcome, OUTCOME_DONE);
	assert_int_equal(d.e.code, 0);
	assert_machine(&sim, before);
	free(before);
}

/* KF-16: "bus" stands in the list of a multi-function card and cannot be written back. */
static void a_reset_list_with_bus_does_not_hold_the_card(void **state)
{
	cleanup_sim struct sim sim = {0};
	struct sim_function *gpu;

	(void)state;
	sim_host_clean(&sim);
	gpu = sim_find_function(&sim, GPU);
	(void)snprintf(gpu->reset_method, sizeof(gpu->reset_method), "flr pm bus");
	tree_file(&sim.tree, "sys/devices/pci0000:00/0000:00:01.0/" GPU "/reset_method", "flr pm bus\n");
	assert_int_equal(
	    outcome_of(&sim, &(struct request){.verb = DO_BIND, .targets = GPU, .reset_method = "pm"}), OUTCOME_DONE);
	assert_string_equal(gpu->reset_method, "pm");
	assert_int_equal(release_card(&sim, GPU), OUTCOME_DONE);
	assert_string_equal(gpu->reset_method, "flr pm");
}

static void with_a_missing_command_changes_nothing(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};
	char *before;

	(void)state;
	sim_host_clean(&sim);
	before = sim_snapshot(&sim);
	sim_arm(&sim, SIM_NEVER, 0);
	deed_do(&d, &sim, &(struct request){.verb = DO_WITH, .targets = GPU, .command = "missing"});
	assert_int_equal(d.outcome, OUTCOME_FAILED);
	assert_int_equal(d.status, 127);
	assert_int_equal(sim.n_writes, 0);
	assert_machine(&sim, before);
	free(before);
}

static int die(struct sim *sim)
{
	sim->is_dead = true;
	return 0;
}

static void a_dead_with_is_given_back_by_recover(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};
	char *before;

	(void)state;
	sim_host_clean(&sim);
	before = sim_snapshot(&sim);
	sim.on_run = die;
	(void)outcome_of(&sim, &with_gpu);
	sim_revive(&sim);
	assert_true(sim_is_bound(&sim, GPU, "vfio-pci"));
	deed_do(&d, &sim, &(struct request){.verb = DO_RECOVER});
	assert_int_equal(d.outcome, OUTCOME_DONE);
	assert_int_equal(d.n_recoveries, 1);
	assert_int_equal(d.recoveries[0].outcome, OUTCOME_ROLLED_BACK);
	assert_machine(&sim, before);
	free(before);
}

/* Another process has the pid by now, with another start time. */
static void a_successor_of_the_pid_is_not_taken_for_the_owner(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_clean(&sim);
	sim.on_run = die;
	(void)outcome_of(&sim, &with_gpu);
	sim_revive(&sim);
	sim_open_node(&sim, SIM_PID, "sshd", "/dev/null");
	assert_int_equal(recover_all(&sim), OUTCOME_DONE);
	assert_true(sim_is_bound(&sim, GPU, "bochs-drm"));
}

static int recover_beside(struct sim *sim)
{
	assert_int_equal(recover_all(sim), OUTCOME_NOTHING);
	assert_true(sim_is_bound(sim, GPU, "vfio-pci"));
	return 0;
}

static void recover_leaves_a_running_with_alone(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_clean(&sim);
	sim.on_run = recover_beside;
	assert_int_equal(outcome_of(&sim, &with_gpu), OUTCOME_DONE);
}

#define T(f) cmocka_unit_test(f)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    T(bind_takes_the_card_whole),
	    T(release_undoes_bind_to_the_last_byte),
	    T(release_by_a_companion_gives_the_whole_card_back),
	    T(an_override_that_was_there_comes_back),
	    T(bind_parks_the_stranger_without_a_driver),
	    T(bind_refuses_strangers_and_says_how_to_park_them),
	    T(bind_to_another_driver_leaves_no_record_in_force),
	    T(unbind_takes_exactly_the_function_named),
	    T(two_cards_are_taken_in_one_change),
	    T(modules_stay_while_another_card_needs_them),
	    T(release_works_after_vfio_was_unloaded_by_hand),
	    T(release_works_after_vfio_pci_was_unloaded_by_hand),
	    T(release_loads_the_native_driver_again),
	    T(records_say_how_it_ended),
	    T(bind_of_what_is_bound_does_nothing),
	    T(recover_without_a_crash_does_nothing),
	    T(dry_runs_write_nothing),
	    T(a_guest_keeps_its_device),
	    T(a_guest_keeps_its_device_whatever_read_fails),
	    T(a_parked_stranger_is_not_taken_from_a_guest),
	    T(release_of_what_was_not_taken_says_so),
	    T(an_unknown_driver_changes_nothing),
	    T(a_function_that_is_not_there_is_refused),
	    T(bridges_stay),
	    T(a_missing_module_is_named_and_nothing_changes),
	    T(a_driver_that_refuses_the_function_is_rolled_back),
	    T(a_native_driver_that_refuses_to_come_back_needs_recover),
	    T(a_second_writer_waits_and_then_names_the_first),
	    T(a_second_writer_goes_on_when_the_first_is_done),
	    T(a_leased_function_is_refused_by_its_holders_name),
	    T(with_keeps_its_devices_while_the_command_runs),
	    T(with_waits_for_a_guest_in_the_background),
	    T(with_leaves_alone_what_was_bound_before),
	    T(with_is_not_misled_by_a_broken_record_that_is_over),
	    T(a_reset_list_with_bus_does_not_hold_the_card),
	    T(with_a_missing_command_changes_nothing),
	    T(a_dead_with_is_given_back_by_recover),
	    T(a_successor_of_the_pid_is_not_taken_for_the_owner),
	    T(recover_leaves_a_running_with_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
