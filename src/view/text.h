/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One sanitizer for every string that comes from outside: names out of databases and directories,
 * command names, journals. Nothing that steers a terminal or breaks JSON gets past it. */
#pragma once

#include "base/arena.h"

/* Control characters and bytes that are no UTF-8 become "?"; a clean string is answered as it is. */
const char *view_clean(struct arena *mem, const char *s);
