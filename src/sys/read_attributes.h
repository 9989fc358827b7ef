/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The attributes that only some columns show. For sys/read_host.c. */
#pragma once

#include "model/host.h"
#include "sys/sys.h"

/* Fills attributes of every function i with is_wanted[i]; `attributes` are bits 1 << ATTR_…. */
void read_attributes_of(struct sys *s, struct arena *mem, struct host *h, const bool *is_wanted, unsigned attributes);
