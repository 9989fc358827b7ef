/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which function of a host a claim means: the one on its path that has its ids, whatever its address is now. All
 * else means nothing, and is said: a card that went elsewhere is not followed, for two of a kind look alike.
 */
#pragma once

#include "base/arena.h"
#include "model/claim.h"
#include "model/host.h"

enum claim_state {
	CLAIM_HERE,	/* it is on its path */
	CLAIM_MOVED,	/* its path has something else or nothing, and its ids are elsewhere */
	CLAIM_REPLACED, /* its path has something else */
	CLAIM_GONE,	/* its path has nothing */
	CLAIM_UNKNOWN,	/* where functions sit, or what they are, cannot be told */
	CLAIM_STATES
};

struct claim_verdict {
	enum claim_state state;
	int function; /* CLAIM_HERE: the one it means; CLAIM_MOVED: where it seems to be; else -1. Index into host.functions */
	const char *text; /* a sentence: where it went, what is there now, that its address is another one; NULL: all is as it was */
};

const char *claim_state_name(enum claim_state s); /* "here" */

/* One verdict a claim, in their order. The host must have been read with FACET_PATH, and read_claim_serials. */
struct claim_verdict *judge_claims(struct arena *mem, const struct host *h, const struct claims *c);
