/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the claims that are saved. They decide what is taken from the host, so a file is believed only when it and the
 * folders above it are root's and nobody else's to write; of a recorded host only what is a regular file. */
#pragma once

#include "base/err.h"
#include "model/claim.h"
#include "sys/sys.h"

/* All of them; files that cannot be used are among the troubles, and no error. No folder: no claims. */
int read_claims(struct sys *s, struct arena *mem, struct claims *ret, struct err *e);

/* ATTR_SERIAL of those functions that a claim with a serial number might mean. Not of all: reading it wakes a sleeping
 * device. */
void read_claim_serials(struct sys *s, struct arena *mem, const struct claims *c, struct host *h);
