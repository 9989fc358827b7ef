/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For judge/explain.c: what a finding comes from, by the catalogue alone. */
#pragma once

#include "judge/explain.h"

void explain_add_causes(struct arena *mem, struct finding *f);

/* A text of the catalogue, with what the message says of the device, its group and the like. */
const char *explain_fill(struct arena *mem, const char *text, const struct finding *f);
