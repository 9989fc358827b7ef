/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every verb that changes something needs: rights, the lock, leases, a clean slate. For flow only. */
#pragma once

#include "flow/flow.h"

struct session {
	struct flow *f;
	int lock;    /* -1: not held */
	int *leases; /* handles */
	const char **leased; /* of these functions */
	size_t n_leases;
	unsigned *closes; /* records that the change takes back beside the one it is told of */
	size_t n_closes;
};

/* A sentence more for whoever asked for the change; text lives as long as f->mem. */
void flow_note(struct flow *f, struct change *c, const char *text);

/* Checks rights, makes /run/passthru, waits for the lock (with a limit; the holder is named). */
int session_open(struct flow *f, const char *wish, struct session *ret, struct err *e);

/* Takes the lock again after session_unlock. */
int session_lock(struct session *s, const char *wish, struct err *e);
void session_unlock(struct session *s);

/* A lease on every function that p binds and on the others named; refused with the holder's name. */
int session_lease(struct session *s, const struct plan *p, const struct host *h, const int *functions, size_t n,
    const char *wish, struct err *e);

/* Drops everything. */
void session_close(struct session *s);

/* Is an interrupted change in the way of these functions? -EUCLEAN, with its number. */
int session_check_interrupted_functions(struct session *s, const struct pci_addr *targets, size_t n, struct err *e);
int session_check_interrupted(struct session *s, const struct plan *p, struct err *e);

/* A new journal for a plan. */
int session_journal(struct session *s, const char *verb, const struct change_options *options, const struct plan *p,
    struct journal *ret, struct err *e);

/* Does who carried it out still run? */
bool session_owner_is_alive(struct flow *f, const struct journal *j);

enum outcome outcome_of_apply(enum apply_result r);
