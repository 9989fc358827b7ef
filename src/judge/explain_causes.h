/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For judge/explain.c: what a finding comes from, by the catalogue alone. */
#pragma once

#include "judge/explain.h"

void explain_add_causes(struct arena *mem, struct finding *f);
