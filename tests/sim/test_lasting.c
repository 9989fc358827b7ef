/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes that outlive the boot: claims as files, their journal after a reboot, undo, and what others did meanwhile. */
#include "verbs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

#define GPU_FILE "etc/passthru/claims.d/0000-00-01.0-00.0.conf"
#define SOUND_FILE "etc/passthru/claims.d/0000-00-01.0-00.1.conf"

static const struct request claim_gpu = {.verb = DO_CLAIM, .targets = GPU};
static const struct request claim_for = {.verb = DO_CLAIM, .targets = GPU, .vm = "win11"};
static const struct request unclaim = {.verb = DO_UNCLAIM, .word = GPU};
static const struct request undo = {.verb = DO_UNDO};
static const struct request recover = {.verb = DO_RECOVER};

static const char *text_of(struct sim *sim, const char *path)
{
	const struct node *n = tree_find(&sim->tree, path);

	return n ? n->text : NULL;
}

static size_t count_open(struct sim *sim)
{
	return sim_count_files(sim, "var/lib/passthru/journal");
}

static void a_claim_writes_a_file_a_function_and_moves_nothing(void **state)
{
	cleanup_sim struct sim sim = {0};
	char *before, *after;

	(void)state;
	sim_host_clean(&sim);
	before = sim_snapshot(&sim);
	assert_int_equal(outcome_of(&sim, &claim_for), OUTCOME_DONE);
	assert_non_null(strstr(text_of(&sim, GPU_FILE), "\nfor = win11\n"));
	assert_non_null(strstr(text_of(&sim, SOUND_FILE), "\ncard = 0000:00/01.0/00.0\n"));
	assert_true(!sim_is_bound(&sim, GPU, "vfio-pci"));
	assert_int_equal(outcome_of(&sim, &claim_for), OUTCOME_NOTHING);
	assert_int_equal(outcome_of(&sim, &claim_gpu), OUTCOME_NOTHING);
	assert_int_equal(sim_count_files(&sim, "var/lib/passthru/held"), 1);
	assert_int_equal(outcome_of(&sim, &undo), OUTCOME_DONE);
	after = sim_snapshot(&sim);
	assert_string_equal(before, after);
	assert_int_equal(sim_count_files(&sim, "var/lib/passthru/history"), 2);
	free(before);
	free(after);
}

static void a_power_cut_at_any_write_is_recovered_in_the_next_boot(void **state)
{
	cleanup_sim struct sim start = {0};
	bool is_over = false;
	int points = 0;
	char *before, *after;

	(void)state;
	sim_host_clean(&start);
	before = sim_snapshot(&start);
	for (int k = 1; !is_over; k++) {
		cleanup_sim struct sim sim = {0};
		char *now;
		bool was_open;

		sim_copy(&sim, &start);
		sim_arm(&sim, SIM_DIE_AFTER, k);
		(void)outcome_of(&sim, &claim_gpu);
		is_over = sim.n_calls < k;
		was_open = sim.is_tripped && count_open(&sim) > 0;
		points += was_open;
		reboot_machine(&sim);
		assert_int_equal(outcome_of(&sim, &recover), was_open ? OUTCOME_DONE : OUTCOME_NOTHING);
		assert_int_equal(count_open(&sim), 0);
		/* Both files or none, and what is in force is on record. */
		now = sim_snapshot(&sim);
		if (!str_eq(now, before)) {
			assert_non_null(text_of(&sim, GPU_FILE));
			assert_non_null(text_of(&sim, SOUND_FILE));
			assert_int_equal(sim_count_files(&sim, "var/lib/passthru/held"), 1);
			assert_int_equal(outcome_of(&sim, &undo), OUTCOME_DONE);
			after = sim_snapshot(&sim);
			assert_string_equal(after, before);
			free(after);
		}
		free(now);
	}
	assert_true(points >= 4);
	free(before);
}

static void what_is_in_force_can_be_undone_in_a_later_boot(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_clean(&sim);
	assert_int_equal(outcome_of(&sim, &claim_gpu), OUTCOME_DONE);
	reboot_machine(&sim);
	assert_int_equal(outcome_of(&sim, &recover), OUTCOME_NOTHING);
	assert_non_null(text_of(&sim, GPU_FILE));
	assert_int_equal(outcome_of(&sim, &undo), OUTCOME_DONE);
	assert_null(text_of(&sim, GPU_FILE));
}

/* Dies right after the first of two files is written. */
static void interrupt(struct sim *sim)
{
	for (int k = 1;; k++) {
		struct sim one = {0};

		sim_copy(&one, sim);
		sim_arm(&one, SIM_DIE_AFTER, k);
		(void)outcome_of(&one, &claim_gpu);
		assert_true(one.is_tripped);
		if (str_starts(one.tripped_on, "file_put")) {
			sim_done(sim);
			sim_copy(sim, &one);
			sim_done(&one);
			sim_revive(sim);
			return;
		}
		sim_done(&one);
	}
}

static void an_interrupted_claim_is_in_the_way_until_recover(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};

	(void)state;
	sim_host_clean(&sim);
	interrupt(&sim);
	assert_int_equal(count_open(&sim), 1);
	deed_do(&d, &sim, &claim_for);
	assert_int_equal(d.outcome, OUTCOME_NEEDS_RECOVER);
	assert_says(&d, "change L1 (a test's wish) was interrupted", "passthru recover");
	/* What ends with the boot does not mind. */
	assert_int_equal(bind_card(&sim, GPU), OUTCOME_DONE);
	assert_int_equal(release_card(&sim, GPU), OUTCOME_DONE);
	assert_int_equal(outcome_of(&sim, &recover), OUTCOME_DONE);
	assert_null(text_of(&sim, GPU_FILE));
	assert_int_equal(outcome_of(&sim, &claim_for), OUTCOME_DONE);
}

static void what_others_wrote_meanwhile_is_never_overwritten(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};

	(void)state;
	sim_host_clean(&sim);
	interrupt(&sim);
	tree_file(&sim.tree, GPU_FILE, "# mine\n");
	deed_do(&d, &sim, &recover);
	assert_int_equal(d.outcome, OUTCOME_NEEDS_RECOVER);
	assert_says(&d, "/" GPU_FILE " is a file of 1 line, which is none of ours", "passthru recover --abandon L1");
	assert_string_equal(text_of(&sim, GPU_FILE), "# mine\n");
	assert_int_equal(outcome_of(&sim, &(struct request){.verb = DO_ABANDON, .id = 1}), OUTCOME_FAILED);
	assert_int_equal(outcome_of(&sim, &(struct request){.verb = DO_ABANDON, .id = 1, .is_lasting = true}), OUTCOME_DONE);
	assert_int_equal(outcome_of(&sim, &recover), OUTCOME_NOTHING);
	assert_string_equal(text_of(&sim, GPU_FILE), "# mine\n");
}

static void undo_names_the_file_that_was_changed_and_touches_none(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0}, again = {0};
	char *changed;

	(void)state;
	sim_host_clean(&sim);
	assert_int_equal(outcome_of(&sim, &claim_gpu), OUTCOME_DONE);
	tree_file(&sim.tree, SOUND_FILE, "# mine\n");
	changed = sim_snapshot(&sim);
	deed_do(&d, &sim, &undo);
	assert_int_equal(d.outcome, OUTCOME_FAILED);
	assert_says(&d, "/" SOUND_FILE " was changed since", "by hand");
	assert_machine(&sim, changed);
	/* Not ours alone any more, the bytes being the same: foreign, too. */
	free(changed);
	tree_remove(&sim.tree, SOUND_FILE);
	tree_find(&sim.tree, GPU_FILE)->is_foreign = true;
	deed_do(&again, &sim, &undo);
	assert_int_equal(again.outcome, OUTCOME_FAILED);
	assert_says(&again, "/" GPU_FILE " was changed since", NULL);
	assert_non_null(text_of(&sim, GPU_FILE));
}

static void changes_are_undone_the_newest_first(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};
	char *plain, *with_vm;

	(void)state;
	sim_host_clean(&sim);
	assert_int_equal(outcome_of(&sim, &claim_gpu), OUTCOME_DONE);
	plain = strdup(text_of(&sim, GPU_FILE));
	assert_int_equal(outcome_of(&sim, &claim_for), OUTCOME_DONE);
	with_vm = strdup(text_of(&sim, GPU_FILE));
	assert_int_equal(outcome_of(&sim, &unclaim), OUTCOME_DONE);
	assert_null(text_of(&sim, GPU_FILE));
	assert_null(text_of(&sim, SOUND_FILE));
	assert_int_equal(outcome_of(&sim, &undo), OUTCOME_DONE);
	assert_string_equal(text_of(&sim, GPU_FILE), with_vm);
	/* L1 is covered by L2. */
	deed_do(&d, &sim, &(struct request){.verb = DO_UNDO, .id = 1});
	assert_int_equal(d.outcome, OUTCOME_FAILED);
	assert_says(&d, "was changed since", "undo the later change first");
	assert_int_equal(outcome_of(&sim, &(struct request){.verb = DO_UNDO, .id = 2}), OUTCOME_DONE);
	assert_string_equal(text_of(&sim, GPU_FILE), plain);
	assert_int_equal(outcome_of(&sim, &(struct request){.verb = DO_UNDO, .id = 1}), OUTCOME_DONE);
	assert_null(text_of(&sim, GPU_FILE));
	assert_int_equal(sim_count_files(&sim, "var/lib/passthru/held"), 0);
	assert_int_equal(outcome_of(&sim, &undo), OUTCOME_FAILED);
	free(plain);
	free(with_vm);
}

static void what_is_back_already_only_closes_its_record(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_clean(&sim);
	assert_int_equal(outcome_of(&sim, &claim_gpu), OUTCOME_DONE);
	tree_remove(&sim.tree, GPU_FILE);
	tree_remove(&sim.tree, SOUND_FILE);
	/* What was composed from them goes. */
	assert_int_equal(outcome_of(&sim, &undo), OUTCOME_DONE);
	assert_null(text_of(&sim, "etc/udev/rules.d/10-passthru.rules"));
	assert_int_equal(sim_count_files(&sim, "var/lib/passthru/held"), 0);
	assert_int_equal(outcome_of(&sim, &claim_gpu), OUTCOME_DONE);
	tree_remove(&sim.tree, GPU_FILE);
	tree_remove(&sim.tree, SOUND_FILE);
	tree_remove(&sim.tree, "etc/udev/rules.d/10-passthru.rules");
	assert_int_equal(outcome_of(&sim, &undo), OUTCOME_NOTHING);
	assert_int_equal(sim_count_files(&sim, "var/lib/passthru/held"), 0);
}

static void move_file(struct sim *sim, const char *from, const char *to)
{
	char *text = strdup(text_of(sim, from));

	tree_remove(&sim->tree, from);
	tree_file(&sim->tree, to, text);
	free(text);
}

/* Whoever gets a record into the other folder must not get it carried out there. */
static void a_record_is_believed_among_its_own_kind_only(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0}, again = {0};

	(void)state;
	sim_host_clean(&sim);
	interrupt(&sim);
	move_file(&sim, "var/lib/passthru/journal/1.json", "run/passthru/journal/1.json");
	deed_do(&d, &sim, &recover);
	assert_int_equal(d.outcome, OUTCOME_NEEDS_RECOVER);
	assert_says(&d, "outlive the boot", "--abandon 1");
	tree_remove(&sim.tree, "run/passthru/journal/1.json");
	assert_int_equal(bind_card(&sim, GPU), OUTCOME_DONE);
	move_file(&sim, "run/passthru/held/1.json", "var/lib/passthru/journal/1.json");
	deed_do(&again, &sim, &recover);
	assert_int_equal(again.outcome, OUTCOME_NEEDS_RECOVER);
	assert_says(&again, "none that last", "--abandon L1");
}

static void claims_of_one_card_go_together(void **state)
{
	static const char *const words[] = {GPU, SOUND, "01:00.1", "0000-00-01.0-00.1"};
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};

	(void)state;
	sim_host_clean(&sim);
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		assert_int_equal(outcome_of(&sim, &claim_gpu), OUTCOME_DONE);
		assert_int_equal(outcome_of(&sim, &(struct request){.verb = DO_CLAIM, .targets = NETWORK}), OUTCOME_DONE);
		assert_int_equal(outcome_of(&sim, &(struct request){.verb = DO_UNCLAIM, .word = words[i]}), OUTCOME_DONE);
		assert_int_equal(sim_count_files(&sim, "etc/passthru/claims.d"), 1);
		assert_int_equal(outcome_of(&sim, &(struct request){.verb = DO_UNCLAIM, .word = NETWORK}), OUTCOME_DONE);
	}
	deed_do(&d, &sim, &unclaim);
	assert_int_equal(d.outcome, OUTCOME_FAILED);
	assert_says(&d, "nothing is claimed by the name or address " GPU, "claim list");
}

/* The address it had names a claim as long as no claimed function has that address now. */
static void a_card_that_is_gone_is_named_by_the_address_it_had(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_clean(&sim);
	assert_int_equal(outcome_of(&sim, &claim_gpu), OUTCOME_DONE);
	sim_unplug(&sim, SOUND);
	sim_unplug(&sim, GPU);
	assert_int_equal(outcome_of(&sim, &unclaim), OUTCOME_DONE);
	assert_null(text_of(&sim, GPU_FILE));
	assert_null(text_of(&sim, SOUND_FILE));
}

static void an_address_that_another_card_has_by_now_names_no_claim(void **state)
{
	cleanup_sim struct sim sim = {0};
	char text[1024], *address;

	(void)state;
	sim_host_clean(&sim);
	assert_int_equal(outcome_of(&sim, &claim_gpu), OUTCOME_DONE);
	/* As if the network card had the address now that the GPU was claimed at. */
	(void)snprintf(text, sizeof(text), "%s", text_of(&sim, GPU_FILE));
	address = strstr(text, "address = " GPU);
	assert_non_null(address);
	memcpy(address, "address = " NETWORK, strlen("address = " NETWORK));
	tree_file(&sim.tree, GPU_FILE, text);
	assert_int_equal(outcome_of(&sim, &(struct request){.verb = DO_UNCLAIM, .word = NETWORK}), OUTCOME_FAILED);
	assert_int_equal(outcome_of(&sim, &unclaim), OUTCOME_DONE);
}

/* ---- a removal that is taken back claims again ---- */

static void claim_and_remove(struct sim *sim, const char *allow)
{
	struct request claim = claim_gpu;

	claim.allow = allow;
	assert_int_equal(outcome_of(sim, &claim), OUTCOME_DONE);
	assert_int_equal(outcome_of(sim, &unclaim), OUTCOME_DONE);
	assert_null(text_of(sim, GPU_FILE));
}

static void refused_again(struct sim *sim, const char *sentence, const char *hint)
{
	cleanup_deed struct deed d = {0};
	char *before = sim_snapshot(sim);

	deed_do(&d, sim, &undo);
	assert_int_equal(d.outcome, OUTCOME_FAILED);
	assert_says(&d, sentence, hint);
	assert_machine(sim, before);
	assert_null(text_of(sim, GPU_FILE));
	assert_int_equal(sim_count_files(sim, "var/lib/passthru/held"), 2);
	free(before);
}

static void a_removal_taken_back_puts_the_claim_back_as_it_was(void **state)
{
	cleanup_sim struct sim sim = {0};
	char *claimed;

	(void)state;
	sim_host_clean(&sim);
	assert_int_equal(outcome_of(&sim, &claim_for), OUTCOME_DONE);
	claimed = strdup(text_of(&sim, GPU_FILE));
	assert_int_equal(outcome_of(&sim, &unclaim), OUTCOME_DONE);
	assert_int_equal(outcome_of(&sim, &undo), OUTCOME_DONE);
	assert_string_equal(text_of(&sim, GPU_FILE), claimed);
	assert_non_null(text_of(&sim, SOUND_FILE));
	free(claimed);
}

static void what_is_gone_or_another_card_is_not_claimed_again(void **state)
{
	cleanup_sim struct sim gone = {0}, other = {0};

	(void)state;
	sim_host_clean(&gone);
	claim_and_remove(&gone, NULL);
	sim_unplug(&gone, GPU);
	refused_again(&gone, "0000-00-01.0-00.0 cannot be claimed again: nothing sits where it was", "passthru claim ADDRESS");
	sim_host_clean(&other);
	claim_and_remove(&other, NULL);
	tree_file_at(&other.tree, "pci:v00001AF4d00001111sv00001AF4sd00001100bc03sc00i00\n", "%s/modalias",
	    sim_find_function(&other, GPU)->folder);
	refused_again(&other, "0000-00-01.0-00.0 cannot be claimed again: 0000:01:00.0, where it was, is 1af4:1111", NULL);
}

static void what_the_host_lives_on_by_now_is_not_claimed_again(void **state)
{
	static const struct request remove_disk = {.verb = DO_UNCLAIM, .word = NVME};
	static const char *const allowed[] = {NULL, "storage"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(allowed); i++) {
		const struct request claim = {.verb = DO_CLAIM, .targets = NVME, .allow = allowed[i]};
		cleanup_sim struct sim sim = {0};

		sim_host_disk(&sim);
		assert_int_equal(outcome_of(&sim, &claim), OUTCOME_DONE);
		assert_int_equal(outcome_of(&sim, &remove_disk), OUTCOME_DONE);
		sim_mount_disk(&sim);
		/* What was allowed when it was claimed is allowed now. */
		if (allowed[i])
			assert_int_equal(outcome_of(&sim, &undo), OUTCOME_DONE);
		else
			refused_again(&sim, "0000:03:00.0 stays with the host: ", "claim it anew then: passthru claim 0000:03:00.0; --allow=storage");
		assert_int_equal(sim_count_files(&sim, "etc/passthru/claims.d"), allowed[i] ? 1 : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_claim_writes_a_file_a_function_and_moves_nothing),
	    cmocka_unit_test(a_power_cut_at_any_write_is_recovered_in_the_next_boot),
	    cmocka_unit_test(what_is_in_force_can_be_undone_in_a_later_boot),
	    cmocka_unit_test(an_interrupted_claim_is_in_the_way_until_recover),
	    cmocka_unit_test(what_others_wrote_meanwhile_is_never_overwritten),
	    cmocka_unit_test(undo_names_the_file_that_was_changed_and_touches_none),
	    cmocka_unit_test(changes_are_undone_the_newest_first),
	    cmocka_unit_test(what_is_back_already_only_closes_its_record),
	    cmocka_unit_test(a_record_is_believed_among_its_own_kind_only),
	    cmocka_unit_test(claims_of_one_card_go_together),
	    cmocka_unit_test(a_card_that_is_gone_is_named_by_the_address_it_had),
	    cmocka_unit_test(an_address_that_another_card_has_by_now_names_no_claim),
	    cmocka_unit_test(a_removal_taken_back_puts_the_claim_back_as_it_was),
	    cmocka_unit_test(what_is_gone_or_another_card_is_not_claimed_again),
	    cmocka_unit_test(what_the_host_lives_on_by_now_is_not_claimed_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
