/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the checks found, as a text and as JSON. */
#pragma once

#include <stdio.h>

#include "base/arena.h"
#include "model/check.h"
#include "model/host.h"

struct json_object;

/* Worst first; what is green, and what cannot be told, is folded unless is_all. */
void view_checks(FILE *out, struct arena *mem, const struct host *h, const struct check_report *r, bool is_all);
struct json_object *view_checks_json(struct arena *mem, const struct host *h, const struct check_report *r);
