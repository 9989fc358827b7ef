/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must let go before a function can: services and processes that use it, modules built on its driver's, the text
 * console drawn on it. Steps for bind; their inverses are part of a release.
 */
#pragma once

#include "base/err.h"
#include "model/host.h"
#include "model/plan.h"
#include "model/wish.h"
#include "plan/set.h"

/* Before anything is loaded: units stopped, processes ended, interfaces taken down, as far as the wish says so.
 * -EBUSY: somebody uses one of the functions, and may not be stopped; -EPERM: cannot be seen. */
int plan_stop_holders(struct arena *mem, const struct host *h, const struct bind_wish *wish, const struct set *going,
    struct plan *p, struct err *e);

/* Directly before the bindings: nobody uses the functions any more; then the modules built on their drivers', where
 * all that the driver has goes, and the consoles. -EBUSY: a driver that cannot give up a single one of its functions. */
int plan_let_go(struct arena *mem, const struct host *h, const struct bind_wish *wish, const struct set *going,
    struct plan *p, struct err *e);
