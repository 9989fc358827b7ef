/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of bind that release and with share. For flow only. */
#pragma once

#include "flow/session.h"

/* Reads the host and plans; ret->plan is empty where nothing is to be done. */
int flow_plan_bind(struct flow *f, const struct bind_wish *wish, struct change *ret, struct err *e);

/* Adds the modules that bring a PCI driver which is not registered now; -ENOENT: nothing is called so. */
int flow_add_driver_modules(struct flow *f, const char *function, const char *driver, struct host *h, struct err *e);

/* Writes the journal and applies c->plan; the session has lock and leases. */
enum outcome flow_carry_out(struct session *session, const char *verb, const struct change_options *options, bool is_held,
    unsigned closes, struct change *c, struct err *e);

/* Fills ret->plan and ret->notes by the verb's own wish. */
typedef int flow_planner(struct flow *f, const void *wish, struct change *ret, struct err *e);

/* A verb whose change outlives the boot: plans it under the lock and carries it out, or in a dry run plans alone. It is
 * held, for undo, where it moves something. */
enum outcome flow_change_lasting(struct flow *f, const char *verb, flow_planner *plan, const void *wish,
    const struct change_options *options, struct change *ret, struct err *e);

/* A plan read from a file must come out the same when it is made again; -ESTALE. */
int flow_check_expected(const struct change_options *options, const struct plan *p, struct err *e);

/* The outcome of an error before anything was written. */
enum outcome flow_fail(const struct err *e);

/* Gives back one held record under an open session that has no leases yet, or has them already. */
enum outcome flow_release_record(struct session *session, const struct journal *held, bool has_leases,
    const struct change_options *options, struct change *ret, struct err *e);
