/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts the functions of a host into the tree they hang in, each with its verdict, and says who is in whose way. */
#pragma once

#include "base/arena.h"
#include "model/topology.h"

/* Of all functions, the targets being its displays; or of these targets, those that share a group or a card with them,
 * and the bridges above. The host must have been read as judge_free_slots wants it. Cannot fail. */
struct topology judge_topology(struct arena *mem, const struct host *h, const int *targets, size_t n_targets);
