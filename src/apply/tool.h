/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs programs of the host's owner, and the commands that remake what is made from files. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "model/plan.h"
#include "sys/sys.h"

/* 0 when it ended with status 0; else the sentence, and what it said goes to s->said. *ret_output: the end of what it
 * said, in mem. */
int tool_run(struct sys *s, struct arena *mem, const char *const *argv, unsigned limit_ms, const char **ret_output,
    struct err *e);

/* All of a plan's in their order; stops at the first that fails. */
int derived_run(struct sys *s, struct arena *mem, const struct plan *p, struct err *e);
