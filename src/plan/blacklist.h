/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Modules that are no longer loaded for a device: MODPROBE_BLACKLIST_FILE, whole. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "model/host.h"
#include "model/plan.h"
#include "model/wish.h"
#include "text/modprobe_conf.h"

/* A function that one of the modules drives, or would be loaded for. */
struct module_user {
	int function;	    /* index into host.functions */
	bool is_bound;	    /* it has the function now */
	const char *others; /* other modules that fit, "nvidiafb, nvidia"; NULL: none */
};

/* A module as it was asked for, and what this host says of it. */
struct module_fact {
	const char *name; /* with underscores */
	bool is_builtin;
	enum tri exists; /* for the running kernel; TRI_UNKNOWN: its list of modules could not be read */
	const char *dependants; /* modules that load it as what they are built on, "nvidia_drm, nvidia_uvm"; NULL: none */
	const struct module_user *users;
	size_t n_users;
};

struct blacklist_facts {
	struct modprobe_conf conf; /* with our own file among it */
	const char *ours;	   /* what is in MODPROBE_BLACKLIST_FILE, NULL: there is none */
	bool is_odd;		   /* it is there, but no file as passthru writes it */
	const char *cmdline;	   /* of the kernel that runs, NULL: cannot be read */
	const char *release;	   /* of the kernel, NULL: not known */
	const struct module_fact *modules;
	size_t n_modules;
};

/* Adds lines for the modules. The host must have been read with the uses of what they drive. -EOPNOTSUPP: one is built in;
 * -EPERM: a guard stands against taking its driver from a function, and wish (targets are of no matter) does not allow
 * it; -EEXIST: the file is not as passthru writes it. An empty plan: all are blacklisted already. */
int plan_blacklist(struct arena *mem, const struct host *h, const struct blacklist_facts *facts, const struct bind_wish *wish,
    struct plan *ret, struct err *e);

/* Takes lines away. -ENOENT: one is not there, and the hint says who has it. */
int plan_unblacklist(struct arena *mem, const struct blacklist_facts *facts, struct plan *ret, struct err *e);

/* A sentence each: who loses his driver, what loads it all the same, who has it blacklisted already. */
size_t blacklist_notes(struct arena *mem, const struct host *h, const struct blacklist_facts *facts, const char ***ret);
