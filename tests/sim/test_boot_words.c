/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words for the kernel: what is made of them is looked at, a wrong result is taken back, others' words stay. */
#include "verbs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

#define DROP_IN "etc/default/grub.d/90-passthru.cfg"

static const struct request enable = {.verb = DO_BOOT_ENABLE, .word = "iommu=pt"};
static const struct request enable_kvm = {.verb = DO_BOOT_ENABLE, .word = "kvm.ignore_msrs=1"};
static const struct request disable = {.verb = DO_BOOT_DISABLE};
static const struct request disable_kvm = {.verb = DO_BOOT_DISABLE, .word = "kvm.ignore_msrs=1"};
static const struct request disable_all = {.verb = DO_BOOT_DISABLE_ALL};

static const char *text_of(struct sim *sim, const char *path)
{
	const struct node *n = tree_find(&sim->tree, path);

	return n ? n->text : NULL;
}

/* How many lines of grub.cfg have it. */
static size_t entries_with(struct sim *sim, const char *word)
{
	size_t n = 0;

	for (const char *at = text_of(sim, "boot/grub/grub.cfg"); (at = strstr(at, word)); at++)
		n++;
	return n;
}

static void every_entry_but_that_for_repairs_gets_the_word(void **state)
{
	cleanup_sim struct sim sim = {0};
	char *before, *after;

	(void)state;
	sim_host_grub(&sim);
	before = sim_snapshot(&sim);
	assert_int_equal(outcome_of(&sim, &enable), OUTCOME_DONE);
	assert_int_equal(entries_with(&sim, "iommu=pt"), 2);
	assert_int_equal(sim.maker_runs, 1);
	assert_non_null(strstr(text_of(&sim, DROP_IN), "=\"$GRUB_CMDLINE_LINUX_DEFAULT iommu=pt\"\n"));
	/* A second run changes nothing. */
	assert_int_equal(outcome_of(&sim, &enable), OUTCOME_NOTHING);
	assert_int_equal(sim.maker_runs, 1);
	assert_int_equal(outcome_of(&sim, &disable), OUTCOME_DONE);
	after = sim_snapshot(&sim);
	assert_string_equal(after, before);
	assert_int_equal(sim_count_files(&sim, "var/lib/passthru/held"), 0);
	assert_int_equal(outcome_of(&sim, &disable), OUTCOME_NOTHING);
	free(before);
	free(after);
}

static void a_maker_that_fails_is_told_and_taken_back(void **state)
{
	static const struct {
		enum sim_maker maker;
		const char *sentence;
	} rows[] = {
	    {MAKER_FAILS, "update-grub failed with exit status 1"},
	    {MAKER_LIES, "iommu=pt is in no entry of /boot/grub/grub.cfg"},
	    {MAKER_FORGETS_ONE, "in some entries (1 of 2) of /boot/grub/grub.cfg, not in \"Debian, with Linux 6.1\""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		cleanup_sim struct sim sim = {0};
		cleanup_deed struct deed d = {0};
		char *before;

		sim_host_grub(&sim);
		before = sim_snapshot(&sim);
		sim.maker = rows[i].maker;
		sim.maker_times = 1;
		deed_do(&d, &sim, &enable);
		assert_int_equal(d.outcome, OUTCOME_ROLLED_BACK);
		assert_says(&d, rows[i].sentence, NULL);
		assert_machine(&sim, before);
		assert_int_equal(sim.maker_runs, 2);
		free(before);
	}
}

static void a_maker_that_goes_on_failing_is_for_recover(void **state)
{
	cleanup_sim struct sim sim = {0};
	char *before;

	(void)state;
	sim_host_grub(&sim);
	before = sim_snapshot(&sim);
	sim.maker = MAKER_FAILS;
	assert_int_equal(outcome_of(&sim, &enable), OUTCOME_NEEDS_RECOVER);
	assert_null(text_of(&sim, DROP_IN));
	assert_int_equal(outcome_of(&sim, &enable_kvm), OUTCOME_NEEDS_RECOVER);
	sim.maker = MAKER_WORKS;
	assert_int_equal(recover_all(&sim), OUTCOME_DONE);
	assert_machine(&sim, before);
	free(before);
}

static void words_of_two_changes_are_taken_back_at_once(void **state)
{
	cleanup_sim struct sim sim = {0};
	char *before;

	(void)state;
	sim_host_grub(&sim);
	before = sim_snapshot(&sim);
	assert_int_equal(outcome_of(&sim, &enable), OUTCOME_DONE);
	assert_int_equal(outcome_of(&sim, &enable_kvm), OUTCOME_DONE);
	assert_int_equal(entries_with(&sim, "iommu=pt kvm.ignore_msrs=1"), 2);
	assert_int_equal(outcome_of(&sim, &disable_kvm), OUTCOME_DONE);
	assert_int_equal(entries_with(&sim, "iommu=pt"), 2);
	assert_int_equal(entries_with(&sim, "kvm"), 0);
	assert_int_equal(outcome_of(&sim, &disable_all), OUTCOME_DONE);
	assert_machine(&sim, before);
	free(before);
}

static void all_is_words_and_claims(void **state)
{
	static const struct request claim = {.verb = DO_CLAIM, .targets = GPU};
	cleanup_sim struct sim sim = {0};
	char *before;

	(void)state;
	sim_host_grub(&sim);
	before = sim_snapshot(&sim);
	assert_int_equal(outcome_of(&sim, &claim), OUTCOME_DONE);
	assert_int_equal(outcome_of(&sim, &enable), OUTCOME_DONE);
	assert_int_equal(outcome_of(&sim, &disable), OUTCOME_DONE);
	assert_int_equal(sim_count_files(&sim, "etc/passthru/claims.d"), 2);
	assert_int_equal(sim_count_files(&sim, "var/lib/passthru/held"), 1);
	assert_int_equal(outcome_of(&sim, &enable), OUTCOME_DONE);
	assert_int_equal(outcome_of(&sim, &disable_all), OUTCOME_DONE);
	assert_machine(&sim, before);
	free(before);
}

static void undo_between_leaves_nothing_for_all_to_miss(void **state)
{
	static const struct request first = {.verb = DO_CLAIM, .targets = GPU}, second = {.verb = DO_CLAIM, .targets = NETWORK};
	static const struct request undo = {.verb = DO_UNDO, .id = 1};
	cleanup_sim struct sim sim = {0};
	char *before;

	(void)state;
	sim_host_grub(&sim);
	before = sim_snapshot(&sim);
	assert_int_equal(outcome_of(&sim, &first), OUTCOME_DONE);
	assert_int_equal(outcome_of(&sim, &second), OUTCOME_DONE);
	assert_int_equal(outcome_of(&sim, &undo), OUTCOME_DONE);
	assert_non_null(text_of(&sim, "etc/udev/rules.d/10-passthru.rules"));
	assert_int_equal(outcome_of(&sim, &disable_all), OUTCOME_DONE);
	assert_null(text_of(&sim, "etc/udev/rules.d/10-passthru.rules"));
	assert_machine(&sim, before);
	free(before);
}

static void what_others_changed_since_is_left_and_named(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};

	(void)state;
	sim_host_grub(&sim);
	assert_int_equal(outcome_of(&sim, &enable), OUTCOME_DONE);
	tree_file(&sim.tree, DROP_IN, "GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT splash\"\n");
	deed_do(&d, &sim, &disable);
	assert_int_equal(d.outcome, OUTCOME_NOTHING);
	assert_non_null(strstr(text_of(&sim, DROP_IN), "splash"));
	assert_int_equal(d.change.n_notes, 1);
	assert_non_null(strstr(d.change.notes[0], "/" DROP_IN " is left alone"));
}

static void a_file_in_place_of_ours_is_refused(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};

	(void)state;
	sim_host_grub(&sim);
	tree_file(&sim.tree, DROP_IN, "GRUB_TIMEOUT=1\n");
	deed_do(&d, &sim, &enable);
	assert_int_equal(d.outcome, OUTCOME_FAILED);
	assert_says(&d, "is not as passthru writes it", "look at it");
}

static void a_word_that_others_set_stays_theirs(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_grub(&sim);
	tree_file(&sim.tree, "etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet iommu=pt\"\n");
	/* It was never carried into grub.cfg: that is done, and no file of ours is needed. */
	assert_int_equal(outcome_of(&sim, &enable), OUTCOME_DONE);
	assert_null(text_of(&sim, DROP_IN));
	assert_int_equal(entries_with(&sim, "iommu=pt"), 2);
	assert_int_equal(sim_count_files(&sim, "var/lib/passthru/held"), 0);
	assert_int_equal(outcome_of(&sim, &disable), OUTCOME_NOTHING);
	assert_int_equal(entries_with(&sim, "iommu=pt"), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_entry_but_that_for_repairs_gets_the_word),
	    cmocka_unit_test(a_maker_that_fails_is_told_and_taken_back),
	    cmocka_unit_test(a_maker_that_goes_on_failing_is_for_recover),
	    cmocka_unit_test(words_of_two_changes_are_taken_back_at_once),
	    cmocka_unit_test(all_is_words_and_claims),
	    cmocka_unit_test(undo_between_leaves_nothing_for_all_to_miss),
	    cmocka_unit_test(what_others_changed_since_is_left_and_named),
	    cmocka_unit_test(a_file_in_place_of_ours_is_refused),
	    cmocka_unit_test(a_word_that_others_set_stays_theirs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
