/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How saved claims look. */
#pragma once

#include <stdio.h>

#include "base/arena.h"
#include "model/claim.h"

struct json_object;

/* A claim and what it means on this host, said in words. */
struct claim_row {
	const struct saved_claim *saved;
	const char *state;
	const char *address; /* where it is now, NULL: nowhere that can be told */
	const char *text;    /* NULL: nothing to say */
};

int view_claims(FILE *out, struct arena *mem, const struct claim_row *rows, size_t n);

/* {"claims":[…],"troubles":[{"file","text"}]} */
struct json_object *view_claims_json(struct arena *mem, const struct claim_row *rows, size_t n, const struct claims *c);
