/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The card that the host draws on, with a laptop's prime-select: what is run, taken back, and found after the reboot. */
#include "verbs.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"

#define CHOICE "etc/prime-discrete"
#define XORG "etc/X11/xorg.conf.d/10-passthru-display.conf"

#define VARIABLE "sys/firmware/efi/efivars/OsIndicationsSupported-8be4df61-93ca-11d2-aa0d-00e098032b8c"

static const struct request use_it = {.verb = DO_DISPLAY_USE, .targets = INTEGRATED};
static const struct request undo = {.verb = DO_UNDO};

static const char *text_of(struct sim *sim, const char *path)
{
	const struct node *n = tree_find(&sim->tree, path);

	return n ? n->text : "";
}

static bool has_note(const struct deed *d, const char *part)
{
	for (size_t i = 0; i < d->change.n_notes; i++)
		if (strstr(d->change.notes[i], part))
			return true;
	return false;
}

static struct display_progress progress_of(struct deed *d, struct sim *sim)
{
	struct flow f = {.s = &sim->sys, .mem = &d->mem};
	struct display_progress p;
	struct desktop desktop;
	struct host h;

	assert_int_equal(flow_display_status(&f, &h, &desktop, &p, &d->e), 0);
	return p;
}

static void the_choice_is_made_once_and_taken_back(void **state)
{
	cleanup_sim struct sim sim = {0};
	char *before;

	(void)state;
	sim_host_laptop(&sim);
	before = sim_snapshot(&sim);
	assert_int_equal(outcome_of(&sim, &use_it), OUTCOME_DONE);
	assert_string_equal(text_of(&sim, CHOICE), "on-demand\n");
	assert_non_null(strstr(text_of(&sim, XORG), "PCI:5@0:0:0"));
	assert_int_equal(sim.maker_runs, 1);
	assert_int_equal(outcome_of(&sim, &use_it), OUTCOME_NOTHING);
	assert_int_equal(sim.maker_runs, 1);
	assert_int_equal(outcome_of(&sim, &undo), OUTCOME_DONE);
	assert_int_equal(sim.maker_runs, 2);
	assert_machine(&sim, before);
	free(before);
}

static void a_dry_run_runs_nothing_and_shows_the_words(void **state)
{
	static const struct request look = {.verb = DO_DISPLAY_USE, .targets = INTEGRATED, .is_dry_run = true};
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};
	const struct step *last;

	(void)state;
	sim_host_laptop(&sim);
	deed_do(&d, &sim, &look);
	assert_int_equal(d.outcome, OUTCOME_DONE);
	last = &d.change.plan.steps[d.change.plan.n_steps - 1];
	assert_string_equal(last->target, "prime-select");
	assert_string_equal(last->want.text, "on-demand");
	assert_int_equal(sim.maker_runs, 0);
	assert_string_equal(text_of(&sim, XORG), "");
}

static void what_came_of_it_is_said_after_the_reboot(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0}, again = {0};
	struct display_progress p;

	(void)state;
	sim_host_laptop(&sim);
	deed_do(&d, &sim, &use_it);
	assert_true(d.change.needs_reboot);
	assert_true(has_note(&d, "prime-select on-demand is run, and is in force after a reboot; then passthru display use " INTEGRATED));
	p = progress_of(&d, &sim);
	assert_int_equal(p.stage, DISPLAY_NEEDS_REBOOT);
	assert_string_equal(p.command, "prime-select on-demand");
	deed_done(&d);
	/* Asked again before it: that it is due. */
	deed_do(&d, &sim, &use_it);
	assert_int_equal(d.outcome, OUTCOME_NOTHING);
	assert_true(d.change.needs_reboot);
	assert_true(has_note(&d, "next: reboot"));
	reboot_machine(&sim);
	deed_do(&again, &sim, &use_it);
	assert_int_equal(again.outcome, OUTCOME_NOTHING);
	assert_false(again.change.needs_reboot);
	assert_true(has_note(&again, "it took: the host's picture is on " INTEGRATED));
	assert_true(has_note(&again, "next: passthru check " GPU));
	assert_int_equal(progress_of(&again, &sim).stage, DISPLAY_TAKEN);
	assert_int_equal(sim.maker_runs, 1);
	/* Undone it is nobody's choice. */
	assert_int_equal(outcome_of(&sim, &undo), OUTCOME_DONE);
	assert_int_equal(progress_of(&again, &sim).stage, DISPLAY_NOT_CHOSEN);
}

static void a_program_that_fails_or_does_nothing_is_taken_back(void **state)
{
	static const struct {
		enum sim_maker maker;
		const char *sentence;
	} rows[] = {
	    {MAKER_FAILS, "prime-select on-demand failed with exit status 1"},
	    {MAKER_LIES, "prime-select is nvidia after all writes succeeded, not on-demand"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		cleanup_sim struct sim sim = {0};
		cleanup_deed struct deed d = {0};
		char *before;

		sim_host_laptop(&sim);
		before = sim_snapshot(&sim);
		sim.maker = rows[i].maker;
		deed_do(&d, &sim, &use_it);
		assert_int_equal(d.outcome, OUTCOME_ROLLED_BACK);
		assert_says(&d, rows[i].sentence, NULL);
		assert_machine(&sim, before);
		free(before);
	}
}

static void what_its_owner_chose_since_is_not_taken_back(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};

	(void)state;
	sim_host_laptop(&sim);
	assert_int_equal(outcome_of(&sim, &use_it), OUTCOME_DONE);
	tree_file(&sim.tree, CHOICE, "off\n");
	deed_do(&d, &sim, &undo);
	assert_int_equal(d.outcome, OUTCOME_FAILED);
	assert_says(&d, "prime-select was changed since: it is intel", NULL);
}

static void what_the_program_does_not_know_is_not_taken_back(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};

	(void)state;
	sim_host_laptop(&sim);
	assert_int_equal(outcome_of(&sim, &use_it), OUTCOME_DONE);
	tree_file(&sim.tree, CHOICE, "hybrid\n");
	deed_do(&d, &sim, &undo);
	assert_int_equal(d.outcome, OUTCOME_FAILED);
	assert_says(&d, "what prime-select is at cannot be told: it says \"unknown\"", NULL);
}

static void what_a_later_version_calls_integrated_is_intel(void **state)
{
	static const struct request use_nvidia = {.verb = DO_DISPLAY_USE, .targets = GPU};
	cleanup_sim struct sim sim = {0};
	char *before;

	(void)state;
	sim_host_laptop(&sim);
	sim.says_integrated = true;
	tree_file(&sim.tree, CHOICE, "off\n");
	before = sim_snapshot(&sim);
	assert_int_equal(outcome_of(&sim, &use_nvidia), OUTCOME_DONE);
	assert_string_equal(text_of(&sim, CHOICE), "on\n");
	assert_int_equal(outcome_of(&sim, &undo), OUTCOME_DONE);
	assert_machine(&sim, before);
	free(before);
}

static void of_two_choices_in_force_the_later_one_counts(void **state)
{
	static const struct request use_nvidia = {.verb = DO_DISPLAY_USE, .targets = GPU};
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};
	struct display_progress p;

	(void)state;
	sim_host_laptop(&sim);
	tree_remove(&sim.tree, "usr/bin/prime-select");
	assert_int_equal(outcome_of(&sim, &use_it), OUTCOME_DONE);
	reboot_machine(&sim);
	assert_int_equal(progress_of(&d, &sim).stage, DISPLAY_TAKEN);
	assert_int_equal(outcome_of(&sim, &use_nvidia), OUTCOME_DONE);
	p = progress_of(&d, &sim);
	assert_int_equal(p.stage, DISPLAY_NEEDS_SERVER);
	assert_int_equal(pci_addr_cmp(p.card, (struct pci_addr){.bus = 1}), 0);
}

static void without_the_program_the_rest_is_taken_back(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_laptop(&sim);
	assert_int_equal(outcome_of(&sim, &use_it), OUTCOME_DONE);
	tree_remove(&sim.tree, "usr/bin/prime-select");
	assert_int_equal(outcome_of(&sim, &undo), OUTCOME_DONE);
	assert_string_equal(text_of(&sim, XORG), "");
	assert_string_equal(text_of(&sim, CHOICE), "on-demand\n");
}

static void boot_disable_leaves_it_and_all_takes_it_back(void **state)
{
	static const struct request disable = {.verb = DO_BOOT_DISABLE}, disable_all = {.verb = DO_BOOT_DISABLE_ALL};
	cleanup_sim struct sim sim = {0};

	(void)state;
	sim_host_laptop(&sim);
	assert_int_equal(outcome_of(&sim, &use_it), OUTCOME_DONE);
	assert_int_equal(outcome_of(&sim, &disable), OUTCOME_NOTHING);
	assert_string_equal(text_of(&sim, CHOICE), "on-demand\n");
	assert_int_equal(outcome_of(&sim, &disable_all), OUTCOME_DONE);
	assert_string_equal(text_of(&sim, CHOICE), "on\n");
	assert_string_equal(text_of(&sim, XORG), "");
}

static void the_machine_restarts_into_a_setup_that_can_be_asked_for(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};
	struct flow f = {.s = &sim.sys, .mem = &d.mem};

	(void)state;
	sim_host_laptop(&sim);
	assert_int_equal(flow_reboot_to_setup(&f, &d.e), -EOPNOTSUPP);
	assert_false(sim.has_gone_to_setup);
	/* Bit 0, behind the attributes; the simulated file system knows no NUL. */
	tree_file(&sim.tree, VARIABLE, "\6\1\1\1\2\2\2\2\2\2\2\2");
	assert_int_equal(flow_reboot_to_setup(&f, &d.e), -EOPNOTSUPP);
	assert_false(sim.has_gone_to_setup);
	tree_file(&sim.tree, VARIABLE, "\6\1\1\1\3\2\2\2\2\2\2\2");
	assert_int_equal(flow_reboot_to_setup(&f, &d.e), 0);
	assert_true(sim.has_gone_to_setup);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_choice_is_made_once_and_taken_back),
	    cmocka_unit_test(a_dry_run_runs_nothing_and_shows_the_words),
	    cmocka_unit_test(what_came_of_it_is_said_after_the_reboot),
	    cmocka_unit_test(a_program_that_fails_or_does_nothing_is_taken_back),
	    cmocka_unit_test(what_its_owner_chose_since_is_not_taken_back),
	    cmocka_unit_test(what_the_program_does_not_know_is_not_taken_back),
	    cmocka_unit_test(what_a_later_version_calls_integrated_is_intel),
	    cmocka_unit_test(of_two_choices_in_force_the_later_one_counts),
	    cmocka_unit_test(without_the_program_the_rest_is_taken_back),
	    cmocka_unit_test(boot_disable_leaves_it_and_all_takes_it_back),
	    cmocka_unit_test(the_machine_restarts_into_a_setup_that_can_be_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
