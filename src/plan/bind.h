/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a host and a wish to steps: handing functions over, binding and unbinding exactly the functions
 * named, giving back. Pure: the host is a value, the plan another.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "model/guard.h"
#include "model/host.h"
#include "model/plan.h"
#include "model/wish.h"

/* The host must have been read with TOPOLOGY, GROUPS, OVERRIDE for the targets, and modules; for a user, his ids put
 * into the wish, with sys/read_access as well.
 * -EPERM: a verdict is against it (the sentence names who, the hint the way out); -ENODEV: a target is
 * not there; -EBUSY: an earlier write is still stuck. An empty plan: everything is as wanted. */
int plan_bind(struct arena *mem, const struct host *h, const struct bind_wish *wish, struct plan *ret, struct err *e);

/* The targets with everything that must go along, by address: what a guest gets. Errors as plan_bind. */
int plan_usable_set(struct arena *mem, const struct host *h, const struct bind_wish *wish, int **ret, size_t *n_ret,
    struct err *e);

/* Refuses (-EPERM) when a guard stands against taking these functions from the host together that the wish does not
 * allow; names the gravest of the first one, and the words that allow all of it. */
int plan_check_guards(struct arena *mem, const struct host *h, const struct bind_wish *wish, int *functions, size_t n,
    struct err *e);

/* All guards that stand against it, allowed or not. */
size_t plan_guards(struct arena *mem, const struct host *h, const struct bind_wish *wish, const int *functions, size_t n,
    struct guard **ret);

/* The guards that stood against what p takes from the host: those the wish allows, as plan_bind refuses all others. */
size_t plan_allowed_guards(struct arena *mem, const struct host *h, const struct bind_wish *wish, const struct plan *p,
    struct guard **ret);

/* Gives back what `taken` moved: its inverse, as far as the host is not there already. Modules are
 * unloaded only when no other function uses VFIO. -ESTALE: somebody else changed a function since. */
int plan_release(struct arena *mem, const struct host *h, const struct plan *taken, struct plan *ret, struct err *e);

/* The functions that p concerns (plan_concerns), as indices into h; those that are gone are left out. */
size_t plan_functions(struct arena *mem, const struct host *h, const struct plan *p, int **ret);

/* Groups whose viability the exact wish ends: for a note. GROUP numbers in *ret. */
size_t plan_groups_no_longer_viable(struct arena *mem, const struct host *h, const struct plan *p, int **ret);
