/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration space of bridges. For sys/read_host.c. */
#pragma once

#include "model/host.h"
#include "sys/sys.h"

/* Fills f->config of every bridge i with is_wanted[i]; one that is switched off is left asleep, and not known. */
void read_configs(struct sys *s, struct arena *mem, struct host *h, const bool *is_wanted);
