/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An arena: what is built together and dropped together. Out of memory ends the process here, in
 * one place; `apply` survives being killed anywhere, so nothing else needs to care.
 */
#pragma once

#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block *blocks; /* {0} is a valid empty arena */
};

void arena_done(struct arena *a);
#define cleanup_arena __attribute__((cleanup(arena_done)))

/* Zeroed, aligned for any type. */
void *arena_alloc(struct arena *a, size_t size_bytes);
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t length);
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Takes all of `from`'s memory over; `from` is empty afterwards. */
void arena_adopt(struct arena *a, struct arena *from);

/* Room for one more element behind n of them: array doubled when n is a power of two (or 0). */
void *arena_grow(struct arena *a, void *array, size_t n, size_t element_bytes);

/* Append to an array that grows in the arena: `*ARENA_PUSH(mem, list, n_list) = x;` */
#define ARENA_PUSH(a, array, n)                                                                    \
	((array) = arena_grow((a), (array), (n), sizeof(*(array))), &(array)[(n)++])
