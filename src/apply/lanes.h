/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moves of functions of different IOMMU groups and slots, side by side: an unbind or a reset takes up to seconds, in which the
 * kernel holds only that device's lock. Functions of one group or slot stay in their order. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "model/plan.h"
#include "sys/sys.h"

/* Carries one step out; called from several threads at once, each with memory of its own. */
typedef int lane_step(void *data, struct arena *mem, const struct step *step, struct err *e);

/* How many steps from `first` on are binding moves. */
size_t lanes_length(const struct plan *p, size_t first);

/* Runs n of them. Once one fails no other is begun; those under way are waited for. Answers 0, or the error of
 * the first that failed; -ETIME comes before any other, for after it nothing more may be written. */
int lanes_run(struct sys *s, struct arena *mem, const struct step *steps, size_t n, lane_step *run, void *data,
    struct err *e);
