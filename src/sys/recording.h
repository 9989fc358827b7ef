/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stands before a host and keeps all that is read of it: what comes out is a recorded host (sys/recorded.h) on which the
 * same readers read the same. */
#pragma once

#include "sys/sys.h"

/* What is kept of one file; what is longer is kept up to there. */
enum { RECORDING_FILE = 4 * 1024 * 1024 };

/* Reads by base, keeps in kept. The readers see a host that is recorded, running or not: so they read what they will
 * read again. */
struct sys *sys_recording_new(struct arena *mem, struct sys *base, struct sys *kept);

/* Was there more than a recorded host takes? What is kept then lacks something without saying so. */
bool sys_recording_is_full(struct sys *s);
