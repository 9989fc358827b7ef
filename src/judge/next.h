/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Of all that may need doing, the one thing to do now. */
#pragma once

#include "base/arena.h"
#include "model/status.h"

/* What keeps others from being done comes first: a write that is stuck, whoever is at work, a record that is not
 * believed, a change that was cut off, then what can be given back. */
struct status_next judge_next(struct arena *mem, const struct status *s);
