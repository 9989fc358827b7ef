/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who may open a device node, as a plan says it: "1000:108 660", owner, group, mode; "" where there is no node, which
 * is as good as one that root alone may open: one comes with a driver and goes with it. */
#pragma once

#include "base/arena.h"
#include "base/base.h"

struct access {
	unsigned uid, gid;
	unsigned mode; /* permission bits alone */
};

const char *access_format(struct arena *mem, const struct access *a);

/* Only what access_format writes; "" is none. */
bool access_parse(const char *text, struct access *ret);

/* "user 1000, group 108, mode 0660", "root alone" */
const char *access_describe(struct arena *mem, const char *text);

/* Is a as good as b? */
bool access_equal(const char *a, const char *b);

/* May everyone read and write it? */
bool access_is_for_all(const struct access *a);
