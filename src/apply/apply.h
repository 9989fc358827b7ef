/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Carries plans out, and brings interrupted ones to an end: after every way to fail or die the machine
 * is as it was before, or as was wanted. The caller holds the lock and the leases.
 */
#pragma once

#include "apply/journal.h"
#include "base/arena.h"
#include "base/err.h"
#include "sys/sys.h"

enum apply_result {
	APPLY_DONE,
	APPLY_UNCHANGED,     /* failed before the first write */
	APPLY_ROLLED_BACK,   /* failed, and taken back */
	APPLY_NEEDS_RECOVER, /* failed, and could not be taken back now */
	APPLY_STUCK,	     /* the kernel does not come back from a write */
};

/* Told before each step. */
typedef void apply_progress(void *data, const struct step *step, bool is_back);

/* Runs j->plan from PHASE_FORWARD. Anything but APPLY_DONE has its reason in e. */
enum apply_result apply_journal(struct sys *s, struct arena *mem, struct journal *j, apply_progress *progress,
    void *data, struct err *e);

/* Ends an interrupted journal: finishes it when all is as wanted already, else goes back. APPLY_DONE: it
 * ended after; APPLY_ROLLED_BACK: before (then e has nothing). */
enum apply_result apply_recover(struct sys *s, struct arena *mem, struct journal *j, apply_progress *progress,
    void *data, struct err *e);
