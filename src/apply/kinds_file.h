/* SPDX-License-Identifier: GPL-2.0-or-later */
/* KIND_FILE: a lasting file of passthru's, absent or with a content; root's, with its mode. Something else in its place (a
 * link, another owner or mode, no text) is a value that no plan has: foreign, and left alone. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "model/plan.h"
#include "sys/sys.h"

int file_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e);
int file_set(struct sys *s, struct arena *mem, const struct step *move, const struct value *from, struct err *e);

/* Removes what a write that was killed left beside the files of p. */
void file_tidy(struct sys *s, const struct plan *p);
