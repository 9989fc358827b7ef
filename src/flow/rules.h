/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The udev rules of what is claimed, made from the claims and the host as it is now. */
#pragma once

#include "flow/flow.h"
#include "model/claim.h"

/* The content of UDEV_RULES_FILE (text/udev_rules.h) for these claims, which may be those that a change is about to
 * write; NULL in *ret: none of them belongs into it. One that is not here now has its own line, for it may come back.
 * Reads the host. */
int flow_udev_rules(struct flow *f, const struct claims *c, const char **ret, struct err *e);
