/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What passthru has in hand on a host at this moment, and what should be done about it. Filled by flow/status; the
 * next step is judge/next's. What could not be looked at is unknown, and `unknown` says why: without root that is
 * everything that stands below /run/passthru.
 */
#pragma once

#include "base/base.h"
#include "model/hugepages.h"

/* A record of apply/journal.h. */
struct status_change {
	unsigned id;
	const char *verb, *wish, *reason; /* reason NULL: none */
	const char *state;		  /* how far it came: "forward", "back", "stuck", "held" */
	int64_t time_s;
	int pid; /* who carries it out, or did; of "with": whose life it hangs on */
	bool is_alive;
	const char **functions; /* those it moves */
	size_t n_functions;
};

/* A function on a VFIO driver, or one that a change in force took off its own. */
struct status_bound {
	const char *function;
	const char *driver;	/* NULL: none */
	enum tri is_ours;	/* unknown: the records cannot be read */
	const struct status_change *change; /* NULL unless it is */
	enum tri is_open;	/* somebody has its VFIO node open: */
	int user;
	const char *user_command, *node;
};

struct status_lease {
	const char *function;
	const char *who; /* "812 (passthru with 01:00.0 -- qemu)" */
	int pid;	 /* the number in front, 0: none */
};

/* A write to sysfs that has not come back. */
struct status_write {
	const char *name; /* a function, or "hugepages-node0-2048kB" */
	int waited_by;	  /* a passthru that still waits for it, so it may be a moment old; 0: none, it is stuck */
	int pid;	  /* of the writer, 0: not found */
	const char *path, *where; /* as sys/read_stuck.h; NULL: unknown */
	int holder;	  /* a process that has the function open, 0: none is seen */
	const char *holder_command;
};

/* What is otherwise once the host has booted again. */
struct status_reboot {
	const char *target; /* a function, or a pool of huge pages */
	bool is_pool;
	const char *now;
	const char *after; /* NULL: the driver the kernel picks; of a pool: none are left */
};

struct status_next {
	const char *text;
	const char *command; /* that does it; NULL: no command does */
};

struct status {
	struct status_bound *bound;
	size_t n_bound;

	bool knows_records;
	struct status_change *interrupted; /* nobody carries them out any more */
	size_t n_interrupted;
	struct status_change *working;
	size_t n_working;
	struct status_reboot *reboot;
	size_t n_reboot;

	bool knows_locks;
	const char *at_work; /* who has the one lock of all changes, as in status_lease; NULL: nobody */
	int at_work_pid;
	struct status_lease *leases;
	size_t n_leases;
	struct status_write *writes;
	size_t n_writes;

	bool knows_pools;
	struct huge_pool *pools; /* those with pages of ours */
	size_t n_pools;

	const char **broken; /* records that are not believed, and the way out */
	size_t n_broken;
	const char **unknown; /* what could not be seen, and why */
	size_t n_unknown;
	bool needs_root;      /* root would see more */
	const char *notice;   /* what was left to be said at boot; NULL: nothing, or it cannot be seen */
	struct status_next next;
};

/* Writes that nobody waits for any more. */
size_t status_count_stuck(const struct status *s);
