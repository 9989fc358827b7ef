/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the services at boot do: claims are served with what was allowed, boots are counted, and found good. */
#include "verbs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "text/boots_file.h"

#define BOOTS "var/lib/passthru/boots"
#define GPU_FILE "etc/passthru/claims.d/0000-00-01.0-00.0.conf"

static const struct request claim = {.verb = DO_CLAIM, .targets = GPU};
static const struct request start = {.verb = DO_BOOT_START};

static const char *text_of(struct sim *sim, const char *path)
{
	const struct node *n = tree_find(&sim->tree, path);

	return n ? n->text : NULL;
}

static struct boots boots_of(struct sim *sim)
{
	struct boots b = {.unconfirmed = 99};

	if (text_of(sim, BOOTS))
		assert_true(boots_file_parse(text_of(sim, BOOTS), &b));
	return b;
}

static struct boot_confirmation confirm(struct sim *sim, bool waits, int want)
{
	cleanup_arena struct arena mem = {0};
	struct flow f = {.s = &sim->sys, .mem = &mem};
	struct boot_confirmation ret;
	struct err e = {0};

	assert_int_equal(flow_boot_confirm(&f, waits, &ret, &e), want);
	if (want < 0)
		assert_true(e.what[0]);
	ret.why = NULL; /* it goes with the arena */
	return ret;
}

static void a_claimed_host(struct sim *sim)
{
	sim_host_clean(sim);
	assert_int_equal(outcome_of(sim, &claim), OUTCOME_DONE);
}

/* ---- serving ---- */

static void what_was_said_when_claiming_holds_at_boot_and_nothing_else(void **state)
{
	cleanup_arena struct arena mem = {0};
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0}, again = {0};
	const char *text;

	(void)state;
	a_claimed_host(&sim);
	text = arena_strdup(&mem, text_of(&sim, GPU_FILE));
	assert_non_null(strstr(text, "\nserver-type = headless\n"));
	/* As it was before the key was there: the display is guarded. */
	tree_file(&sim.tree, GPU_FILE, arena_printf(&mem, "%.*s%s", (int)(strstr(text, "server-type") - text), text, strstr(text, "claimed = ")));
	tree_file(&sim.tree, "etc/passthru/claims.d/0000-00-01.0-00.1.conf", "");
	deed_do(&d, &sim, &start);
	assert_int_equal(d.outcome, OUTCOME_FAILED);
	assert_says(&d, "it is the only display", "--allow=display");
	assert_false(boot_start_is_good(&d.boot));
	assert_false(sim_is_bound(&sim, GPU, "vfio-pci"));
	tree_file(&sim.tree, GPU_FILE, arena_printf(&mem, "%.*sallow = display\n%s", (int)(strstr(text, "server-type") - text), text, strstr(text, "claimed = ")));
	deed_do(&again, &sim, &start);
	assert_int_equal(again.outcome, OUTCOME_DONE);
	assert_true(sim_is_bound(&sim, GPU, "vfio-pci"));
}

static void with_a_word_of_the_kernel_nothing_is_looked_at_or_counted(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};

	(void)state;
	a_claimed_host(&sim);
	tree_file(&sim.tree, "proc/cmdline", "quiet passthru.claims=off\n");
	deed_do(&d, &sim, &start);
	assert_string_equal(d.boot.off_word, "passthru.claims=off");
	assert_false(sim_is_bound(&sim, GPU, "vfio-pci"));
	assert_null(text_of(&sim, BOOTS));
	assert_true(boot_start_is_good(&d.boot));
	/* Nor does such a boot say anything of claims. */
	assert_false(confirm(&sim, true, 0).is_confirmed);
	assert_null(text_of(&sim, BOOTS));
}

static void a_dry_run_counts_and_moves_nothing(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};
	char *before;

	(void)state;
	a_claimed_host(&sim);
	before = sim_snapshot(&sim);
	deed_do(&d, &sim, &(struct request){.verb = DO_BOOT_START, .is_dry_run = true});
	assert_int_equal(plan_count_moves(&d.boot.plan) > 2, 1);
	assert_machine(&sim, before);
	assert_null(text_of(&sim, BOOTS));
	free(before);
}

static void a_boot_is_counted_before_anything_is_moved(void **state)
{
	struct sim sim = {0};
	bool is_over = false;

	(void)state;
	for (int k = 1; !is_over; k++) {
		a_claimed_host(&sim);
		sim_arm(&sim, SIM_DIE_AFTER, k);
		(void)outcome_of(&sim, &start);
		is_over = sim.n_calls < k;
		if (str_starts(sim.tripped_on, "poke ") || str_starts(sim.tripped_on, "module_load "))
			assert_int_equal(boots_of(&sim).unconfirmed, 1);
		sim_done(&sim);
	}
}

static void a_count_that_cannot_be_read_stops_both_ways(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};

	(void)state;
	a_claimed_host(&sim);
	tree_file(&sim.tree, BOOTS, "unconfirmed = many\n");
	deed_do(&d, &sim, &start);
	assert_int_equal(d.outcome, OUTCOME_FAILED);
	assert_says(&d, "how many boots were not confirmed cannot be read", "passthru boot confirm");
	assert_false(sim_is_bound(&sim, GPU, "vfio-pci"));
	(void)confirm(&sim, false, 0);
	assert_int_equal(outcome_of(&sim, &start), OUTCOME_DONE);
}

static void the_third_boot_gives_back_until_somebody_confirms(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};

	(void)state;
	a_claimed_host(&sim);
	for (unsigned i = 1; i <= BOOTS_LIMIT; i++) {
		(void)outcome_of(&sim, &start);
		assert_int_equal(boots_of(&sim).unconfirmed, i);
		reboot_machine(&sim);
	}
	/* Somebody cleared the one, and that is no reason to leave it with VFIO. */
	assert_int_equal(sim_poke(&sim, "sys/bus/pci/devices/" SOUND "/driver_override", "\n"), 0);
	deed_do(&d, &sim, &start);
	assert_true(d.boot.boots.is_released);
	assert_true(sim_is_bound(&sim, GPU, "bochs-drm"));
	assert_true(sim_is_bound(&sim, SOUND, "snd_hda_intel"));
	assert_non_null(strstr(text_of(&sim, NOTICE_FILE), "passthru boot confirm"));
	reboot_machine(&sim);
	assert_int_equal(outcome_of(&sim, &start), OUTCOME_NOTHING);
	assert_true(sim_is_bound(&sim, GPU, "bochs-drm"));
	assert_false(confirm(&sim, true, 0).is_confirmed);
	assert_true(confirm(&sim, false, 0).is_confirmed);
	assert_null(text_of(&sim, NOTICE_FILE));
	assert_int_equal(outcome_of(&sim, &start), OUTCOME_DONE);
}

static struct sys_ops hiding_ops;
static int (*shown)(struct sys *s, const char *path, char *buf, size_t size, struct sys_file *ret);

static int hide_gpu(struct sys *s, const char *path, char *buf, size_t size, struct sys_file *ret)
{
	return str_eq(path, GPU_FILE) ? -EIO : shown(s, path, buf, size, ret);
}

static void a_claim_that_cannot_be_read_does_not_begin_the_count_anew(void **state)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};

	(void)state;
	a_claimed_host(&sim);
	assert_int_equal(outcome_of(&sim, &start), OUTCOME_DONE);
	reboot_machine(&sim);
	hiding_ops = *sim.sys.ops;
	shown = hiding_ops.file_get;
	hiding_ops.file_get = hide_gpu;
	sim.sys.ops = &hiding_ops;
	deed_do(&d, &sim, &start);
	assert_false(boot_start_is_good(&d.boot));
	assert_int_equal(boots_of(&sim).unconfirmed, 2);
}

/* ---- becoming good ---- */

static struct sys_ops waiting_ops;
static int64_t asked_first, running_from_ms;
static const char *state_then;

static int system_state(struct sys *s, char *buf, size_t size)
{
	int64_t now = s->ops->now_ms(s);

	asked_first = asked_first ? asked_first : now;
	(void)snprintf(buf, size, "%s", now - asked_first < running_from_ms ? "starting" : state_then);
	return 0;
}

static void a_host_that_starts(struct sim *sim, const char *state, int64_t from_ms)
{
	a_claimed_host(sim);
	(void)outcome_of(sim, &start);
	waiting_ops = *sim->sys.ops;
	waiting_ops.system_state = system_state;
	sim->sys.ops = &waiting_ops;
	state_then = state;
	running_from_ms = from_ms;
	asked_first = 0;
}

static void a_start_up_that_was_over_three_minutes_ago_is_good(void **state)
{
	cleanup_sim struct sim sim = {0};
	int64_t from;

	(void)state;
	a_host_that_starts(&sim, "degraded", 60 * 1000);
	from = sim.sys.ops->now_ms(&sim.sys);
	assert_true(confirm(&sim, true, 0).is_confirmed);
	assert_true(sim.sys.ops->now_ms(&sim.sys) - from >= 240 * 1000);
	assert_true(sim.sys.ops->now_ms(&sim.sys) - from < 250 * 1000);
	assert_int_equal(boots_of(&sim).unconfirmed, 0);
}

static void a_login_makes_it_good_at_once_and_a_login_screen_does_not(void **state)
{
	cleanup_sim struct sim sim = {0};
	int64_t from;

	(void)state;
	a_host_that_starts(&sim, "running", INT64_MAX);
	tree_file(&sim.tree, "run/systemd/sessions/c1", "UID=115\nCLASS=greeter\nSTATE=active\n");
	tree_file(&sim.tree, "run/systemd/sessions/2", "UID=1000\nCLASS=user\nSTATE=closing\n");
	assert_false(confirm(&sim, true, -ETIMEDOUT).is_confirmed);
	assert_int_equal(boots_of(&sim).unconfirmed, 1);
	tree_file(&sim.tree, "run/systemd/sessions/3", "UID=1000\nCLASS=user\nSTATE=active\n");
	from = sim.sys.ops->now_ms(&sim.sys);
	assert_true(confirm(&sim, true, 0).is_confirmed);
	assert_true(sim.sys.ops->now_ms(&sim.sys) - from < 2000);
	assert_int_equal(boots_of(&sim).unconfirmed, 0);
}

static void a_start_up_that_ends_in_the_rescue_shell_is_not_good(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	a_host_that_starts(&sim, "maintenance", 1000);
	assert_false(confirm(&sim, true, -ECANCELED).is_confirmed);
	assert_int_equal(boots_of(&sim).unconfirmed, 1);
}

static void without_systemd_only_a_person_can_say_so(void **state)
{
	cleanup_sim struct sim sim = {0};

	(void)state;
	a_claimed_host(&sim);
	(void)outcome_of(&sim, &start);
	assert_false(confirm(&sim, true, -ELIBACC).is_confirmed);
	assert_int_equal(boots_of(&sim).unconfirmed, 1);
	assert_true(confirm(&sim, false, 0).is_confirmed);
	assert_int_equal(boots_of(&sim).unconfirmed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_said_when_claiming_holds_at_boot_and_nothing_else),
	    cmocka_unit_test(with_a_word_of_the_kernel_nothing_is_looked_at_or_counted),
	    cmocka_unit_test(a_dry_run_counts_and_moves_nothing),
	    cmocka_unit_test(a_boot_is_counted_before_anything_is_moved),
	    cmocka_unit_test(a_count_that_cannot_be_read_stops_both_ways),
	    cmocka_unit_test(the_third_boot_gives_back_until_somebody_confirms),
	    cmocka_unit_test(a_claim_that_cannot_be_read_does_not_begin_the_count_anew),
	    cmocka_unit_test(a_start_up_that_was_over_three_minutes_ago_is_good),
	    cmocka_unit_test(a_login_makes_it_good_at_once_and_a_login_screen_does_not),
	    cmocka_unit_test(a_start_up_that_ends_in_the_rescue_shell_is_not_good),
	    cmocka_unit_test(without_systemd_only_a_person_can_say_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
