/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What must be known before a user is let at a group's node. */
#pragma once

#include "base/err.h"
#include "model/access.h"
#include "sys/sys.h"

/* Who may open a node ("/dev/vfio/5"), and in *ret_device (may be NULL) its number. -ENOENT: there is none. */
int read_access(struct sys *s, const char *node, struct access *ret, struct sys_device *ret_device);

/* Fills h->accesses with every node its functions have, and h->has_irq_remapping. A node that cannot be looked at is
 * an error: it must not be taken for none. */
int read_accesses(struct sys *s, struct arena *mem, struct host *h, struct err *e);

/* On x86 yes or no; TRI_UNKNOWN: another architecture, or it cannot be seen. */
enum tri read_irq_remapping(struct sys *s, struct arena *mem);
