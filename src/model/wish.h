/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What somebody asked for: the input of planning, kept in a plan's JSON so that the plan can be made again. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "model/pci_addr.h"
#include "model/use.h"

struct json_object;

enum verb {
	VERB_BIND,
	VERB_UNBIND,
	VERB_RELEASE,
	VERB_WITH,
	VERB_CLAIM,
	VERBS
};

/* One refusal overridden: of every function, or of one. */
struct allowance {
	const char *id; /* of allowance_words */
	bool is_of_all;
	struct pci_addr addr;
};

struct bind_wish {
	enum verb verb;
	const struct pci_addr *targets;
	size_t n_targets;
	/* NULL: hand over to VFIO, each card with its whole usable set. Else exactly the targets. */
	const char *driver;
	/* --allow=ID[:ADDR]: refusals that are overridden. */
	const struct allowance *allowed;
	size_t n_allowed;
	/* --stop-holders, --kill-holders: units that use the functions are stopped, processes ended. */
	bool stop_holders, kill_holders;
	/* --server-type: what this machine is, where the detection is wrong. SERVER_UNKNOWN: detected. */
	enum server_type server_type;
	/* The one reset method the targets are to use, NULL: left as it is. */
	const char *reset_method;
	/* --user: who may open the nodes, NAME[:GROUP] as typed; NULL: root alone. uid and gid are what that comes to on
	 * this host: looked up anew each time, and no part of the JSON. */
	const char *user;
	unsigned uid, gid;
};

const char *verb_name(enum verb v);

/* "stranger" (parks strangers of the IOMMU group without a driver), or the id of a guard that may be overridden;
 * blank-separated, for help and messages. */
extern const char allowance_words[];

/* "stranger:01:00.0", "display"; false: no such thing to allow. */
bool allowance_parse(struct arena *mem, const char *word, struct allowance *ret);

bool wish_allows(const struct bind_wish *w, const char *id, struct pci_addr addr);

/* {"verb","targets","driver","allow","stop_holders","kill_holders","server_type","reset_method","user"}; the caller puts the object. */
struct json_object *wish_to_json(const struct bind_wish *w);

/* -EINVAL: nothing wish_to_json would have written. */
int wish_from_json(struct arena *mem, struct json_object *json, struct bind_wish *ret, struct err *e);

/* NAME[:GROUP], names or numbers, as far as can be seen without asking who there is. */
bool wish_user_is_valid(const char *text);

/* Known names of reset methods (drivers/pci/pci.c, pci_reset_fn_methods). */
bool is_reset_method(const char *word);
