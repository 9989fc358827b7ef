/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --user on the simulated kernel: udev, others who give the node away, guests, and what is left of it all. */
#include "verbs.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"

#define NODE "dev/vfio/5"

static const struct request for_ann = {.verb = DO_BIND, .targets = GPU, .user = "ann"};
static const struct request for_bob = {.verb = DO_BIND, .targets = GPU, .user = "bob:kvm"};
static const struct request release_gpu = {.verb = DO_RELEASE, .targets = GPU};

static void do_well(struct sim *sim, const struct request *q)
{
	cleanup_deed struct deed d = {0};

	deed_do(&d, sim, q);
	if (d.outcome != OUTCOME_DONE)
		fail_msg("%s: %s", outcome_name(d.outcome), d.e.what);
}

static void node_is(struct sim *sim, const char *access)
{
	const struct node *n = tree_find(&sim->tree, NODE);

	assert_non_null(n);
	assert_string_equal(n->text, access);
}

static bool has_note(const struct deed *d, const char *part)
{
	for (size_t i = 0; i < d->change.n_notes; i++)
		if (strstr(d->change.notes[i], part))
			return true;
	return false;
}

static void the_node_is_the_users_until_it_is_given_back(void **state)
{
	cleanup_sim struct sim sim = {0};
	char *before;

	(void)state;
	sim_host_clean(&sim);
	before = sim_snapshot(&sim);
	do_well(&sim, &for_ann);
	node_is(&sim, "1000:1000 660");
	assert_int_equal(outcome_of(&sim, &for_ann), OUTCOME_NOTHING);
	do_well(&sim, &release_gpu);
	assert_machine(&sim, before);
	free(before);
}

static void one_after_the_other_all_are_given_back_together(void **state)
{
	cleanup_sim struct sim sim = {0};
	char *before;

	(void)state;
	sim_host_clean(&sim);
	before = sim_snapshot(&sim);
	do_well(&sim, &(struct request){.verb = DO_BIND, .targets = GPU});
	do_well(&sim, &for_ann);
	do_well(&sim, &for_bob);
	node_is(&sim, "1001:108 660");
	assert_int_equal(sim_count_files(&sim, "run/passthru/held"), 3);
	do_well(&sim, &(struct request){.verb = DO_RELEASE, .targets = SOUND});
	assert_machine(&sim, before);
	free(before);
}

static void what_somebody_else_made_of_it_since_is_left_alone(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_clean(&sim);
	do_well(&sim, &(struct request){.verb = DO_BIND, .targets = NETWORK});
	tree_file(&sim.tree, "dev/vfio/6", "0:0 600");
	do_well(&sim, &(struct request){.verb = DO_BIND, .targets = NETWORK, .user = "ann"});
	tree_file(&sim.tree, "dev/vfio/6", "7:7 640");
	assert_int_equal(outcome_of(&sim, &(struct request){.verb = DO_RELEASE, .targets = NETWORK}), OUTCOME_DONE);
	assert_true(sim_is_bound(&sim, NETWORK, "e1000e"));
	assert_int_equal(sim_count_files(&sim, "run/passthru/held"), 0);
}

/* Had it been given away at once, udev would have made it root's again. */
static void udev_is_waited_for(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_clean(&sim);
	tree_file(&sim.tree, "run/udev/control", "");
	do_well(&sim, &for_ann);
	if (sim.udev_ms > 0)
		sim_end_udev(&sim);
	node_is(&sim, "1000:1000 660");
}

static void a_udev_that_never_ends_is_not_waited_for_for_ever(void **state)
{
	cleanup_sim struct sim sim = {0};
	int64_t start;

	(void)state;
	sim_host_clean(&sim);
	do_well(&sim, &(struct request){.verb = DO_BIND, .targets = GPU});
	tree_file(&sim.tree, "run/udev/control", "");
	tree_file(&sim.tree, "run/udev/data/c243:0", "");
	tree_file(&sim.tree, "run/udev/queue", "");
	start = sim.time_ms;
	do_well(&sim, &for_ann);
	assert_in_range(sim.time_ms - start, 5000, 6000);
	node_is(&sim, "1000:1000 660");
}

/* udev's rules may give the node to a group: that is no foreign hand. */
static void udev_made_it_a_groups(struct sim *sim)
{
	if (sim_exists(sim, NODE) && str_eq(tree_find(&sim->tree, NODE)->text, "0:0 600"))
		tree_file(&sim->tree, NODE, "0:108 660");
}

static void a_rule_of_udevs_is_no_foreign_hand(void **state)
{
	(void)state;
	for (int k = 1;; k++) {
		cleanup_sim struct sim sim = {0};
		char *before;

		sim_host_clean(&sim);
		before = sim_snapshot(&sim);
		sim.hook = udev_made_it_a_groups;
		sim_arm(&sim, SIM_HOOK, k);
		do_well(&sim, &for_ann);
		sim_disarm(&sim);
		if (sim.n_calls >= k) {
			const char *now = tree_find(&sim.tree, NODE)->text;

			assert_true(str_eq(now, "1000:1000 660"));
			do_well(&sim, &release_gpu);
			assert_machine(&sim, before);
		}
		free(before);
		if (sim.n_calls < k)
			break;
	}
}

/* It was root's alone; the journal is open. */
static void die_giving_it_to_bob(struct sim *sim)
{
	for (int k = 1;; k++) {
		sim_host_clean(sim);
		do_well(sim, &(struct request){.verb = DO_BIND, .targets = GPU});
		sim_arm(sim, SIM_DIE_AFTER, k);
		(void)outcome_of(sim, &for_bob);
		assert_true(sim->n_calls >= k);
		sim_revive(sim);
		if (str_eq(tree_find(&sim->tree, NODE)->text, "1001:108 660"))
			break;
		sim_done(sim);
	}
	assert_int_equal(sim_count_files(sim, "run/passthru/journal"), 1);
}

/* Killed between the owner and the mode. */
static void half_given_is_taken_back(void **state)
{
	cleanup_sim struct sim sim = {0};
	char *before;

	(void)state;
	sim_host_clean(&sim);
	do_well(&sim, &(struct request){.verb = DO_BIND, .targets = GPU});
	before = sim_snapshot(&sim);
	sim_done(&sim);
	die_giving_it_to_bob(&sim);
	/* Whoever else comes is told of it. */
	assert_int_equal(outcome_of(&sim, &for_ann), OUTCOME_NEEDS_RECOVER);
	assert_int_equal(outcome_of(&sim, &release_gpu), OUTCOME_NEEDS_RECOVER);
	tree_file(&sim.tree, NODE, "1001:108 600");
	assert_int_equal(recover_all(&sim), OUTCOME_DONE);
	assert_machine(&sim, before);
	free(before);
}

/* By its functions' old drivers, or pulled out, while it was another's turn. */
static void a_node_that_is_gone_is_a_final_answer(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};

	(void)state;
	die_giving_it_to_bob(&sim);
	assert_int_equal(sim_poke(&sim, "sys/bus/pci/drivers/vfio-pci/unbind", GPU), 0);
	assert_int_equal(sim_poke(&sim, "sys/bus/pci/drivers/vfio-pci/unbind", SOUND), 0);
	assert_false(sim_exists(&sim, NODE));
	deed_do(&d, &sim, &(struct request){.verb = DO_RECOVER});
	if (d.outcome != OUTCOME_DONE)
		fail_msg("%s: %s", outcome_name(d.outcome), d.e.what);
	assert_int_equal(sim_count_files(&sim, "run/passthru/journal"), 0);
}

static void pull_the_network(struct sim *sim)
{
	sim_unplug(sim, NETWORK);
}

static void what_is_pulled_out_on_the_way_needs_nobody(void **state)
{
	(void)state;
	for (int k = 1, n_calls = k; n_calls >= k; k++) {
		cleanup_sim struct sim sim = {0};
		cleanup_deed struct deed d = {0}, after = {0};

		sim_host_clean(&sim);
		do_well(&sim, &(struct request){.verb = DO_BIND, .targets = NETWORK, .user = "ann"});
		sim.hook = pull_the_network;
		sim_arm(&sim, SIM_HOOK, k);
		deed_do(&d, &sim, &(struct request){.verb = DO_RELEASE, .targets = NETWORK});
		sim_disarm(&sim);
		n_calls = sim.n_calls;
		deed_do(&after, &sim, &(struct request){.verb = DO_RECOVER});
		if (after.outcome != OUTCOME_DONE && after.outcome != OUTCOME_NOTHING)
			fail_msg("pulled out at %s, recover says %s: %s", sim.tripped_on, outcome_name(after.outcome), after.e.what);
		assert_int_equal(sim_count_files(&sim, "run/passthru/journal"), 0);
	}
}

static void a_guest_keeps_its_node(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_clean(&sim);
	do_well(&sim, &for_ann);
	sim_open_node(&sim, SIM_GUEST_PID, "qemu-system-x86", "/" NODE);
	assert_refused(&sim, &for_bob, "process 4242 (qemu-system-x86)", "shut the virtual machine down");
	assert_refused(&sim, &release_gpu, "process 4242 (qemu-system-x86)", "shut the virtual machine down");
	assert_int_equal(outcome_of(&sim, &for_ann), OUTCOME_NOTHING);
}

static void a_running_with_keeps_its_node(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_clean(&sim);
	do_well(&sim, &(struct request){.verb = DO_BIND, .targets = GPU});
	sim_lock_by_others(&sim, "run/passthru/lease/" GPU, "78 (passthru with 01:00.0)");
	assert_refused(&sim, &for_ann, "in use by process 78", NULL);
}

static void with_runs_its_command_as_the_user(void **state)
{
	cleanup_sim struct sim sim = {0};
	char *before;

	(void)state;
	sim_host_clean(&sim);
	before = sim_snapshot(&sim);
	do_well(&sim, &(struct request){.verb = DO_WITH, .targets = GPU, .user = "bob"});
	assert_int_equal(sim.ran_as, 1001);
	assert_machine(&sim, before);
	do_well(&sim, &(struct request){.verb = DO_WITH, .targets = GPU});
	assert_int_equal(sim.ran_as, 0);
	free(before);
}

static void who_is_not_there_gets_nothing(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_clean(&sim);
	assert_int_equal(recover_all(&sim), OUTCOME_NOTHING);
	assert_refused(&sim, &(struct request){.verb = DO_BIND, .targets = GPU, .user = "nemo:kvm"}, "there is no user nemo", NULL);
	assert_refused(&sim, &(struct request){.verb = DO_BIND, .targets = GPU, .user = "ann:nemo"}, "there is no group nemo", NULL);
	assert_refused(&sim, &(struct request){.verb = DO_WITH, .targets = GPU, .user = "nemo"}, "there is no user nemo", NULL);
	assert_refused(&sim, &(struct request){.verb = DO_BIND, .targets = GPU, .user = "root"}, "is root", NULL);
	assert_refused(&sim, &(struct request){.verb = DO_BIND, .targets = GPU, .user = "a/b"}, "who a/b is", NULL);
}

static void without_remapping_no_user_gets_anything(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_clean(&sim);
	assert_int_equal(recover_all(&sim), OUTCOME_NOTHING);
	tree_file(&sim.tree, "sys/kernel/irq/1/chip_name", "IO-APIC\n");
	assert_refused(&sim, &for_ann, "interrupts are not remapped", "without --user");
	assert_refused(&sim, &(struct request){.verb = DO_WITH, .targets = GPU, .user = "ann"}, "interrupts are not remapped", NULL);
	tree_file(&sim.tree, "sys/kernel/irq/1/chip_name", "IR-IO-APIC\n");
	do_well(&sim, &for_ann);
}

static void what_still_stands_in_the_way_is_noted(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed alone = {0}, of_group = {0};

	(void)state;
	sim_host_clean(&sim);
	tree_file(&sim.tree, "proc/1000/limits", "Max locked memory         8388608              8388608              bytes     \n");
	tree_file(&sim.tree, "dev/vfio/vfio", "0:0 600");
	deed_do(&alone, &sim, &(struct request){.verb = DO_BIND, .targets = GPU, .user = "ann", .is_dry_run = true});
	assert_true(has_note(&alone, "\"ann - memlock unlimited\" in /etc/security/limits.d/"));
	assert_true(has_note(&alone, "LimitMEMLOCK=infinity"));
	assert_true(has_note(&alone, "8 MiB"));
	assert_true(has_note(&alone, "cannot open /dev/vfio/vfio"));
	assert_false(has_note(&alone, "all members of group"));
	tree_file(&sim.tree, "dev/vfio/vfio", "0:0 666");
	deed_do(&of_group, &sim, &for_bob);
	assert_false(has_note(&of_group, "cannot open /dev/vfio/vfio"));
	assert_true(has_note(&of_group, "all members of group 108"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_node_is_the_users_until_it_is_given_back),
	    cmocka_unit_test(one_after_the_other_all_are_given_back_together),
	    cmocka_unit_test(what_somebody_else_made_of_it_since_is_left_alone),
	    cmocka_unit_test(udev_is_waited_for),
	    cmocka_unit_test(a_udev_that_never_ends_is_not_waited_for_for_ever),
	    cmocka_unit_test(a_rule_of_udevs_is_no_foreign_hand),
	    cmocka_unit_test(half_given_is_taken_back),
	    cmocka_unit_test(a_node_that_is_gone_is_a_final_answer),
	    cmocka_unit_test(what_is_pulled_out_on_the_way_needs_nobody),
	    cmocka_unit_test(a_guest_keeps_its_node),
	    cmocka_unit_test(a_running_with_keeps_its_node),
	    cmocka_unit_test(with_runs_its_command_as_the_user),
	    cmocka_unit_test(who_is_not_there_gets_nothing),
	    cmocka_unit_test(without_remapping_no_user_gets_anything),
	    cmocka_unit_test(what_still_stands_in_the_way_is_noted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
