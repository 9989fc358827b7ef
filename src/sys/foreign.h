/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text of strangers: opened with the rights of whoever asks, read and taken apart with none. No part of the machine, so
 * it does not go through struct sys.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum {
	FOREIGN_FILES = 256,		      /* of all paths and folders */
	FOREIGN_BYTES = 256 * 1024 * 1024, /* of one file */
};

struct foreign_file {
	const char *name;
	int fd;
};

/* Files, folders (their regular files, by name, hidden ones left out), "-" (standard input). */
int foreign_open(struct arena *mem, const char *const *paths, size_t n_paths, struct foreign_file **ret, size_t *n_ret, struct err *e);
void foreign_close(struct foreign_file *files, size_t n);

/* For good: user and group nobody, no other groups, no way back. Nothing to do where we are not root. An error: do not
 * go on. */
int foreign_drop_root(struct err *e);

/* All of it, in pieces of any size; -EFBIG beyond FOREIGN_BYTES. What each answers but 0 ends it. */
typedef int foreign_each(void *data, const char *bytes, size_t n);
int foreign_read(const struct foreign_file *file, foreign_each *each, void *data, struct err *e);
