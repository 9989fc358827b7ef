/* SPDX-License-Identifier: GPL-2.0-or-later */
/* modules.alias and modules.builtin.modinfo: which VFIO driver module fits a function best. Variant drivers
 * say so by aliases of their own, "vfio_pci:v000015B3d0000101Esv*sd*bc*sc*i*" (scripts/mod/file2alias.c). */
#pragma once

#include "base/arena.h"
#include "base/base.h"

/* The module of the most specific alias (most letters that are no wildcard) that matches; NULL: none does.
 * Both files' forms are understood: lines "alias PATTERN MODULE", and NUL-terminated "MODULE.alias=PATTERN". */
const char *modules_alias_best(struct arena *mem, const char *text, size_t length, const char *modalias);

/* Does a pattern whose only wildcard is "*" match all of text? */
bool alias_matches(const char *pattern, size_t length, const char *text);
