/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who uses a function comes, goes, or does not go, at the worst moment. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "sim_ops.h"
#include "verbs.h"

static const struct request bind_gpu = {.verb = DO_BIND, .targets = GPU};
static const struct request release_gpu = {.verb = DO_RELEASE, .targets = GPU};
static const struct request stopping = {.verb = DO_BIND, .targets = GPU, .stop_holders = true};
static const struct request killing = {.verb = DO_BIND, .targets = GPU, .kill_holders = true};

static void host_with_nodes(struct sim *sim)
{
	sim_host_clean(sim);
	(void)sim_add_node(sim, GPU, "dri/card0", "226:0");
	(void)sim_add_node(sim, SOUND, "snd/controlC0", "116:2");
	sim_show(sim);
}

/* Does act with the hook at call k; false: there is no call k. */
static bool act_at(struct sim *sim, struct deed *d, void (*build)(struct sim *sim), const struct request *act,
    void (*hook)(struct sim *sim), int k)
{
	build(sim);
	sim->hook = hook;
	sim_arm(sim, SIM_HOOK, k);
	deed_do(d, sim, act);
	sim_disarm(sim);
	return sim->n_calls >= k;
}

/* ---- somebody comes ---- */

static void open_card(struct sim *sim)
{
	(void)sim_add_program(sim, "late", "/dev/dri/card0", "", "/user.slice/user-1000.slice/session-9.scope");
}

static void open_sound(struct sim *sim)
{
	(void)sim_add_program(sim, "late", "/dev/snd/controlC0", "", "/user.slice/user-1000.slice/session-9.scope");
}

struct comings {
	int refused, rolled_back, too_late;
};

/* Once the node is gone nobody opens it; before the last look he is seen and named. In between the kernel waits for him,
 * and all is right when he has gone. */
static void expect_seen(struct comings *c, struct sim *sim, struct deed *d, const char *before)
{
	bool is_open = sim_program_has_node(sim, &sim->programs[0]);

	if (d->outcome == OUTCOME_STUCK) {
		c->too_late++;
		assert_int_equal(sim_count_files(sim, "run/passthru/journal"), 1);
		sim_end_program(sim, &sim->programs[0]);
		assert_int_equal(recover_all(sim), OUTCOME_DONE);
	} else if (d->outcome == OUTCOME_DONE) {
		assert_false(is_open);
		return;
	} else {
		c->refused += d->outcome == OUTCOME_FAILED;
		c->rolled_back += d->outcome == OUTCOME_ROLLED_BACK;
		if (d->outcome != OUTCOME_FAILED && d->outcome != OUTCOME_ROLLED_BACK)
			fail_msg("opened at %s: %s, %s", sim->tripped_on, outcome_name(d->outcome), d->e.what);
		assert_says(d, "is used by process 5000 (late", NULL);
		assert_true(is_open);
		sim_end_program(sim, &sim->programs[0]);
	}
	sim->n_programs = 0;
	assert_machine(sim, before);
}

static void expect_all_seen(void (*hook)(struct sim *sim), struct comings *c)
{
	cleanup_sim struct sim untouched = {0};
	char *before;

	host_with_nodes(&untouched);
	before = sim_snapshot(&untouched);
	for (int k = 1;; k++) {
		cleanup_sim struct sim sim = {0};
		cleanup_deed struct deed d = {0};

		if (!act_at(&sim, &d, host_with_nodes, &bind_gpu, hook, k))
			break;
		if (sim.n_programs > 0)
			expect_seen(c, &sim, &d, before);
	}
	free(before);
}

static void who_opens_a_node_after_the_plan_keeps_the_device(void **state)
{
	struct comings card = {0}, sound = {0};

	(void)state;
	expect_all_seen(open_card, &card);
	expect_all_seen(open_sound, &sound);
	print_message("card: refused %d, rolled back %d, too late %d; sound: %d, %d, %d\n", card.refused, card.rolled_back,
	    card.too_late, sound.refused, sound.rolled_back, sound.too_late);
	assert_true(card.refused > 20 && card.rolled_back > 20 && sound.refused > 20 && sound.rolled_back > 20);
	/* The moves of the other functions of the card, and a look at each process behind this one. */
	assert_true(card.too_late < 60 && sound.too_late < 40);
}

/* ---- somebody comes while modules go ---- */

static void open_second(struct sim *sim)
{
	(void)sim_add_program(sim, "late", "/dev/nvidia1", "", "/user.slice/user-1000.slice/session-9.scope");
}

/* They take seconds to unload, so it is looked once more. */
static void who_comes_while_modules_are_unloaded_is_seen(void **state)
{
	static const struct request both = {.verb = DO_BIND, .targets = GPU " " SECOND, .stop_holders = true};
	int seen = 0;

	(void)state;
	for (int k = 1;; k++) {
		cleanup_sim struct sim sim = {0};
		cleanup_deed struct deed d = {0};

		if (!act_at(&sim, &d, sim_host_nvidia, &both, open_second, k))
			break;
		if (!str_starts(sim.tripped_on, "module_unload nvidia_"))
			continue;
		seen++;
		if (d.outcome != OUTCOME_ROLLED_BACK)
			fail_msg("opened at %s: %s, %s", sim.tripped_on, outcome_name(d.outcome), d.e.what);
		assert_says(&d, "(late", NULL);
		assert_true(sim_is_loaded(&sim, "nvidia_drm") && sim_is_loaded(&sim, "nvidia_uvm") && sim.is_console_bound);
		assert_true(sim_is_bound(&sim, GPU, "nvidia") && sim_is_bound(&sim, SOUND, "snd_hda_intel"));
		assert_true(sim_program_has_node(&sim, &sim.programs[0])); /* the service is back */
	}
	assert_int_equal(seen, 3);
}

/* ---- a disk ---- */

static void a_disk_that_is_mounted_after_the_plan_stays(void **state)
{
	static const struct request bind_disk = {.verb = DO_BIND, .targets = NVME};
	int refused = 0, during_modules = 0, too_late = 0;
	cleanup_sim struct sim untouched = {0};
	char *before;

	(void)state;
	sim_host_disk(&untouched);
	before = sim_snapshot(&untouched);
	for (int k = 1;; k++) {
		cleanup_sim struct sim sim = {0};
		cleanup_deed struct deed d = {0};

		if (!act_at(&sim, &d, sim_host_disk, &bind_disk, sim_mount_disk, k))
			break;
		if (d.outcome == OUTCOME_DONE) {
			too_late++;
			assert_false(str_starts(sim.tripped_on, "module_load "));
			continue;
		}
		refused++;
		during_modules += str_starts(sim.tripped_on, "module_load ");
		if (!strstr(d.e.what, "/data") && !strstr(d.e.what, "nvme0n1"))
			fail_msg("mounted at call %d (%s): %s", k, sim.tripped_on, d.e.what);
		assert_true(sim_is_bound(&sim, NVME, "nvme"));
		assert_machine(&sim, before);
	}
	print_message("mounted: refused %d times, %d of them while modules are loaded; too late %d times\n", refused,
	    during_modules, too_late);
	assert_true(refused > 100);
	assert_int_equal(during_modules, 4);
	free(before);
}

static void host_with_mount(struct sim *sim)
{
	sim_host_disk(sim);
	sim_mount_disk(sim);
}

static void unmount(struct sim *sim)
{
	tree_file(&sim->tree, "proc/self/mountinfo", "21 1 0:20 / /sys rw - sysfs sysfs rw\n");
}

/* It was allowed, so that it ended is no reason to stop. */
static void a_disk_that_is_unmounted_after_the_plan_goes(void **state)
{
	static const struct request bind_disk = {.verb = DO_BIND, .targets = NVME, .allow = "storage"};
	int n = 0;

	(void)state;
	for (int k = 1;; k++) {
		cleanup_sim struct sim sim = {0};
		cleanup_deed struct deed d = {0};

		if (!act_at(&sim, &d, host_with_mount, &bind_disk, unmount, k))
			break;
		n++;
		if (d.outcome != OUTCOME_DONE)
			fail_msg("unmounted at call %d (%s): %s", k, sim.tripped_on, d.e.what);
	}
	assert_true(n > 100);
}

/* ---- somebody does not go ---- */

static void end_program(struct sim *sim)
{
	sim_end_program(sim, &sim->programs[0]);
}

/* At whatever moment: his end is what was wanted. */
static void who_ends_by_himself_is_no_reason_to_stop(void **state)
{
	int n = 0;

	(void)state;
	for (int k = 1;; k++) {
		cleanup_sim struct sim sim = {0};
		cleanup_deed struct deed d = {0};

		if (!act_at(&sim, &d, sim_host_shell, &killing, end_program, k))
			break;
		n++;
		if (d.outcome != OUTCOME_DONE)
			fail_msg("ended at call %d (%s): %s", k, sim.tripped_on, d.e.what);
	}
	assert_true(n > 100);
}

static void who_ignores_the_request_is_told_to_end(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_shell(&sim);
	sim.programs[0].is_stubborn = true;
	assert_int_equal(outcome_of(&sim, &killing), OUTCOME_DONE);
	assert_int_equal(sim.programs[0].pid, 0);
	assert_true(sim_is_bound(&sim, GPU, "vfio-pci"));
}

/* The other is dead already, which was said beforehand. */
static void who_cannot_be_ended_keeps_the_device(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};

	(void)state;
	sim_host_shell(&sim);
	sim.programs[1].is_unkillable = true;
	deed_do(&d, &sim, &killing);
	assert_int_equal(d.outcome, OUTCOME_ROLLED_BACK);
	assert_int_equal(sim.programs[0].pid, 0);
	assert_true(sim_is_bound(&sim, GPU, "bochs-drm") && sim_is_bound(&sim, SOUND, "snd_hda_intel"));
	assert_false(sim_is_loaded(&sim, "vfio"));
}

/* Its pid may be another's by now. */
static void a_process_that_ended_is_not_signalled(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_shell(&sim);
	assert_int_equal(
	    sim.sys.ops->signal_process(&sim.sys, sim.programs[0].pid, sim.programs[0].start + 1, 15), -ESRCH);
	assert_true(sim.programs[0].pid > 0);
}

static void a_service_whose_process_does_not_end_runs_again(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};
	char *before;

	(void)state;
	sim_host_desktop(&sim);
	before = sim_snapshot(&sim);
	sim.programs[1].ends_ms = 1000 * 1000;
	deed_do(&d, &sim, &stopping);
	assert_int_equal(d.outcome, OUTCOME_ROLLED_BACK);
	assert_says(&d, "is used by process", NULL);
	assert_machine(&sim, before);
	free(before);
}

static void who_is_started_again_by_others_keeps_the_device(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};
	char *before;

	(void)state;
	sim_host_desktop(&sim);
	before = sim_snapshot(&sim);
	sim.programs[0].restarts = true;
	deed_do(&d, &sim, &stopping);
	assert_int_equal(d.outcome, OUTCOME_ROLLED_BACK);
	assert_machine(&sim, before);
	free(before);
}

/* ---- going back ---- */

/* A desktop opens the sound card as soon as it comes; then the card itself cannot be given back. */
static void what_somebody_found_meanwhile_is_not_torn_from_him(void **state)
{
	cleanup_sim struct sim sim = {0};
	char *taken;

	(void)state;
	host_with_nodes(&sim);
	assert_int_equal(outcome_of(&sim, &bind_gpu), OUTCOME_DONE);
	taken = sim_snapshot(&sim);
	for (int k = 1; sim.n_programs == 0; k++) {
		cleanup_sim struct sim one = {0};
		cleanup_deed struct deed release = {0};

		sim_copy(&one, &sim);
		one.hook = open_card;
		sim_find_driver(&one, "snd_hda_intel")->probe_code = -EIO;
		sim_arm(&one, SIM_HOOK, k);
		deed_do(&release, &one, &release_gpu);
		sim_disarm(&one);
		assert_true(one.n_calls >= k);
		if (!sim_program_has_node(&one, &one.programs[0]))
			continue;
		assert_int_equal(release.outcome, OUTCOME_NEEDS_RECOVER);
		assert_says(&release, "is used by process 5000 (late", NULL);
		assert_true(sim_is_bound(&one, GPU, "bochs-drm"));
		assert_int_equal(recover_all(&one), OUTCOME_NEEDS_RECOVER);
		sim_end_program(&one, &one.programs[0]);
		one.n_programs = 0;
		assert_int_equal(recover_all(&one), OUTCOME_DONE);
		assert_machine(&one, taken);
		break;
	}
	free(taken);
}

/* Nothing else sets it up; the driver that comes back brings it down. */
static void an_interface_that_was_set_down_is_up_again(void **state)
{
	static const struct request bind_network = {.verb = DO_BIND, .targets = NETWORK, .stop_holders = true};
	cleanup_sim struct sim sim = {0};
	char *before;

	(void)state;
	sim_host_interface(&sim);
	before = sim_snapshot(&sim);
	sim.interfaces[0].comes_up = false;
	sim.late_looks = 1000000;
	assert_int_equal(outcome_of(&sim, &bind_network), OUTCOME_ROLLED_BACK);
	sim.late_looks = 0;
	assert_machine(&sim, before);
	free(before);
}

static void expect_complete(void (*build)(struct sim *sim), const struct request *before, const struct request *act)
{
	cleanup_sim struct sim after = {0};
	bool is_tried = false;
	char *done;

	build(&after);
	if (before)
		assert_int_equal(outcome_of(&after, before), OUTCOME_DONE);
	assert_int_equal(outcome_of(&after, act), OUTCOME_DONE);
	done = sim_snapshot(&after);
	for (int k = 1; !is_tried; k++) {
		cleanup_sim struct sim sim = {0};
		cleanup_deed struct deed d = {0};

		build(&sim);
		if (before)
			assert_int_equal(outcome_of(&sim, before), OUTCOME_DONE);
		sim_arm(&sim, SIM_DIE, k);
		deed_do(&d, &sim, act);
		assert_true(sim.n_calls >= k);
		if (!str_starts(sim.tripped_on, "rename run/passthru/journal/"))
			continue;
		is_tried = true;
		sim_revive(&sim);
		assert_int_equal(recover_all(&sim), OUTCOME_DONE);
		assert_machine(&sim, done);
	}
	free(done);
}

/* Their driver is gone, and they with it: what was wanted. */
static void a_console_or_interface_that_went_with_its_function_is_where_it_was_to_go(void **state)
{
	static const struct request bind_network = {.verb = DO_BIND, .targets = NETWORK, .stop_holders = true};

	(void)state;
	expect_complete(sim_host_console, NULL, &bind_gpu);
	expect_complete(sim_host_interface, NULL, &bind_network);
}

static void a_console_that_has_no_picture_to_come_back_to_does_not_hold_up_its_card(void **state)
{
	(void)state;
	expect_complete(sim_host_firmware, &bind_gpu, &release_gpu);
}

static void expect_firmware_picture(void (*build)(struct sim *sim))
{
	static const struct request look = {.verb = DO_BIND, .targets = GPU, .is_dry_run = true};
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};
	int n = 0;

	build(&sim);
	deed_do(&d, &sim, &look);
	assert_int_equal(d.outcome, OUTCOME_DONE);
	for (size_t i = 0; i < d.change.plan.n_steps; i++) {
		const struct step *step = &d.change.plan.steps[i];

		n += step->kind == KIND_FRAMEBUFFER && step->back == BACK_NONE && str_eq(step->target, "efi-framebuffer.0");
	}
	assert_int_equal(n, 1);
}

/* Its device hangs below the card or, before Linux 6.9, below none. */
static void that_the_firmwares_picture_does_not_come_back_is_said_beforehand(void **state)
{
	(void)state;
	expect_firmware_picture(sim_host_firmware);
	expect_firmware_picture(sim_host_old_firmware);
}

static const char *unit_that_fails; /* sys_ops has no room for it */
static int (*real_unit_active)(struct sys *s, const struct sys_unit *u);

static int unit_active_fails(struct sys *s, const struct sys_unit *u)
{
	return str_eq(u->name, unit_that_fails) ? -EIO : real_unit_active(s, u);
}

static void a_unit_that_cannot_be_asked_for_is_not_forgotten(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};
	const struct sys_ops *ops;
	struct sys_ops failing;

	(void)state;
	sim_host_desktop(&sim);
	assert_int_equal(outcome_of(&sim, &stopping), OUTCOME_DONE);
	ops = sim.sys.ops;
	failing = *ops;
	real_unit_active = ops->unit_active;
	failing.unit_active = unit_active_fails;
	unit_that_fails = "gdm.service";
	sim.sys.ops = &failing;
	deed_do(&d, &sim, &release_gpu);
	assert_int_equal(d.outcome, OUTCOME_FAILED);
	assert_says(&d, "gdm.service", NULL);
	sim.sys.ops = ops;
	assert_int_equal(outcome_of(&sim, &release_gpu), OUTCOME_DONE);
	assert_true(sim_find_unit(&sim, "gdm.service")->is_active);
	/* One that was removed, or whose user logged out, is in nobody's way. */
	assert_int_equal(outcome_of(&sim, &stopping), OUTCOME_DONE);
	sim_find_unit(&sim, "player.service")->is_gone = true;
	assert_int_equal(outcome_of(&sim, &release_gpu), OUTCOME_DONE);
}

/* ---- modules on a driver ---- */

static void modules_go_and_come_in_their_order_alone(void **state)
{
	cleanup_sim struct sim sim = {0};
	const struct sys_ops *ops;

	(void)state;
	sim_host_nvidia(&sim);
	ops = sim.sys.ops;
	assert_int_equal(ops->module_unload(&sim.sys, "nvidia_modeset"), -EAGAIN);
	assert_int_equal(ops->module_unload(&sim.sys, "nvidia_drm"), -EAGAIN); /* the console */
	assert_int_equal(sim_poke_display(&sim, "sys/class/vtconsole/vtcon1/bind", "0"), 0);
	assert_int_equal(ops->module_unload(&sim.sys, "nvidia_drm"), 0);
	assert_false(sim_exists(&sim, "sys/class/vtconsole/vtcon1"));
	assert_false(sim_exists(&sim, "dev/dri/card0"));
	assert_int_equal(ops->module_unload(&sim.sys, "nvidia_modeset"), 0);
	assert_int_equal(ops->module_load(&sim.sys, "nvidia_drm"), -ENOENT);
	assert_int_equal(ops->module_load(&sim.sys, "nvidia_modeset"), 0);
	assert_int_equal(ops->module_load(&sim.sys, "nvidia_drm"), 0);
	assert_true(sim.is_console_bound && sim_exists(&sim, "dev/dri/card0"));
}

#define T(f) cmocka_unit_test(f)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    T(who_opens_a_node_after_the_plan_keeps_the_device),
	    T(who_comes_while_modules_are_unloaded_is_seen),
	    T(a_disk_that_is_mounted_after_the_plan_stays),
	    T(a_disk_that_is_unmounted_after_the_plan_goes),
	    T(who_ends_by_himself_is_no_reason_to_stop),
	    T(who_ignores_the_request_is_told_to_end),
	    T(who_cannot_be_ended_keeps_the_device),
	    T(a_process_that_ended_is_not_signalled),
	    T(a_service_whose_process_does_not_end_runs_again),
	    T(who_is_started_again_by_others_keeps_the_device),
	    T(what_somebody_found_meanwhile_is_not_torn_from_him),
	    T(an_interface_that_was_set_down_is_up_again),
	    T(a_console_or_interface_that_went_with_its_function_is_where_it_was_to_go),
	    T(a_console_that_has_no_picture_to_come_back_to_does_not_hold_up_its_card),
	    T(that_the_firmwares_picture_does_not_come_back_is_said_beforehand),
	    T(a_unit_that_cannot_be_asked_for_is_not_forgotten),
	    T(modules_go_and_come_in_their_order_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
