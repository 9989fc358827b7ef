/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the state of the whole host looks. */
#pragma once

#include <stdio.h>

#include "base/arena.h"
#include "model/status.h"

struct json_object;

/* A line each, what kind of thing it is in front; the next step last. */
void view_status(FILE *out, struct arena *mem, const struct status *s);

/* {"version":1,"bound":[…],…,"next":{…}}; a list that is not known is null, and "unknown" says why. */
struct json_object *view_status_json(struct arena *mem, const struct status *s);
