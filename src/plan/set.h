/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets of functions, as indices into host.functions. */
#pragma once

#include "base/arena.h"
#include "base/base.h"

struct set {
	int *items;
	size_t n;
};

bool set_has(const struct set *s, int index);
void set_add(struct arena *mem, struct set *s, int index); /* once */
void set_sort(struct set *s);
