/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names in a directory, sorted, so that what is made of them comes in the same order on every host. */
#pragma once

#include "base/arena.h"
#include "sys/sys.h"

struct folder {
	struct arena *mem;
	const char **names;
	size_t n;
};

/* 0 or a negative errno; ret is empty then. */
int folder_names(struct sys *s, struct arena *mem, const char *path, struct folder *ret);

/* A name of the kernel's own numbering, "card0" for "card"; false: another name. */
bool folder_is_numbered(const char *name, const char *prefix, uint64_t *ret_number);
