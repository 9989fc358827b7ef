/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kind of move that lets a user open a group's node. For apply/kinds.c; get, set and between as there. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "model/plan.h"
#include "sys/sys.h"

int access_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e);
int access_set(struct sys *s, struct arena *mem, const struct step *move, const struct value *from, struct err *e);
bool access_between(const struct step *move, const struct value *now);

/* A node that was there when this was planned, and was to stay, but went with its driver since. */
bool access_is_gone(const struct step *move, const struct value *now);
