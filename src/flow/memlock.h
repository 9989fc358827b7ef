/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Will a command be able to pin its guest's memory? Asked before it is started. */
#pragma once

#include "flow/flow.h"
#include "judge/memlock.h"
#include "model/memlock.h"

/* The limits of a process, for flow_judge_memlock; whoever starts the command as somebody else changes them first. */
struct memlock flow_memlock_of(struct flow *f, int pid);

/* False: the command is no QEMU, or its memory cannot be told; else *ret is the answer for one that has this limit.
 * user: whose limits file to name, NULL: not known. */
bool flow_judge_memlock(struct flow *f, char *const *argv, const struct memlock *limit, const char *user,
    struct memlock_answer *ret);
