/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "model/memlock.h"
#include "sys/sys.h"

/* What a process may lock; what cannot be read is unknown. */
struct memlock read_memlock(struct sys *s, int pid);
