/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One sanitizer for every string that comes from outside: names out of databases and directories,
 * command names, journals. Nothing that steers a terminal or breaks JSON gets past it. */
#pragma once

#include "base/arena.h"
#include "base/base.h"

/* Control characters and bytes that are no UTF-8 become "?"; a clean string is answered as it is. */
const char *view_clean(struct arena *mem, const char *s);

/* Letters beyond ASCII, or lines drawn as a tree, need the user's locale to know their width. Without any, the C
 * locale measures a table of ten thousand rows three times as fast. */
void view_need_locale(void);
bool view_is_ascii(const char *s);
