/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs our own command line in a service of its own: a plan that stops a display manager may end the terminal it was
 * typed in, and must not end with it. */
#pragma once

#include "flow/flow.h"

/* Set in such a service, to its name. */
#define APART_VARIABLE "PASSTHRU_SERVICE"

/* Should this plan run in a service? It stops units, and systemd is there to run one. */
bool flow_must_run_apart(struct flow *f, const struct plan *p);

struct apart {
	char **argv;	  /* the words behind the program's name, NULL at the end */
	const char *verb; /* for the service's name */
	/* Told the service's name before it is started. */
	void (*started)(void *data, const char *service);
	void *data;
};

/* Starts it and waits for its end; *ret_status is the exit status of the command there. Should we die meanwhile, it
 * goes on. What is interrupted in it is ended by its ExecStopPost, passthru recover. */
int flow_run_apart(struct flow *f, const struct apart *apart, int *ret_status, struct err *e);
