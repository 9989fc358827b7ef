/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What web pages and terminals leave in a text that was copied: lengths of what begins at s, of which n bytes are there;
 * 0: it is nothing of that kind. */
#pragma once

#include "base/base.h"

/* "[0;31m", "[K": a colour whose escape character was lost; with "^[", "\e", "\033" and the like before it where it was
 * made visible. */
size_t markup_colour(const char *s, size_t n);

/* "&lt;", "&#39;", "&#x2019;", "&rsquo;": *ret is the plain character that it stands for. */
size_t markup_entity(const char *s, size_t n, char *ret);
