/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads what must let go of the functions a plan moves. For flow only. */
#pragma once

#include "flow/flow.h"

/* Fills c->host with holders, the units that own them, dependant modules and consoles of what c->plan takes from the
 * host's drivers. */
int flow_read_holders(struct flow *f, struct change *c, struct err *e);

/* Does the plan stop units? Then what it is typed in may end with them. */
bool plan_stops_units(const struct plan *p);
