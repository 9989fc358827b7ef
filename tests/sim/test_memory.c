/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Huge pages: what was asked for, or nothing; others keep theirs whatever happens. */
#include "verbs.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"

static const struct request eight = {.verb = DO_RESERVE, .pages = {.count = 8}};
static const struct request give_back = {.verb = DO_GIVE_BACK};

static void assert_pages(struct sim *sim, long node0, long node1)
{
	assert_int_equal(sim->pools[0].persistent, node0);
	assert_int_equal(sim->pools[1].persistent, node1);
}

static void pages_are_added_to_what_is_there_and_given_back_exactly(void **state)
{
	cleanup_sim struct sim sim = {0};
	char *before;

	(void)state;
	sim_host_memory(&sim);
	before = sim_snapshot(&sim);
	assert_int_equal(outcome_of(&sim, &eight), OUTCOME_DONE);
	assert_pages(&sim, 13, 0);
	assert_int_equal(outcome_of(&sim, &give_back), OUTCOME_DONE);
	assert_machine(&sim, before);
	assert_int_equal(outcome_of(&sim, &give_back), OUTCOME_NOTHING);
	assert_machine(&sim, before);
	free(before);
}

static void without_a_node_each_gives_its_share(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_memory(&sim);
	assert_int_equal(outcome_of(&sim, &(struct request){.verb = DO_RESERVE, .pages = {.node = NODE_ANY, .count = 8}}),
	    OUTCOME_DONE);
	assert_pages(&sim, 9, 4);
	assert_int_equal(outcome_of(&sim, &give_back), OUTCOME_DONE);
	assert_pages(&sim, 5, 0);
}

static void what_others_reserve_meanwhile_stays_theirs(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_memory(&sim);
	assert_int_equal(outcome_of(&sim, &eight), OUTCOME_DONE);
	assert_int_equal(sim_reserve_by_others(&sim, &sim.pools[0], 10), 0);
	assert_int_equal(outcome_of(&sim, &eight), OUTCOME_DONE);
	assert_int_equal(sim_reserve_by_others(&sim, &sim.pools[0], -2), 0);
	assert_pages(&sim, 5 + 8 + 10 + 8 - 2, 0);
	assert_int_equal(outcome_of(&sim, &give_back), OUTCOME_DONE);
	assert_pages(&sim, 5 + 10 - 2, 0);
	assert_int_equal(sim_count_files(&sim, "run/passthru/held"), 0);
}

static void where_others_took_ours_away_no_more_is_given_back_than_there_is(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_memory(&sim);
	assert_int_equal(outcome_of(&sim, &eight), OUTCOME_DONE);
	assert_int_equal(sim_reserve_by_others(&sim, &sim.pools[0], -10), 0);
	assert_pages(&sim, 3, 0);
	assert_int_equal(outcome_of(&sim, &give_back), OUTCOME_DONE);
	assert_pages(&sim, 0, 0);
	assert_int_equal(outcome_of(&sim, &eight), OUTCOME_DONE);
	assert_pages(&sim, 8, 0);
}

static void fewer_than_asked_are_taken_back(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};
	char *before;

	(void)state;
	sim_host_memory(&sim);
	sim.pools[0].most = 10;
	before = sim_snapshot(&sim);
	deed_do(&d, &sim, &eight);
	assert_int_equal(d.outcome, OUTCOME_ROLLED_BACK);
	assert_says(&d, "of 8 huge pages of 2 MiB the kernel could make 5 on node 0", "in pieces");
	assert_machine(&sim, before);
	free(before);
}

static void one_short_node_takes_back_the_other_too(void **state)
{
	cleanup_sim struct sim sim = {0};
	char *before;

	(void)state;
	sim_host_memory(&sim);
	sim.pools[1].most = 2;
	before = sim_snapshot(&sim);
	assert_int_equal(outcome_of(&sim, &(struct request){.verb = DO_RESERVE, .pages = {.node = NODE_ANY, .count = 8}}),
	    OUTCOME_ROLLED_BACK);
	assert_machine(&sim, before);
	free(before);
}

static void fewer_will_do_where_that_was_said(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};
	struct request q = {.verb = DO_RESERVE, .pages = {.count = 8, .at_least = 5}};

	(void)state;
	sim_host_memory(&sim);
	sim.pools[0].most = 10;
	deed_do(&d, &sim, &q);
	assert_int_equal(d.outcome, OUTCOME_DONE);
	assert_pages(&sim, 10, 0);
	assert_non_null(strstr(d.change.notes[d.change.n_notes - 1], "5 of 8 pages came"));
	/* A second time there is nothing to be had, and giving back knows how many really came. */
	assert_int_equal(outcome_of(&sim, &q), OUTCOME_ROLLED_BACK);
	assert_pages(&sim, 10, 0);
	sim.pools[0].most = 16;
	assert_int_equal(outcome_of(&sim, &q), OUTCOME_DONE);
	assert_pages(&sim, 16, 0);
	assert_int_equal(outcome_of(&sim, &give_back), OUTCOME_DONE);
	assert_pages(&sim, 5, 0);
}

static void four_are_fewer_than_at_least_five(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_memory(&sim);
	sim.pools[0].most = 9;
	assert_int_equal(outcome_of(&sim, &(struct request){.verb = DO_RESERVE, .pages = {.count = 8, .at_least = 5}}),
	    OUTCOME_ROLLED_BACK);
	assert_pages(&sim, 5, 0);
}

static void more_than_there_is_memory_for_is_refused_beforehand(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};

	(void)state;
	sim_host_memory(&sim);
	deed_do(&d, &sim, &(struct request){.verb = DO_RESERVE, .pages = {.count = 4000}});
	assert_int_equal(d.outcome, OUTCOME_FAILED);
	assert_says(&d, "node 0 has memory for 3874 more", "--at-least");
	assert_pages(&sim, 5, 0);
	assert_int_equal(sim_count_files(&sim, "run/passthru/history"), 0);
}

static void pages_in_use_become_surplus_and_that_is_said(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};

	(void)state;
	sim_host_memory(&sim);
	assert_int_equal(outcome_of(&sim, &eight), OUTCOME_DONE);
	sim_use_pages(&sim, &sim.pools[0], 11);
	deed_do(&d, &sim, &give_back);
	assert_int_equal(d.outcome, OUTCOME_DONE);
	assert_pages(&sim, 5, 0);
	assert_int_equal(sim.pools[0].surplus, 6);
	assert_int_equal(d.change.n_notes, 1);
	assert_non_null(strstr(d.change.notes[0], "6 pages of 2 MiB on node 0 are in use"));
	/* The guest ends: nothing is left of it. Then life goes on. */
	sim_use_pages(&sim, &sim.pools[0], 0);
	assert_int_equal(sim.pools[0].surplus, 0);
	assert_int_equal(outcome_of(&sim, &eight), OUTCOME_DONE);
	assert_pages(&sim, 13, 0);
}

/* A total is written, so surplus that is there must not be counted as reserved. */
static void surplus_of_others_is_not_counted(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_memory(&sim);
	sim_use_pages(&sim, &sim.pools[0], 5);
	assert_int_equal(sim_reserve_by_others(&sim, &sim.pools[0], -3), 0);
	assert_int_equal(sim.pools[0].surplus, 3);
	assert_int_equal(outcome_of(&sim, &eight), OUTCOME_DONE);
	assert_pages(&sim, 10, 0);
	assert_int_equal(outcome_of(&sim, &give_back), OUTCOME_DONE);
	assert_pages(&sim, 2, 0);
}

static void an_interrupted_reservation_is_in_the_way_of_the_next(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};

	(void)state;
	sim_host_memory(&sim);
	for (int k = 1; sim.pools[0].persistent != 13; k++) {
		sim_done(&sim);
		sim_host_memory(&sim);
		sim_arm(&sim, SIM_DIE_AFTER, k);
		(void)outcome_of(&sim, &eight);
		sim_revive(&sim);
	}
	deed_do(&d, &sim, &eight);
	assert_int_equal(d.outcome, OUTCOME_NEEDS_RECOVER);
	assert_says(&d, "change 1 (a test's wish) was interrupted", "passthru recover");
	deed_done(&d);
	deed_do(&d, &sim, &give_back);
	assert_int_equal(d.outcome, OUTCOME_NEEDS_RECOVER);
	assert_pages(&sim, 13, 0);
	assert_int_equal(recover_all(&sim), OUTCOME_DONE);
	assert_pages(&sim, 13, 0);
	assert_int_equal(outcome_of(&sim, &give_back), OUTCOME_DONE);
	assert_pages(&sim, 5, 0);
}

static void add_ten(struct sim *sim)
{
	(void)sim_reserve_by_others(sim, &sim->pools[0], 10);
}

/* Between our last count and the kernel's storing of a total nobody can be seen; at any other call they can. */
static void others_may_reserve_at_any_call(void **state)
{
	int lost = 0;

	(void)state;
	for (int k = 1;; k++) {
		cleanup_sim struct sim sim = {0};
		enum outcome o;

		sim_host_memory(&sim);
		sim.hook = add_ten;
		sim_arm(&sim, SIM_HOOK, k);
		o = outcome_of(&sim, &eight);
		sim_disarm(&sim);
		if (!sim.is_tripped)
			break;
		assert_int_equal(o, OUTCOME_DONE);
		assert_int_equal(outcome_of(&sim, &give_back), OUTCOME_DONE);
		lost += sim.pools[0].persistent != 15;
	}
	assert_in_range(lost, 0, 1);
}

/* Death in the middle, others reserve before the recover: our half goes, theirs stays. */
static void recover_takes_back_ours_alone(void **state)
{
	(void)state;
	for (int k = 1;; k++) {
		cleanup_sim struct sim sim = {0};
		bool has_written;

		sim_host_memory(&sim);
		sim_arm(&sim, SIM_DIE_AFTER, k);
		(void)outcome_of(&sim, &eight);
		if (sim.n_calls < k)
			break;
		has_written = sim.pools[0].persistent != 5;
		sim_revive(&sim);
		if (has_written)
			add_ten(&sim);
		assert_int_not_equal(recover_all(&sim), OUTCOME_NEEDS_RECOVER);
		(void)outcome_of(&sim, &give_back);
		assert_pages(&sim, has_written ? 15 : 5, 0);
	}
}

/* The child that writes is killed: the kernel stops in the middle. */
static void a_half_done_write_is_taken_back(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_memory(&sim);
	for (int k = 1; !sim.is_tripped || !strstr(sim.tripped_on, "poke "); k++) {
		sim_done(&sim);
		sim_host_memory(&sim);
		sim_arm(&sim, SIM_DIE, k);
		(void)outcome_of(&sim, &eight);
		sim_revive(&sim);
	}
	assert_int_equal(sim_reserve_by_others(&sim, &sim.pools[0], 3), 0); /* three of our eight */
	assert_int_equal(recover_all(&sim), OUTCOME_DONE);
	assert_pages(&sim, 5, 0);
}

static void pages_of_a_record_set_aside_are_given_back_too(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_memory(&sim);
	assert_int_equal(outcome_of(&sim, &eight), OUTCOME_DONE);
	assert_int_equal(outcome_of(&sim, &(struct request){.verb = DO_ABANDON, .id = 1}), OUTCOME_DONE);
	assert_int_equal(outcome_of(&sim, &give_back), OUTCOME_DONE);
	assert_pages(&sim, 5, 0);
}

static void a_ledger_that_cannot_be_believed_stops_everything(void **state)
{
	static const char path[] = "run/passthru/hugepages/node0-2048kB";
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};

	(void)state;
	sim_host_memory(&sim);
	assert_int_equal(outcome_of(&sim, &eight), OUTCOME_DONE);
	tree_file(&sim.tree, path, "0a1b2c3d-0000-4000-8000-000000000001 many\n");
	deed_do(&d, &sim, &give_back);
	assert_int_equal(d.outcome, OUTCOME_FAILED);
	assert_says(&d, path, NULL);
	assert_pages(&sim, 13, 0);
	tree_file(&sim.tree, path, "0a1b2c3d-0000-4000-8000-000000000001 8\n");
	tree_find(&sim.tree, path)->is_foreign = true;
	assert_int_equal(outcome_of(&sim, &give_back), OUTCOME_FAILED);
	assert_pages(&sim, 13, 0);
}

static void dry_runs_write_nothing(void **state)
{
	cleanup_sim struct sim sim = {0};
	struct request q = eight;

	(void)state;
	sim_host_memory(&sim);
	q.is_dry_run = true;
	assert_int_equal(outcome_of(&sim, &q), OUTCOME_DONE);
	assert_pages(&sim, 5, 0);
	assert_false(sim_exists(&sim, "run/passthru"));
	assert_int_equal(outcome_of(&sim, &eight), OUTCOME_DONE);
	assert_int_equal(outcome_of(&sim, &(struct request){.verb = DO_GIVE_BACK, .is_dry_run = true}), OUTCOME_DONE);
	assert_pages(&sim, 13, 0);
}

/* The node of a card, by its address. */
static void a_function_tells_its_node(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_arena struct arena mem = {0};
	struct flow f = {.s = &sim.sys, .mem = &mem};
	struct err e = {0};
	char path[SYS_PATH];
	int node = -5;

	(void)state;
	sim_host_memory(&sim);
	(void)sys_path(path, "%s/numa_node", sim_find_function(&sim, GPU)->folder);
	tree_file(&sim.tree, path, "1\n");
	assert_int_equal(flow_find_node(&f, "01:00.0", &node, &e), 0);
	assert_int_equal(node, 1);
	tree_file(&sim.tree, path, "-1\n");
	assert_int_equal(flow_find_node(&f, "01:00.0", &node, &e), -ENODATA);
	assert_non_null(strstr(e.hint, "--node"));
	tree_remove(&sim.tree, "sys/devices/system/node/node1");
	assert_int_equal(flow_find_node(&f, "01:00.0", &node, &e), 0);
	assert_int_equal(node, 0);
	assert_int_equal(flow_find_node(&f, "09:00.0", &node, &e), -ENODEV);
}

static void with_says_beforehand_that_the_guest_cannot_be_locked(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};
	struct request q = {.verb = DO_WITH, .targets = NVME, .command = "qemu-system-x86_64"};

	(void)state;
	sim_host_clean(&sim);
	tree_file(&sim.tree, "proc/1000/limits", "Max locked memory  65536  65536  bytes\n");
	tree_file(&sim.tree, "proc/1000/status", "CapEff:\t0000000000000000\n");
	deed_do(&d, &sim, &q);
	assert_int_equal(d.outcome, OUTCOME_DONE);
	assert_int_equal(d.change.n_notes, 1);
	assert_non_null(strstr(d.change.notes[0], "128 MiB, but only 64 KiB may be locked"));
	deed_done(&d);
	tree_file(&sim.tree, "proc/1000/limits", "Max locked memory  unlimited  unlimited  bytes\n");
	deed_do(&d, &sim, &q);
	assert_int_equal(d.change.n_notes, 0);
}

#define T(f) cmocka_unit_test(f)

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    T(pages_are_added_to_what_is_there_and_given_back_exactly),
	    T(without_a_node_each_gives_its_share),
	    T(what_others_reserve_meanwhile_stays_theirs),
	    T(where_others_took_ours_away_no_more_is_given_back_than_there_is),
	    T(fewer_than_asked_are_taken_back),
	    T(one_short_node_takes_back_the_other_too),
	    T(fewer_will_do_where_that_was_said),
	    T(four_are_fewer_than_at_least_five),
	    T(more_than_there_is_memory_for_is_refused_beforehand),
	    T(pages_in_use_become_surplus_and_that_is_said),
	    T(surplus_of_others_is_not_counted),
	    T(an_interrupted_reservation_is_in_the_way_of_the_next),
	    T(others_may_reserve_at_any_call),
	    T(recover_takes_back_ours_alone),
	    T(a_half_done_write_is_taken_back),
	    T(pages_of_a_record_set_aside_are_given_back_too),
	    T(a_ledger_that_cannot_be_believed_stops_everything),
	    T(dry_runs_write_nothing),
	    T(a_function_tells_its_node),
	    T(with_says_beforehand_that_the_guest_cannot_be_locked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
