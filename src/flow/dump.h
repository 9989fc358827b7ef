/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A pasted host stands in for what the readers read. For flow only. */
#pragma once

#include "flow/flow.h"

int flow_look_at_dump(struct flow *f, const struct read_request *request, struct host *ret);
