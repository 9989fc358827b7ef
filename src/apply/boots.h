/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of passthru's own that the services at boot write: the count of boots, and what it has to say in this one.
 * Both are replaced whole; the caller holds the lock. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "model/boots.h"
#include "sys/sys.h"

int boots_put(struct sys *s, struct arena *mem, const struct boots *b, struct err *e);

/* text NULL: there is nothing to say any more. */
int notice_put(struct sys *s, const char *text, struct err *e);
