/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How those who use a function look. */
#pragma once

#include <stdio.h>

#include "base/arena.h"
#include "model/holder.h"

struct json_object;

/* A line each; with the function in front where they are of several. */
int view_holders(FILE *out, struct arena *mem, const struct holders *holders, bool has_address);

/* {"version":1,"complete":…,"holders":[…]} */
struct json_object *view_holders_json(struct arena *mem, const struct holders *holders);
