/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	_Alignas(max_align_t) unsigned char bytes[];
};

enum {
	ALIGN = _Alignof(max_align_t),
	FIRST_BLOCK = 16 * 1024,
	LARGEST_BLOCK = 1024 * 1024,
};

static void out_of_memory(void)
{
	static const char text[] = "passthru: out of memory\n";

	(void)!fwrite(text, 1, sizeof(text) - 1, stderr);
	abort();
}

/* Blocks double in size, so a small command touches one page run and a large one few mallocs. */
static struct arena_block *add_block(struct arena *a, size_t least)
{
	size_t size = a->blocks ? a->blocks->size * 2 : FIRST_BLOCK;
	struct arena_block *block;

	if (size > LARGEST_BLOCK)
		size = LARGEST_BLOCK;
	if (size < least)
		size = least;
	if (size > SIZE_MAX - sizeof(*block))
		out_of_memory();
	block = malloc(sizeof(*block) + size);
	if (!block)
		out_of_memory();
	block->next = a->blocks;
	block->used = 0;
	block->size = size;
	a->blocks = block;
	return block;
}

void arena_done(struct arena *a)
{
	while (a->blocks) {
		struct arena_block *next = a->blocks->next;

		free(a->blocks);
		a->blocks = next;
	}
}

void arena_adopt(struct arena *a, struct arena *from)
{
	struct arena_block **end = &a->blocks;

	/* Behind our own: what is left in the current block stays in use. */
	while (*end)
		end = &(*end)->next;
	*end = from->blocks;
	from->blocks = NULL;
}

static void *take(struct arena *a, size_t size)
{
	struct arena_block *block = a->blocks;
	void *p;

	if (size > SIZE_MAX - ALIGN)
		out_of_memory();
	size = (size + ALIGN - 1) / ALIGN * ALIGN;
	if (!block || block->size - block->used < size)
		block = add_block(a, size);
	p = block->bytes + block->used;
	block->used += size;
	return p;
}

void *arena_alloc(struct arena *a, size_t size_bytes)
{
	return memset(take(a, size_bytes), 0, size_bytes);
}

char *arena_strndup(struct arena *a, const char *s, size_t length)
{
	char *copy = take(a, length + 1);

	memcpy(copy, s, length);
	copy[length] = '\0';
	return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return s ? arena_strndup(a, s, strlen(s)) : NULL;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
	va_list args, again;
	char *text;
	int n;

	va_start(args, format);
	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n < 0)
		out_of_memory();
	text = take(a, (size_t)n + 1);
	(void)vsnprintf(text, (size_t)n + 1, format, again);
	va_end(again);
	return text;
}

void *arena_grow(struct arena *a, void *array, size_t n, size_t element_bytes)
{
	size_t room = n ? n * 2 : 4;
	void *larger;

	if ((n & (n - 1)) != 0 || (n != 0 && n < 4))
		return array;
	larger = arena_alloc(a, room * element_bytes);
	if (n > 0)
		memcpy(larger, array, n * element_bytes);
	return larger;
}
