/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The setting of prime-select, KIND_SETTING with a target of PRIME_… (model/display.h). */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "model/plan.h"
#include "sys/sys.h"

/* By `prime-select query`; what its service does at boot, and all of a recorded host, by its file. -ENODEV: the program is
 * not there any more. */
int prime_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e);
int prime_set(struct sys *s, struct arena *mem, const struct step *move, struct err *e);
