/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every call of a verb, one after the other, is made to fail or to be the last before the process dies;
 * each time the machine must end as it was before or as it should be after. What does not is counted
 * and printed, and the sweep fails at its end, so that one run shows all of it.
 */
#pragma once

#include "verbs.h"

struct scenario {
	const char *name;
	void (*build)(struct sim *sim);
	struct request before; /* done first; without targets: nothing */
	struct request act;
	int (*on_run)(struct sim *sim); /* what the command of with does */
	int lingers;
	bool is_lasting; /* it moves files, and no function */
	bool ends_as_it_began; /* with: whatever happens, all is given back */
	struct request stuck; /* what must not be done once more while a write is stuck; without targets: life */
	struct request life; /* what is taken and given back afterwards; without targets: the GPU */
	/* What is shown as having no way back: lines of the snapshot with one of these words may be either way. */
	const char *no_way_back[4];
	const char *user_of_sound; /* unit and program that need not stop where the sound is pulled out before */
	/* Life afterwards is tried at every so manieth call only, and recover tripped at every so manieth of its calls,
	 * another ones after each write; 0: at all. */
	int stride;
};

/* The machine before the verb; act follows. */
void scenario_start(const struct scenario *sc, struct sim *sim);

/* One call fails. Success, or unchanged, or at most one recover away from either. */
void sweep_failures(const struct scenario *sc, enum sim_trip trip);

/* One write is refused with EBUSY. */
void sweep_busy(const struct scenario *sc);

/* We die at a call (SIM_DIE_STUCK: in a write, which goes on without us); then recover. */
enum modules {
	MODULES_MAY_STAY, /* counted and printed; a loaded module harms nothing */
	MODULES_EXACT,
};
void sweep_deaths(const struct scenario *sc, enum sim_trip trip, enum modules modules);

/* We die at a write, then recover fails or dies at a call; then recover again. */
void sweep_recover(const struct scenario *sc, enum sim_trip trip);

/* Each write in its turn does not come back. */
void sweep_stuck(const struct scenario *sc);

/* A function is pulled out at a call. */
void sweep_unplug(const struct scenario *sc, const char *function);
