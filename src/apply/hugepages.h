/* SPDX-License-Identifier: GPL-2.0-or-later */
/* KIND_HUGEPAGES: how many pages of a pool are passthru's. How that survives a death at any point, and other people's
 * reservations, stands in model/hugepages.h. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "model/plan.h"
#include "sys/sys.h"

/* -EBUSY: a write of ours is still under way; -ENODEV: the pool is gone. */
int hugepages_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e);

/* -ENOMEM: the kernel gave fewer pages than want allows; those it gave are ours until they are taken back. */
int hugepages_set(struct sys *s, struct arena *mem, const struct step *move, const struct value *from, struct err *e);

bool hugepages_between(const struct step *move, const struct value *now);
