/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each kind of move or condition can do: read its value, set it, tell half-way values from foreign ones. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "model/plan.h"
#include "sys/sys.h"

/* What a read of a move's target says. */
enum state {
	STATE_HAVE,
	STATE_WANT,
	STATE_BETWEEN, /* one of the kind's own half-way values */
	STATE_GONE,
	STATE_FOREIGN, /* somebody else changed it: never overwritten */
};

/* STATE_…, or a negative errno where it cannot be read (-EBUSY: a write of ours is still stuck). *ret_now
 * is what was read. */
int move_state(struct sys *s, struct arena *mem, const struct step *move, struct value *ret_now, struct err *e);

/* Takes the target to move->want from where move_state found it on the way (now), and reads it back. -ETIME: the
 * kernel is stuck in a write; nothing more may be written to that function. */
int move_set(struct sys *s, struct arena *mem, const struct step *move, const struct value *now, struct err *e);

/* A require or await: 0 when it holds. */
int condition_check(struct sys *s, struct arena *mem, const struct step *step, struct err *e);
