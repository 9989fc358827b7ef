/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One compressed stream, taken apart piece by piece through libarchive, which is loaded when one is met. */
#pragma once

#include <sys/types.h>

#include "model/image.h"

struct unpack_ends {
	/* The next piece of what is compressed, valid until the next call; 0: there is no more; a negative errno. */
	ssize_t (*more)(void *data, const char **ret);
	/* A piece of what was in it; a negative errno ends it, and is answered. */
	int (*each)(void *data, const char *bytes, size_t n);
	void *data;
};

/*
 * *ret_taken: how many bytes the stream was long; behind it another thing may begin. -ENOPKG: there is no libarchive;
 * -EOPNOTSUPP: it does not know this packing by itself (no program is ever run for it); -EBADMSG: the stream is broken, or
 * ends too early.
 */
int unpack(enum image_packing p, const struct unpack_ends *ends, uint64_t *ret_taken);

/* Is there a libarchive? */
bool unpack_is_possible(void);
