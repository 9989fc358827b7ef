/* SPDX-License-Identifier: GPL-2.0-or-later */
/* On which card the host draws, as text and as JSON. */
#pragma once

#include <stdio.h>

#include "base/arena.h"
#include "model/display.h"
#include "model/host.h"

struct json_object;

void view_display(FILE *out, struct arena *mem, const struct host *h, const struct desktop *d,
    const struct display_progress *p);
struct json_object *view_display_json(struct arena *mem, const struct host *h, const struct desktop *d,
    const struct display_progress *p);
