/* SPDX-License-Identifier: GPL-2.0-or-later */
/* KIND_GENERATED and KIND_IMAGE: what the derived commands made, read back. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "model/plan.h"
#include "sys/sys.h"

int generated_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e);
int image_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e);
