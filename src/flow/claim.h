/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verb claim: saved claims are made, looked at, removed, and found again on the functions they mean. */
#pragma once

#include "flow/flow.h"
#include "judge/claims.h"
#include "model/claim.h"
#include "plan/claim.h"

/* What is saved, and what it means on this host. */
struct claims_seen {
	struct host host;
	struct claims claims;
	struct claim_verdict *verdicts; /* one a claim */
};
int flow_look_at_claims(struct flow *f, struct claims_seen *ret, struct err *e);

/* The same of claims that were read already. */
int flow_look_at_saved(struct flow *f, struct claims_seen *ret, struct err *e);

/* Fills `claim` of the functions of h, which was read with FACET_PATH, and *ret with what was read, troubles too. */
int flow_mark_claims(struct flow *f, struct host *h, struct claims *ret, struct err *e);

/* wish->bind's targets and what must go along; in force from the next boot on. time_s and typed are filled in. */
enum outcome flow_claim(struct flow *f, const struct claim_wish *wish, const struct change_options *options,
    struct change *ret, struct err *e);

/* May what these files say, back, be claimed again beside what is claimed now? The same judgement as that of a claim, with
 * what was allowed then; ret->plan is what must hold of the functions meanwhile, ret->host the host. -ENODEV: a claim
 * means nothing that is here; else as plan_claim. */
int flow_check_claims_again(struct flow *f, const struct claims *now, const struct claims *back, struct change *ret, struct err *e);

/* Each word is the name of a claim, a virtual machine's name (all its claims), or what flow_find_target takes: the
 * claim that means that function or, where none does, those that lost it at that address. What was claimed with it goes
 * too. -ENOENT: there is no such claim. */
enum outcome flow_unclaim(struct flow *f, char *const *words, size_t n_words, const struct change_options *options,
    struct change *ret, struct err *e);
