/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verb status: what is handed over, leased, interrupted, at work, stuck, and what to do about it. */
#pragma once

#include "flow/flow.h"
#include "model/status.h"

/* Changes nothing, takes no lock and waits for nobody, so it answers beside whatever is at work or stuck. Fails where
 * there are no PCI devices to look at. */
int flow_status(struct flow *f, struct status *ret, struct err *e);
