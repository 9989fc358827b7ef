/* SPDX-License-Identifier: GPL-2.0-or-later */
/* KIND_WORD and KIND_SETTING: one word of the kernel's command line in a file of somebody else, found by parsing, or
 * with the program that owns the words. All else there stays byte for byte. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "model/plan.h"
#include "sys/sys.h"

int word_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e);
int word_set(struct sys *s, struct arena *mem, const struct step *move, const struct value *from, struct err *e);

int setting_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e);
int setting_set(struct sys *s, struct arena *mem, const struct step *move, const struct value *from, struct err *e);
bool setting_between(const struct step *move, const struct value *now);
