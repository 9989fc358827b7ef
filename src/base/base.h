/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every file wants at hand: array lengths, closing what is open when a scope ends, and the
 * answer that is neither yes nor no.
 */
#pragma once

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Hand over what a cleanup variable owns: `return TAKE(fd, -1);` */
#define TAKE(p, empty)                                                                             \
	({                                                                                         \
		__typeof__(p) taken_ = (p);                                                        \
		(p) = (empty);                                                                     \
		taken_;                                                                            \
	})

static inline void close_cleanup(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

static inline void free_cleanup(void *p)
{
	free(*(void **)p);
}

#define cleanup_close __attribute__((cleanup(close_cleanup)))
#define cleanup_free __attribute__((cleanup(free_cleanup)))

/* "Could not be measured" is a third answer beside yes and no; 0 so that {0} claims nothing. */
enum tri {
	TRI_UNKNOWN,
	TRI_NO,
	TRI_YES,
};

static inline enum tri tri_from(bool b)
{
	return b ? TRI_YES : TRI_NO;
}
