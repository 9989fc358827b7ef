/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the functions of a host hang together: a tree in the order it is drawn, and who is in whose way. Made by
 * judge/topology. */
#pragma once

#include "model/host.h"
#include "model/pci_config.h"
#include "model/verdict.h"

struct topology_node {
	int function;	    /* index into host.functions */
	int parent;	    /* index of the node above, lower than its own; -1: a root bus, or not known */
	unsigned depth;
	enum port_kind kind;
	enum answer answer; /* of bridges: blocked, they stay with the host */
	bool is_bridge;	    /* then the answer says nothing more */
	bool is_target;
	int stranger_of;    /* the first target that it blocks, as an index into host.functions; -1: none */
};

/* A port with nothing below it, whose IOMMU group is its own: a card there would have a group of its own. */
struct free_slot {
	int port;		/* index into host.functions */
	const char *label;	/* of the slot, NULL: it has none, or it was not read */
	enum tri has_connector;
	unsigned lanes;		/* 0: not known */
};

struct topology {
	const struct topology_node *nodes; /* each behind the one above it, its children in the order of addresses */
	size_t n_nodes;
	const int *crowded;		   /* targets that another slot would help, as indices into host.functions */
	size_t n_crowded;
	const struct free_slot *slots;	   /* best first */
	size_t n_slots;
};

/* "0000:00:1d.0 (slot 4, 4 lanes)"; the label is the firmware's, as it stands. */
const char *free_slot_words(struct arena *mem, const struct host *h, const struct free_slot *s);

const char *port_kind_name(enum port_kind k); /* "root-port", NULL: not known */
const char *acs_state_name(enum acs_state a); /* "on", "off", "none", NULL: not known */
