/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sentences for whoever asked for a plan, beside its steps. */
#pragma once

#include "base/arena.h"

struct notes {
	struct arena *mem;
	const char **items;
	size_t n;
};

static inline void notes_add(struct notes *notes, const char *text)
{
	*ARENA_PUSH(notes->mem, notes->items, notes->n) = text;
}
