/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How guards look. */
#pragma once

#include <stdio.h>

#include "base/arena.h"
#include "model/guard.h"
#include "model/host.h"

struct json_object;

/* [{"address","id","text","evidence","allow"}]; allow is null where nothing overrides it. */
struct json_object *view_guards_json(struct arena *mem, const struct host *h, const struct guard *guards, size_t n);

/* The same for reading, below the function that is shown (an index); others' are named. */
void view_guards(
    FILE *out, struct arena *mem, const struct host *h, int shown, const struct guard *guards, size_t n);
