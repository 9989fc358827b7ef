/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The udev rules of what is claimed, made from the claims and the host as it is now. */
#pragma once

#include "flow/flow.h"
#include "model/claim.h"

struct boot_rules {
	const char *text;      /* of UDEV_RULES_FILE (text/udev_rules.h), NULL: no claim belongs into it */
	const char **drivers;  /* of VFIO that they name, each once */
	size_t n_drivers;
	const char **natives;  /* modules that would take what is here otherwise */
	size_t n_natives;
};

/* For these claims, which may be those that a change is about to write. One that is not here now has its own line, for
 * it may come back. h: read with FACET_PATH, and learns the VFIO drivers of what is claimed; NULL: it is read, if there
 * is any claim. */
int flow_udev_rules(struct flow *f, struct host *h, const struct claims *c, struct boot_rules *ret, struct err *e);
