/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sweep.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

/* ---- what the machine must be like ---- */

struct ends {
	char *before, *after;
};

struct sweep {
	const struct scenario *sc;
	const char *what;
	struct ends ends;
	struct sim start; /* the machine before the verb */
	int points, violations;
	int modules_left; /* ends that are right but for VFIO modules nothing uses any more */
	const char *either_way; /* lines with this word may be as before or as after, NULL: none */
	int k; /* where we are */
	char tripped_on[160];
};

void scenario_start(const struct scenario *sc, struct sim *sim)
{
	sc->build(sim);
	if (sc->before.targets)
		assert_int_equal(outcome_of(sim, &sc->before), OUTCOME_DONE);
	sim->on_run = sc->on_run;
	sim->lingers = sc->lingers;
}

static struct ends find_ends(const struct scenario *sc, const char *unplugged)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};
	struct ends ends;

	scenario_start(sc, &sim);
	if (unplugged) {
		cleanup_sim struct sim other = {0};

		scenario_start(sc, &other);
		sim_unplug(&other, unplugged);
		ends.before = sim_snapshot(&other);
	} else {
		ends.before = sim_snapshot(&sim);
	}
	deed_do(&d, &sim, &sc->act);
	if (d.outcome != OUTCOME_DONE)
		print_message("%s: %s\n", sc->name, d.e.what);
	assert_int_equal(d.outcome, OUTCOME_DONE);
	assert_int_equal(sim_count_locks(&sim), 0);
	if (unplugged)
		sim_unplug(&sim, unplugged);
	ends.after = sim_snapshot(&sim);
	return ends;
}

static void sweep_start(struct sweep *s, const struct scenario *sc, const char *what, const char *unplugged)
{
	*s = (struct sweep){.sc = sc, .what = what, .ends = find_ends(sc, unplugged)};
	scenario_start(sc, &s->start);
}

static void sweep_end(struct sweep *s)
{
	free(s->ends.before);
	free(s->ends.after);
	sim_done(&s->start);
	print_message("%s: %s: %d points, modules left loaded at %d\n", s->sc->name, s->what, s->points, s->modules_left);
	if (s->violations > 0)
		fail_msg("%d violations", s->violations);
}

__attribute__((format(printf, 3, 4))) static bool expect(struct sweep *s, bool holds, const char *format, ...)
{
	enum { SHOWN = 12 };
	char text[700];
	va_list args;

	if (holds)
		return true;
	s->violations++;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (s->violations <= SHOWN)
		print_message("    call %d (%s): %s\n", s->k, s->tripped_on, text);
	return false;
}

/* What shows whether VFIO's modules are loaded. */
static bool is_of_modules(const char *line)
{
	static const char *const of_modules[] = {"sys/module/vfio", "dev/vfio/vfio ", "sys/bus/pci/drivers/vfio-pci"};

	for (size_t i = 0; i < ARRAY_LEN(of_modules); i++)
		if (str_starts(line, of_modules[i]))
			return true;
	return false;
}

static bool has(const char *line, size_t length, const char *word)
{
	return word && memmem(line, length, word, strlen(word));
}

static bool may_be_either_way(const struct sweep *s, const char *line, size_t length)
{
	for (size_t i = 0; i < ARRAY_LEN(s->sc->no_way_back); i++)
		if (has(line, length, s->sc->no_way_back[i]))
			return true;
	/* Counts what the others show. */
	return has(line, length, "/refcnt ") || has(line, length, s->either_way);
}

/* A snapshot without what may be either way, and without modules; in place. */
static char *reduce(const struct sweep *s, char *snapshot, bool has_modules)
{
	char *to = snapshot;

	for (const char *from = snapshot; *from;) {
		size_t length = strcspn(from, "\n");
		/* A value's own newline makes an empty line. */
		bool is_kept = length > 0 && !may_be_either_way(s, from, length) && (has_modules || !is_of_modules(from));

		length += from[length] == '\n';
		if (is_kept) {
			memmove(to, from, length);
			to += length;
		}
		from += length;
	}
	*to = '\0';
	return snapshot;
}

static bool is_like(struct sweep *s, struct sim *sim, const char *snapshot, bool has_modules)
{
	char *now = reduce(s, sim_snapshot(sim), has_modules);
	char *want = reduce(s, strdup(snapshot), has_modules);
	bool is_same = str_eq(now, want);

	free(now);
	free(want);
	return is_same;
}

/* A loaded module harms nothing, so it is counted apart. */
static bool is_end(struct sweep *s, struct sim *sim, const char *end)
{
	if (machine_is(sim, end) || ((s->sc->no_way_back[0] || s->either_way) && is_like(s, sim, end, true)))
		return true;
	if (!is_like(s, sim, end, false))
		return false;
	s->modules_left++;
	return true;
}

static bool is_before(struct sweep *s, struct sim *sim)
{
	return is_end(s, sim, s->ends.before);
}

static bool is_after(struct sweep *s, struct sim *sim)
{
	return is_end(s, sim, s->ends.after);
}

static size_t count_open(struct sim *sim)
{
	return sim_count_files(sim, "run/passthru/journal") + sim_count_files(sim, "var/lib/passthru/journal");
}

static void expect_an_end(struct sweep *s, struct sim *sim, const char *when)
{
	bool is_fine = is_before(s, sim) || (!s->sc->ends_as_it_began && is_after(s, sim));

	if (!expect(s, is_fine, "%s the machine is neither as before nor as after", when) && s->violations <= 3) {
		print_difference(sim, s->ends.before);
		print_difference(sim, s->ends.after);
	}
	expect(s, count_open(sim) == 0, "%s a journal is left open", when);
	expect(s, sim_count_locks(sim) == 0, "%s %zu locks are held", when, sim_count_locks(sim));
}

static bool has_ended(enum outcome o)
{
	return o == OUTCOME_DONE || o == OUTCOME_NOTHING;
}

/* While a guest lives, recover takes nothing from it. */
static void end_guest(struct sweep *s, struct sim *sim)
{
	char node[32], *held = sim_snapshot(sim);

	(void)snprintf(node, sizeof(node), "proc/%d", SIM_GUEST_PID);
	if (sim_exists(sim, node)) {
		cleanup_deed struct deed d = {0};

		deed_do(&d, sim, &(struct request){.verb = DO_RECOVER});
		expect(s, d.outcome == OUTCOME_NEEDS_RECOVER, "under a running guest recover says %s", outcome_name(d.outcome));
		expect(s, machine_is(sim, held), "recover takes something from a running guest");
		sim_close_node(sim, SIM_GUEST_PID);
	}
	free(held);
}

/* Recover as a new process does, once there is no guest. */
static void expect_recovery(struct sweep *s, struct sim *sim, const char *when)
{
	cleanup_deed struct deed d = {0};

	sim_revive(sim);
	end_guest(s, sim);
	deed_do(&d, sim, &(struct request){.verb = DO_RECOVER});
	expect(s, has_ended(d.outcome), "%s recover ends as %s: %s", when, outcome_name(d.outcome), d.e.what);
	expect_an_end(s, sim, when);
}

static const struct request *life_of(const struct scenario *sc)
{
	static const struct request gpu = {.verb = DO_BIND, .targets = GPU, .allow = "stranger"};

	return sc->life.targets ? &sc->life : &gpu;
}

/* Life goes on: what was taken is given back, then taken and given back once more. */
static void expect_normal_life(struct sweep *s, struct sim *sim)
{
	const struct request *life = life_of(s->sc);
	const struct request give_back = {.verb = DO_RELEASE, .targets = life->targets};
	cleanup_deed struct deed bind = {0}, release = {0};
	char *idle;

	if (s->sc->stride > 0 && s->k % s->sc->stride > 0)
		return;
	if (sim->n_pools > 0) {
		cleanup_deed struct deed pages = {0};

		deed_do(&pages, sim, &(struct request){.verb = DO_GIVE_BACK});
		expect(s, has_ended(pages.outcome), "then hugepages --release: %s, %s", outcome_name(pages.outcome), pages.e.what);
		expect(s, sim->pools[0].persistent == 5 && sim->pools[1].persistent == 0, "then there are %ld and %ld pages",
		    sim->pools[0].persistent, sim->pools[1].persistent);
	}
	if (sim_count_files(sim, "run/passthru/held") > 0) {
		cleanup_deed struct deed first = {0};

		deed_do(&first, sim, &give_back);
		expect(s, first.outcome == OUTCOME_DONE, "then release: %s, %s", outcome_name(first.outcome), first.e.what);
	}
	idle = sim_snapshot(sim);
	deed_do(&bind, sim, life);
	expect(s, bind.outcome == OUTCOME_DONE, "then bind: %s, %s", outcome_name(bind.outcome), bind.e.what);
	deed_do(&release, sim, &give_back);
	expect(s, release.outcome == OUTCOME_DONE, "then bind and release: %s, %s", outcome_name(release.outcome),
	    release.e.what);
	if (!expect(s, is_like(s, sim, idle, true), "a later bind and release leave a trace") && s->violations <= 3)
		print_difference(sim, idle);
	free(idle);
}

/* Carries the act out with call k armed; false: there is no such call. */
static bool act_at(struct sweep *s, struct sim *sim, struct deed *d, enum sim_trip trip, int k)
{
	s->k = k;
	sim_arm(sim, trip, k);
	deed_do(d, sim, &s->sc->act);
	sim_disarm(sim);
	(void)snprintf(s->tripped_on, sizeof(s->tripped_on), "%s", sim->tripped_on);
	s->points += sim->is_tripped;
	return sim->n_calls >= k;
}

/* ---- failing ---- */

static void expect_honesty(struct sweep *s, struct sim *sim, const struct deed *d)
{
	const char *name = outcome_name(d->outcome);

	switch (d->outcome) {
	case OUTCOME_DONE:
		expect(s, is_after(s, sim), "it says done, but the machine is not as after");
		break;
	case OUTCOME_NOTHING:
		expect(s, is_after(s, sim), "it says that there is nothing to do");
		break;
	case OUTCOME_FAILED:
	case OUTCOME_ROLLED_BACK:
		expect(s, is_before(s, sim), "it says %s, but the machine is not as before (%s)", name, d->e.what);
		expect(s, count_open(sim) == 0, "it says %s, but a journal is left open (%s)",
		    name, d->e.what);
		break;
	case OUTCOME_NEEDS_RECOVER:
		break;
	case OUTCOME_STUCK:
	case OUTCOMES:
		expect(s, false, "it says %s", name);
		break;
	}
	if (!has_ended(d->outcome))
		expect(s, d->e.code < 0 && d->e.what[0], "it says %s without a reason", name);
	expect(s, sim_count_locks(sim) == 0, "locks stay behind");
}

static void expect_the_end_of_a_failure(struct sweep *s, struct sim *sim, const struct deed *d)
{
	expect_honesty(s, sim, d);
	if (d->outcome == OUTCOME_NEEDS_RECOVER || count_open(sim) > 0 ||
	    (s->sc->ends_as_it_began && !is_before(s, sim)))
		expect_recovery(s, sim, "after one recover");
	expect_normal_life(s, sim);
}

static bool fail_once(struct sweep *s, enum sim_trip trip, int k)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};

	sim_copy(&sim, &s->start);
	if (!act_at(s, &sim, &d, trip, k))
		return false;
	if (sim.is_tripped)
		expect_the_end_of_a_failure(s, &sim, &d);
	return true;
}

/* The kernel refuses the write; a read that says EBUSY is a lock of ours, and another matter. */
static bool refuse_once(struct sweep *s, int k)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};

	sim_copy(&sim, &s->start);
	sim.trip_code = -EBUSY;
	if (!act_at(s, &sim, &d, SIM_FAIL, k))
		return false;
	if (sim.is_tripped && str_starts(sim.tripped_on, "poke "))
		expect_the_end_of_a_failure(s, &sim, &d);
	return true;
}

void sweep_busy(const struct scenario *sc)
{
	struct sweep s;

	sweep_start(&s, sc, "a write is refused with EBUSY", NULL);
	for (int k = 1; refuse_once(&s, k); k++)
		;
	sweep_end(&s);
}

void sweep_failures(const struct scenario *sc, enum sim_trip trip)
{
	struct sweep s;

	sweep_start(&s, sc, trip == SIM_FAIL ? "a call fails" : "a write fails after it took effect", NULL);
	for (int k = 1; fail_once(&s, trip, k); k++)
		;
	sweep_end(&s);
}

/* ---- dying ---- */

static bool die_once(struct sweep *s, enum sim_trip trip, int k)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};

	sim_copy(&sim, &s->start);
	if (!act_at(s, &sim, &d, trip, k))
		return false;
	if (trip == SIM_DIE_STUCK) {
		if (!sim.is_tripped)
			return true;
		sim_revive(&sim);
		expect(s, recover_all(&sim) == OUTCOME_STUCK, "recover does not say stuck");
		sim_let_go(&sim);
	}
	expect_recovery(s, &sim, "after recover");
	expect_normal_life(s, &sim);
	return true;
}

void sweep_deaths(const struct scenario *sc, enum sim_trip trip, enum modules modules)
{
	struct sweep s;

	sweep_start(&s, sc,
	    trip == SIM_DIE		? "death before a call" :
		trip == SIM_DIE_AFTER	? "death after a call" :
					  "death while a write is under way",
	    NULL);
	for (int k = 1; die_once(&s, trip, k); k++)
		;
	if (modules == MODULES_EXACT)
		s.violations += s.modules_left;
	sweep_end(&s);
}

/* ---- dying twice ---- */

/* Going back is tried once where it is said to be of the best effort: what fails then stays as it is. */
static const char *best_effort(enum sim_trip trip, const char *tripped_on)
{
	if (trip == SIM_FAIL && str_starts(tripped_on, "poke sys/class/vtconsole/"))
		return "sys/class/vtconsole/";
	return trip == SIM_FAIL && str_starts(tripped_on, "set_interface ") ? "/flags " : NULL;
}

/* Trips in recover at call j; false: it has no such call. */
static bool recover_once(struct sweep *s, const struct sim *crashed, enum sim_trip trip, int j)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};

	sim_copy(&sim, crashed);
	sim_revive(&sim);
	sim_arm(&sim, trip, j);
	deed_do(&d, &sim, &(struct request){.verb = DO_RECOVER});
	sim_disarm(&sim);
	if (sim.n_calls < j)
		return false;
	if (!sim.is_tripped)
		return true;
	(void)snprintf(s->tripped_on, sizeof(s->tripped_on), "%.70s; in recover %d %.60s", crashed->tripped_on, j,
	    sim.tripped_on);
	s->points++;
	s->either_way = best_effort(trip, sim.tripped_on);
	if (!sim.is_dead && has_ended(d.outcome))
		expect_an_end(s, &sim, "after a recover that says it is done");
	expect_recovery(s, &sim, "after two recovers");
	return true;
}

/* Dies after call k, if that is a write; false: there is no such call. */
static bool crash_once(struct sweep *s, enum sim_trip trip, int k)
{
	cleanup_sim struct sim crashed = {0};
	cleanup_deed struct deed d = {0};
	const int stride = s->sc->stride > 0 ? s->sc->stride : 1;
	int points = s->points;
	bool has_k;

	sim_copy(&crashed, &s->start);
	has_k = act_at(s, &crashed, &d, SIM_DIE_AFTER, k);
	s->points = points;
	for (int j = 1 + k % stride; has_k && crashed.tripped_on_write && recover_once(s, &crashed, trip, j); j += stride)
		;
	return has_k;
}

void sweep_recover(const struct scenario *sc, enum sim_trip trip)
{
	struct sweep s;

	sweep_start(&s, sc,
	    trip == SIM_DIE		? "death in recover" :
		trip == SIM_DIE_AFTER	? "death in recover, after the call" :
		trip == SIM_FAIL_AFTER	? "a write of recover fails after it took effect" :
					  "a call of recover fails",
	    NULL);
	for (int k = 1; crash_once(&s, trip, k); k++)
		;
	sweep_end(&s);
}

/* ---- stuck ---- */

static void expect_others_to_work(struct sweep *s, struct sim *sim)
{
	expect(s, bind_card(sim, NVME) == OUTCOME_DONE, "another function cannot be bound meanwhile");
	expect(s, sim_is_bound(sim, NVME, "vfio-pci"), "another function is not bound meanwhile");
	expect(s, release_card(sim, NVME) == OUTCOME_DONE, "another function cannot be given back meanwhile");
}

static bool stick_once(struct sweep *s, int k)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};

	sim_copy(&sim, &s->start);
	if (!act_at(s, &sim, &d, SIM_STUCK, k))
		return false;
	if (!sim.is_tripped)
		return true;
	expect(s, d.outcome == OUTCOME_STUCK, "it says %s, not stuck", outcome_name(d.outcome));
	expect(s, d.e.hint[0] != '\0', "no hint says what to do");
	if (sim_count_files(&sim, "run/passthru/journal") == 1) {
		struct journal j = only_journal(&d, &sim);

		expect(s, j.phase == PHASE_STUCK, "the journal says %s", phase_name(j.phase));
	} else {
		expect(s, false, "there is no journal");
	}
	sim_revive(&sim);
	if (s->sc->build == sim_host_memory)
		expect(s, outcome_of(&sim, &s->sc->act) != OUTCOME_DONE, "the stuck pool can be written once more");
	else
		expect(s, outcome_of(&sim, s->sc->stuck.targets ? &s->sc->stuck : life_of(s->sc)) != OUTCOME_DONE, "the stuck function can be bound once more");
	expect_others_to_work(s, &sim);
	expect(s, recover_all(&sim) == OUTCOME_STUCK, "recover does not say stuck");
	expect(s, sim.n_hung == 0, "%d reads would have hung with it, the last of %s", sim.n_hung, sim.hung_on);
	sim_let_go(&sim);
	expect_recovery(s, &sim, "after the write came back and recover");
	expect_normal_life(s, &sim);
	return true;
}

void sweep_stuck(const struct scenario *sc)
{
	struct sweep s;

	sweep_start(&s, sc, "a write does not come back", NULL);
	for (int k = 1; stick_once(&s, k); k++)
		;
	sweep_end(&s);
}

/* ---- pulled out ---- */

static const char *pulled; /* a hook has no data of its own */

static void pull(struct sim *sim)
{
	sim_unplug(sim, pulled);
}

static bool unplug_once(struct sweep *s, int k)
{
	cleanup_sim struct sim sim = {0};
	cleanup_deed struct deed d = {0};

	sim_copy(&sim, &s->start);
	sim.hook = pull;
	if (!act_at(s, &sim, &d, SIM_HOOK, k))
		return false;
	if (!sim.is_tripped)
		return true;
	if (d.outcome == OUTCOME_NEEDS_RECOVER || s->sc->ends_as_it_began)
		expect_recovery(s, &sim, "after one recover");
	else
		expect_an_end(s, &sim, outcome_name(d.outcome));
	return true;
}

void sweep_unplug(const struct scenario *sc, const char *function)
{
	struct sweep s;

	pulled = function;
	sweep_start(&s, sc, "the sound function is pulled out", function);
	s.either_way = sc->user_of_sound;
	for (int k = 1; unplug_once(&s, k); k++)
		;
	sweep_end(&s);
}
