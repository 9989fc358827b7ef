/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moves of units, before any verb plans them: a plan of the shape that hands over a card with a desktop on it is
 * failed and killed at every call. */
#include <errno.h>
#include <string.h>

#include "apply/apply.h"
#include "apply/kinds.h"
#include "base/str.h"
#include "verbs.h"

#define MANAGER "gdm.service"
#define SOUNDS "1000/pipewire.service"
#define HELPER "helper.service"

static void build(struct sim *sim)
{
	sim_host_clean(sim);
	(void)sim_add_unit(sim, MANAGER, true);
	(void)sim_add_unit(sim, SOUNDS, true);
	(void)sim_add_unit(sim, HELPER, false);
}

static struct value is(bool flag)
{
	return (struct value){.flag = flag};
}

static struct value bound(const char *driver)
{
	return (struct value){.driver = driver};
}

/* Stop what holds the card, take its sound from its driver, start what comes with it. */
static struct journal journal_of(struct arena *mem, struct sim *sim)
{
	struct journal j = {
	    .id = 1, .boot_id = "0a1b2c3d-0000-4000-8000-000000000001", .verb = "bind", .wish = "bind", .is_held = true};

	j.owner_pid = sim->sys.pid;
	plan_add_move(mem, &j.plan, KIND_UNIT, MANAGER, is(true), is(false));
	plan_add_move(mem, &j.plan, KIND_UNIT, SOUNDS, is(true), is(false));
	plan_add_move(mem, &j.plan, KIND_BINDING, SOUND, bound(sim_find_function(sim, SOUND)->driver->name), bound(NULL));
	plan_add_move(mem, &j.plan, KIND_UNIT, HELPER, is(false), is(true));
	return j;
}

static bool is_done(const struct sim *sim)
{
	return !sim->units[0].is_active && !sim->units[1].is_active && sim->units[2].is_active;
}

static bool is_untouched(const struct sim *sim)
{
	return sim->units[0].is_active && sim->units[1].is_active && !sim->units[2].is_active;
}

static bool is_at_an_end(struct sim *sim)
{
	return (is_done(sim) && sim_is_bound(sim, SOUND, NULL)) ||
	    (is_untouched(sim) && !sim_is_bound(sim, SOUND, NULL));
}

static enum apply_result act(struct sim *sim, struct err *e)
{
	cleanup_arena struct arena mem = {0};
	struct journal j = journal_of(&mem, sim);

	return apply_journal(&sim->sys, &mem, &j, NULL, NULL, e);
}

/* As the next process would: by what the journal's folder holds. */
static enum apply_result recover(struct sim *sim, struct err *e)
{
	cleanup_arena struct arena mem = {0};
	struct journal *journals;
	enum apply_result result = APPLY_DONE;
	size_t n;

	assert_int_equal(journal_read(&sim->sys, &mem, FOLDER_JOURNAL, &journals, &n, e), 0);
	for (size_t i = 0; i < n; i++)
		result = apply_recover(&sim->sys, &mem, &journals[i], NULL, NULL, e);
	return result;
}

static void start(struct sim *sim)
{
	struct err e = {0};

	build(sim);
	assert_int_equal(journal_init(&sim->sys, &e), 0);
}

static void sweep(enum sim_trip trip)
{
	int k = 1;

	for (;; k++) {
		cleanup_sim struct sim sim = {0};
		struct err e = {0};
		enum apply_result result;

		start(&sim);
		sim_arm(&sim, trip, k);
		result = act(&sim, &e);
		if (sim.n_calls < k)
			break; /* no call number k: we have been everywhere */
		sim_disarm(&sim);
		if (sim.is_dead)
			sim_revive(&sim);
		else if (result == APPLY_DONE ? !is_done(&sim) : result != APPLY_NEEDS_RECOVER && !is_untouched(&sim))
			fail_msg("call %d (%s): it is not as it says", k, sim.tripped_on);
		result = recover(&sim, &e);
		if ((result != APPLY_DONE && result != APPLY_ROLLED_BACK) || !is_at_an_end(&sim))
			fail_msg("call %d (%s): %s", k, sim.tripped_on, e.what);
	}
	assert_in_range(k, 20, 500);
}

static void a_plan_with_units_ends_where_it_says_whichever_call_fails(void **state)
{
	(void)state;
	sweep(SIM_FAIL);
	sweep(SIM_FAIL_AFTER);
}

static void a_plan_with_units_is_recovered_from_death_at_every_call(void **state)
{
	(void)state;
	sweep(SIM_DIE);
	sweep(SIM_DIE_AFTER);
}

static void a_unit_that_stops_too_late_is_started_again(void **state)
{
	cleanup_sim struct sim sim = {0};
	struct err e = {0};

	(void)state;
	start(&sim);
	sim_find_unit(&sim, SOUNDS)->stop_ms = sim.sys.unit_limit_ms + 1000;
	assert_int_equal(act(&sim, &e), APPLY_ROLLED_BACK);
	assert_int_equal(e.code, -ETIMEDOUT);
	assert_true(is_untouched(&sim));
}

static void a_unit_that_refuses_takes_the_others_back(void **state)
{
	cleanup_sim struct sim sim = {0};
	struct err e = {0};

	(void)state;
	start(&sim);
	sim_find_unit(&sim, HELPER)->refuses = -ERFKILL;
	assert_int_equal(act(&sim, &e), APPLY_ROLLED_BACK);
	assert_non_null(strstr(e.what, "masked"));
	assert_true(is_untouched(&sim));
	assert_true(sim_is_bound(&sim, SOUND, "snd_hda_intel"));
}

static void log_out(struct sim *sim)
{
	sim_find_unit(sim, SOUNDS)->is_gone = true;
}

/* His units went with him; there is nothing to give back, and everything else is. */
static void a_user_who_logged_out_is_in_nobodys_way(void **state)
{
	int k = 1;

	(void)state;
	for (;; k++) {
		cleanup_sim struct sim sim = {0};
		struct err e = {0};
		enum apply_result result;

		start(&sim);
		sim_find_unit(&sim, HELPER)->refuses = -ERFKILL;
		sim.hook = log_out;
		sim_arm(&sim, SIM_HOOK, k);
		result = act(&sim, &e);
		if (!sim.is_tripped)
			break;
		assert_true(result == APPLY_ROLLED_BACK || result == APPLY_UNCHANGED);
		assert_true(sim_find_unit(&sim, MANAGER)->is_active);
		assert_true(sim_is_bound(&sim, SOUND, "snd_hda_intel"));
	}
	assert_in_range(k, 20, 500);
}

/* Removed between the look and the act, and after it. */
static void a_unit_that_is_not_there_is_not_active_and_need_not_stop(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_arena struct arena mem = {0};
	struct step stop = {.kind = KIND_UNIT, .target = "removed.service", .have = is(true), .want = is(false)};
	struct value now = is(true);
	struct err e = {0};

	(void)state;
	start(&sim);
	assert_int_equal(move_state(&sim.sys, &mem, &stop, &now, &e), STATE_WANT);
	assert_int_equal(move_set(&sim.sys, &mem, &stop, &now, &e), 0);
	stop.want = is(true);
	assert_int_equal(move_set(&sim.sys, &mem, &stop, &now, &e), -ENOENT);
}

static void without_operations_for_units_a_plan_with_them_changes_nothing(void **state)
{
	cleanup_sim struct sim sim = {0};
	struct sys_ops ops;
	struct err e = {0};

	(void)state;
	start(&sim);
	ops = *sim.sys.ops;
	ops.unit_active = NULL;
	ops.unit_set = NULL;
	sim.sys.ops = &ops;
	assert_int_equal(act(&sim, &e), APPLY_UNCHANGED);
	assert_int_equal(e.code, -ELIBACC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_plan_with_units_ends_where_it_says_whichever_call_fails),
	    cmocka_unit_test(a_plan_with_units_is_recovered_from_death_at_every_call),
	    cmocka_unit_test(a_unit_that_stops_too_late_is_started_again),
	    cmocka_unit_test(a_unit_that_refuses_takes_the_others_back),
	    cmocka_unit_test(a_user_who_logged_out_is_in_nobodys_way),
	    cmocka_unit_test(a_unit_that_is_not_there_is_not_active_and_need_not_stop),
	    cmocka_unit_test(without_operations_for_units_a_plan_with_them_changes_nothing),
	};

	return cmocka_run_group_tests_name("units", tests, NULL, NULL);
}
