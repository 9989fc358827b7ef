/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a wish to the files of claims: lasting plans. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "model/claim.h"
#include "model/host.h"
#include "model/plan.h"
#include "model/wish.h"

struct by_id_facts;

struct claim_wish {
	struct bind_wish bind; /* targets and what is allowed; its verb is VERB_CLAIM */
	const char *vm;	       /* --for, NULL: none in particular */
	bool by_id;	       /* --by-id: vfio-pci takes it by its ids as well */
	const struct by_id_facts *facts; /* for that; else NULL */
	int64_t time_s;
	const char *typed;
};

/* A claim for each target and what must go along with it, refused as a bind would be: the next boot takes what is
 * claimed. The host must have been read with TOPOLOGY, GROUPS, PATH, the attributes SLOT, SERIAL and VFS, and uses.
 * *ret_functions are those that the claims are of. -EPERM: a verdict or a guard is against it; -ENODEV: a target is not there;
 * -EOPNOTSUPP: a virtual function, or one that must not be taken by ids; -EIO: where it sits cannot be told; -EEXIST: there
 * is a file that cannot be used. By ids, the errors of plan_by_id_file too; others of the same ids are guarded as well.
 * An empty plan: all are claimed so already. */
int plan_claim(struct arena *mem, const struct host *h, const struct claims *c, const struct claim_wish *wish,
    struct plan *ret, int **ret_functions, size_t *n_ret, struct err *e);

/* Adds what the claim was allowed, as it is meant for its function, which is at addr now. */
void claim_add_allowed(struct arena *mem, const struct claim *c, struct pci_addr addr, struct bind_wish *wish);

/* Takes these claims (indices into c->items) away. -EEXIST: a file is not as passthru writes it. The second
 * adds what that makes of the file of ids, where one of them is held so; errors as plan_by_id_file. */
int plan_unclaim(struct arena *mem, const struct claims *c, const int *indices, size_t n, struct plan *ret, struct err *e);
int plan_unclaim_ids(struct arena *mem, const struct claims *c, const int *indices, size_t n, const struct by_id_facts *facts,
    struct plan *p, struct err *e);
