/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What messages mean, for reading and as JSON. */
#pragma once

#include <stdio.h>

#include "base/arena.h"
#include "model/explanation.h"

struct json_object;

/* Each finding: what it is, the line that says so, what this host says to it, where it comes from and what to do. */
void view_explanation(FILE *out, struct arena *mem, const struct explanation *e);

/* {"version":1,"findings":[{"id","kind","line","text","specifics":{…},"causes":[{"text","likelihood","mend"}]}],
 * "unknown_lines":[…]}; besides, of each finding: "line_number", "count", "severity", "follows" (an id), "host". */
struct json_object *view_explanation_json(struct arena *mem, const struct explanation *e);
