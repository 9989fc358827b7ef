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

/* ---- ids, where the drivers are part of the kernel ---- */

#define GPU_IDS "1234:1111,1234:2668"
#define NETWORK_IDS "8086:10d3"
#define RELEASE "6.1.0-18-amd64"

static void build_in(struct sim *sim)
{
	static const char *const drivers[] = {"bochs-drm", "snd_hda_intel", "e1000e"};

	tree_file(&sim->tree, "lib/modules/" RELEASE "/modules.builtin", "kernel/drivers/vfio/pci/vfio-pci.ko\n");
	for (size_t i = 0; i < ARRAY_LEN(drivers); i++)
		tree_remove_at(&sim->tree, "sys/bus/pci/drivers/%s/module", drivers[i]);
}

/* The words stand in a file of ours. */
static void host_builtin(struct sim *sim)
{
	sim_host_grub(sim);
	build_in(sim);
}

/* The words stand in a file of others. */
static void host_builtin_plain(struct sim *sim)
{
	sim_host_grub(sim);
	tree_file(&sim->tree, "etc/os-release", "ID=arch\n");
	tree_file(&sim->tree, "usr/sbin/grub-mkconfig", "#!/bin/sh\n");
	build_in(sim);
}

static void (*const builtin_hosts[])(struct sim *sim) = {host_builtin, host_builtin_plain};

static const struct request enable_needed = {.verb = DO_BOOT_ENABLE}, claim_gpu = {.verb = DO_CLAIM, .targets = GPU},
    claim_network = {.verb = DO_CLAIM, .targets = NETWORK}, unclaim_gpu = {.verb = DO_UNCLAIM, .word = GPU},
    unclaim_network = {.verb = DO_UNCLAIM, .word = NETWORK},
    undo_last = {.verb = DO_UNDO};

/* Every entry has just that word of the key, NULL: none. */
static void ids_are(struct sim *sim, const char *ids)
{
	char word[128];

	(void)snprintf(word, sizeof(word), "vfio-pci.ids=%s\n", ids);
	assert_int_equal(entries_with(sim, "vfio-pci.ids="), ids ? 2 : 0);
	assert_int_equal(entries_with(sim, "quiet"), 2);
	if (ids && entries_with(sim, word) != 2)
		fail_msg("not %s in %s", word, text_of(sim, "boot/grub/grub.cfg"));
}

static void assert_noted(const struct deed *d, const char *text)
{
	bool is_noted = false;

	for (size_t i = 0; i < d->change.n_notes; i++)
		is_noted = is_noted || strstr(d->change.notes[i], text);
	if (!is_noted)
		fail_msg("nothing says: %s", text);
}

static void does(struct sim *sim, struct request q)
{
	cleanup_deed struct deed d = {0};

	deed_do(&d, sim, &q);
	if (d.outcome != OUTCOME_DONE)
		fail_msg("%s", d.e.what);
}

static void the_word_of_ids_follows_the_claims(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(builtin_hosts); i++) {
		cleanup_sim struct sim sim = {0};
		char *before;

		builtin_hosts[i](&sim);
		before = sim_snapshot(&sim);
		does(&sim, claim_gpu);
		ids_are(&sim, NULL);
		does(&sim, enable_needed);
		ids_are(&sim, GPU_IDS);
		assert_int_equal(outcome_of(&sim, &enable_needed), OUTCOME_NOTHING);
		does(&sim, claim_network);
		ids_are(&sim, GPU_IDS "," NETWORK_IDS);
		assert_int_equal(outcome_of(&sim, &enable_needed), OUTCOME_NOTHING);
		does(&sim, unclaim_gpu);
		ids_are(&sim, NETWORK_IDS);
		/* Back it comes, behind what is there. */
		does(&sim, undo_last);
		ids_are(&sim, NETWORK_IDS "," GPU_IDS);
		does(&sim, (struct request){.verb = DO_UNDO, .id = 3});
		ids_are(&sim, GPU_IDS);
		does(&sim, (struct request){.verb = DO_UNDO, .id = 1});
		ids_are(&sim, NULL);
		assert_int_equal(outcome_of(&sim, &disable), OUTCOME_NOTHING);
		assert_machine(&sim, before);
		assert_int_equal(sim_count_files(&sim, "var/lib/passthru/held"), 0);
		free(before);
	}
}

/* Only the record of the undo says where the second came from, and that is past at once. */
static void ids_that_an_undo_brought_back_go_like_others(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(builtin_hosts); i++) {
		cleanup_sim struct sim sim = {0};

		builtin_hosts[i](&sim);
		does(&sim, claim_gpu);
		does(&sim, claim_network);
		does(&sim, unclaim_network);
		does(&sim, enable_needed);
		ids_are(&sim, GPU_IDS);
		does(&sim, (struct request){.verb = DO_UNDO, .id = 3});
		ids_are(&sim, GPU_IDS "," NETWORK_IDS);
		does(&sim, unclaim_gpu);
		ids_are(&sim, NETWORK_IDS);
		does(&sim, disable);
		ids_are(&sim, NULL);
	}
}

static void enabling_later_makes_one_word_of_both(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(builtin_hosts); i++) {
		cleanup_sim struct sim sim = {0};
		cleanup_deed struct deed d = {0};

		builtin_hosts[i](&sim);
		does(&sim, (struct request){.verb = DO_BOOT_ENABLE, .word = "vfio-pci.ids=10de:2204"});
		deed_do(&d, &sim, &claim_gpu);
		assert_noted(&d, "vfio-pci.ids=10de:2204 among the kernel's words becomes vfio-pci.ids=10de:2204," GPU_IDS);
		ids_are(&sim, "10de:2204," GPU_IDS);
		/* One more that is asked for, beside those of claims. */
		does(&sim, (struct request){.verb = DO_BOOT_ENABLE, .word = "vfio-pci.ids=10de:1aef"});
		ids_are(&sim, "10de:2204," GPU_IDS ",10de:1aef");
		does(&sim, unclaim_gpu);
		ids_are(&sim, "10de:2204,10de:1aef");
		/* Whatever it has become: what was added goes. */
		does(&sim, disable);
		ids_are(&sim, NULL);
		assert_null(text_of(&sim, DROP_IN));
	}
}

static void undoing_enable_takes_its_ids_out_of_what_the_word_has_become(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(builtin_hosts); i++) {
		cleanup_sim struct sim sim = {0};

		builtin_hosts[i](&sim);
		does(&sim, claim_gpu);
		does(&sim, enable_needed);
		does(&sim, enable);
		does(&sim, (struct request){.verb = DO_BOOT_DISABLE, .word = "iommu=pt"});
		does(&sim, claim_network);
		does(&sim, (struct request){.verb = DO_UNDO, .id = 2});
		ids_are(&sim, NETWORK_IDS);
		does(&sim, (struct request){.verb = DO_BOOT_DISABLE_ALL});
		ids_are(&sim, NULL);
		assert_int_equal(sim_count_files(&sim, "etc/passthru/claims.d"), 0);
	}
}

static void ids_of_others_are_left_and_told(void **state)
{
	static const char theirs[] = "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet vfio-pci.ids=10de:2204\"\n";
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(builtin_hosts); i++) {
		cleanup_sim struct sim sim = {0};
		cleanup_deed struct deed d = {0}, again = {0};

		builtin_hosts[i](&sim);
		tree_file(&sim.tree, "etc/default/grub", theirs);
		deed_do(&d, &sim, &claim_gpu);
		assert_int_equal(d.outcome, OUTCOME_DONE);
		assert_noted(&d, "has vfio-pci.ids=10de:2204, which is not passthru's and is left as it is: make it "
			"vfio-pci.ids=10de:2204," GPU_IDS " by hand");
		deed_do(&again, &sim, &enable_needed);
		assert_int_equal(again.outcome, OUTCOME_FAILED);
		assert_says(&again, "would take the place of vfio-pci.ids=10de:2204", "vfio-pci.ids=10de:2204," GPU_IDS);
		does(&sim, unclaim_gpu);
		assert_string_equal(text_of(&sim, "etc/default/grub"), theirs);
	}
}

static void what_has_the_same_ids_and_is_not_claimed_is_named(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0}, later = {0};

	(void)state;
	host_builtin(&sim);
	(void)sim_add_function(&sim, "0000:05:00.0", 0x030000, "1234:1111", 9, "bochs-drm", NULL);
	does(&sim, claim_gpu);
	deed_do(&d, &sim, &enable_needed);
	assert_int_equal(d.outcome, OUTCOME_DONE);
	assert_noted(&d, "vfio-pci.ids=1234:1111 is not used: 0000:05:00.0 is of the same kind, and is not claimed");
	ids_are(&sim, "1234:2668");
	/* One that came when the word was there has it from the start, with VFIO as well: what has it now says nothing. */
	(void)sim_add_function(&sim, "0000:06:00.0", 0x040300, "1234:2668", 10, NULL, NULL);
	(void)sim_add_driver(&sim, "vfio-pci");
	deed_do(&later, &sim, &claim_network);
	assert_int_equal(later.outcome, OUTCOME_DONE);
	assert_noted(&later, "0000:06:00.0 has the ids 1234:2668 too, and is not claimed: vfio-pci.ids=1234:2668 gives it to vfio-pci at boot");
	ids_are(&sim, "1234:2668," NETWORK_IDS);
}

/* What the word gave to vfio-pci at boot shows no driver of its own any more. */
static void what_the_word_gave_to_vfio_counts_on(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	host_builtin(&sim);
	does(&sim, claim_gpu);
	does(&sim, enable_needed);
	assert_int_equal(bind_card(&sim, GPU), OUTCOME_DONE);
	tree_file(&sim.tree, "proc/cmdline", "BOOT_IMAGE=/boot/vmlinuz-" RELEASE " root=UUID=1 ro quiet vfio-pci.ids=" GPU_IDS "\n");
	does(&sim, disable);
	ids_are(&sim, NULL);
	does(&sim, enable_needed);
	ids_are(&sim, GPU_IDS);
	assert_int_equal(outcome_of(&sim, &enable_needed), OUTCOME_NOTHING);
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
	    cmocka_unit_test(the_word_of_ids_follows_the_claims),
	    cmocka_unit_test(ids_that_an_undo_brought_back_go_like_others),
	    cmocka_unit_test(enabling_later_makes_one_word_of_both),
	    cmocka_unit_test(undoing_enable_takes_its_ids_out_of_what_the_word_has_become),
	    cmocka_unit_test(ids_of_others_are_left_and_told),
	    cmocka_unit_test(what_has_the_same_ids_and_is_not_claimed_is_named),
	    cmocka_unit_test(what_the_word_gave_to_vfio_counts_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
