/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pools of huge pages, as a table and as JSON. */
#pragma once

#include <stdio.h>

#include "base/arena.h"
#include "model/hugepages.h"

struct json_object;

/* As view_plan: 0, -ENOMEM, or -ELIBACC without libsmartcols. */
int view_hugepages(FILE *out, struct arena *mem, const struct hugepages *h);
struct json_object *view_hugepages_json(const struct hugepages *h);
