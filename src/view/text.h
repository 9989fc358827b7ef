/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One sanitizer for every string that comes from outside: names out of databases and directories,
 * command names, journals. Nothing that steers a terminal or breaks JSON gets past it. */
#pragma once

#include "base/arena.h"
#include "base/base.h"

/* Control characters and bytes that are no UTF-8 become "?"; a clean string is answered as it is. */
const char *view_clean(struct arena *mem, const char *s);

/* A clean string as text or attribute of XML 1.0 (section 2.2, 2.4). */
const char *view_xml(struct arena *mem, const char *s);

/* A clean string between double quotes in the DOT language, as a label: neither the quote nor an escape of labels ("\N")
 * gets through, and what looks like an entity stays as it is written. */
const char *view_dot(struct arena *mem, const char *s);

size_t view_letters(const char *s); /* of a clean string */

/* At most so many letters of a clean string; a cut one ends with "…". */
const char *view_cut(struct arena *mem, const char *s, size_t letters);

/* Letters beyond ASCII, or lines drawn as a tree, need the user's locale to know their width. Without any, the C
 * locale measures a table of ten thousand rows three times as fast. */
void view_need_locale(void);
bool view_is_ascii(const char *s);
