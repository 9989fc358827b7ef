/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/folder.h"

#include <string.h>

#include "base/str.h"

static int add_name(void *data, const char *name)
{
	struct folder *f = data;

	*ARENA_PUSH(f->mem, f->names, f->n) = arena_strdup(f->mem, name);
	return 0;
}

/* Shorter ones first: "fb2" stands before "fb10". */
static int compare_names(const void *a, const void *b)
{
	const char *x = *(const char *const *)a, *y = *(const char *const *)b;
	size_t x_length = strlen(x), y_length = strlen(y);

	return x_length != y_length ? (x_length < y_length ? -1 : 1) : strcmp(x, y);
}

int folder_names(struct sys *s, struct arena *mem, const char *path, struct folder *ret)
{
	int r;

	*ret = (struct folder){.mem = mem};
	r = s->ops->list(s, path, add_name, ret);
	if (r < 0)
		ret->n = 0;
	if (ret->n > 1)
		qsort(ret->names, ret->n, sizeof(*ret->names), compare_names);
	return r;
}

bool folder_is_numbered(const char *name, const char *prefix, uint64_t *ret_number)
{
	return str_starts(name, prefix) && str_number(name + strlen(prefix), 10, INT32_MAX, ret_number);
}
