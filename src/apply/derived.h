/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs the commands that remake what is made from files. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "model/plan.h"
#include "sys/sys.h"

enum { DERIVED_LIMIT_MS = 30 * 60 * 1000 }; /* each: an early image for every kernel, on a slow machine */

/* All of them in their order; stops at the first that fails. What that one said goes to s->said. */
int derived_run(struct sys *s, struct arena *mem, const struct plan *p, struct err *e);
