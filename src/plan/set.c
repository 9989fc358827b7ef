/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/set.h"

#include <stdlib.h>

bool set_has(const struct set *s, int index)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->items[i] == index)
			return true;
	return false;
}

void set_add(struct arena *mem, struct set *s, int index)
{
	if (!set_has(s, index))
		*ARENA_PUSH(mem, s->items, s->n) = index;
}

static int compare_indices(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

void set_sort(struct set *s)
{
	if (s->n > 0)
		qsort(s->items, s->n, sizeof(*s->items), compare_indices);
}
