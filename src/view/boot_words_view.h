/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a person must do to change how the host boots, where passthru does not write. */
#pragma once

#include <stdio.h>

#include "base/arena.h"
#include "model/boot.h"
#include "model/boot_entries.h"

struct json_object;

void view_boot_advice(FILE *out, struct arena *mem, const struct boot_advice *list, size_t n);

/* [{"file","line","before","after","command"}], and [{"word","reason"}]. */
struct json_object *view_boot_advice_json(struct arena *mem, const struct boot_advice *list, size_t n);
struct json_object *view_boot_needs_json(struct arena *mem, const struct boot_need *list, size_t n);
