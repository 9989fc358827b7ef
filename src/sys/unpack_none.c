/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Built without libarchive. */
#include <errno.h>

#include "sys/unpack.h"

int unpack(enum image_packing p, const struct unpack_ends *ends, uint64_t *ret_taken)
{
	(void)p;
	(void)ends;
	(void)ret_taken;
	return -ENOPKG;
}

bool unpack_is_possible(void)
{
	return false;
}
