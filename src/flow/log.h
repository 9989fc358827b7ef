/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every change is one entry in the system's log; docs/log.md has its fields. For flow only. */
#pragma once

#include "flow/flow.h"

/* Who logged in to begin what we are part of, through sudo and su as well (/proc/self/loginuid); NO_LOGIN. */
uint32_t flow_login_uid(struct flow *f);

/* j: what was carried out, or brought to an end. verb: by which; NULL: its own. why is not looked at where all went
 * well. Nothing depends on it: where there is no journald, nothing happens. */
void flow_log_change(struct flow *f, const struct journal *j, const char *verb, enum outcome outcome, const struct err *why);

/* A record that was set aside. */
void flow_log_abandoned(struct flow *f, unsigned number, bool is_lasting);
