/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the pools of huge pages and what is asked for to moves of KIND_HUGEPAGES. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "model/hugepages.h"
#include "model/plan.h"

/* COUNT more pages. With a node all of them there; without one alike over all nodes that have memory, where one has too
 * little the others take its share: each share a move of its own, so that giving back is exact on each node (the
 * kernel's own total over all nodes would take pages from wherever it likes then). -ENODEV: no such node or size;
 * -ENOSPC: there is no memory for so many, nor for at_least. */
int plan_hugepages(struct arena *mem, const struct hugepages *h, const struct hugepages_wish *wish, struct plan *ret,
    struct err *e);

/* What the moves of a record took back to what it was before it; taken NULL: whatever is still passthru's. */
void plan_hugepages_release(struct arena *mem, const struct hugepages *h, const struct plan *taken, struct plan *ret);
