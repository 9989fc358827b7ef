/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the network area share. Interfaces are read first; then everything that needs the network says
 * which address it needs (network_need); the routes are read last, and of full tables only those are kept that some
 * need asks for.
 */
#pragma once

#include "model/route.h"
#include "sys/read_uses.h"

struct interface {
	const char *name;
	int function; /* -1: none of PCI */
	bool is_virtual;
	bool is_up;	/* as far as can be seen: no cable counts as down */
	bool has_ports; /* a bridge or a bond: what carries it can be seen, even where that is nothing */
	int *lower;	/* indices of those that carry it */
	size_t n_lower;
};

struct need {
	enum use_kind kind;
	struct ip_addr addr;
	bool is_own; /* the address is ours, of the near end */
	const char *what; /* "NFS /srv from 192.0.2.1": the subject up to " by …" */
	const char *evidence;
};

struct network {
	struct use_reading *r;
	struct interface *interfaces;
	size_t n_interfaces;
	bool has_pci; /* one of them is a PCI function's: only then anything here matters */
	struct need *needs;
	size_t n_needs;
	struct route *routes;
	size_t n_routes;
};

/* A use of all the functions below an interface; what is the subject up to " by …". */
void network_use(struct network *n, enum use_kind kind, const char *what, const char *interface, const char *evidence);
void network_need(struct network *n, struct need need);
/* Nothing where no PCI function has an interface. */
void network_blind(struct network *n, const char *reason, const char *evidence);

/* read_interfaces.c: fills interfaces; false: they cannot be listed. */
bool read_interfaces(struct network *n);
/* The index, -1: there is none. */
int interface_find(const struct network *n, const char *name);
/* Sets below[i] for each interface of PCI that carries this one, itself among them. Where none can be seen (a tunnel),
 * those that are up, and *ret_guess. */
void interfaces_below(const struct network *n, int index, bool *below, bool *ret_guess);

/* read_routes.c: the routes, their default ones as uses, and the way of each need. */
void read_routes(struct network *n);

/* read_session.c, read_net_storage.c */
void read_session_needs(struct network *n);
void read_storage_needs(struct network *n);

/* read_sockets.c */
struct connection {
	struct ip_addr local, remote;
	uint16_t local_port, remote_port;
	uint64_t inode;
	const char *evidence; /* "proc/net/tcp6" */
};
struct connections {
	struct connection *rows;
	size_t n;
};
/* The connections of a process: TCP beyond this socket's own listening, UDP where it is bound or connected. A negative
 * errno where the process cannot be looked into. */
int read_connections(struct network *n, int pid, struct connections *ret);
/* The inode of a TCP connection's other end on this host; 0: it is elsewhere. */
uint64_t connection_peer(struct network *n, const struct connection *c);
/* Processes that have the socket open, at most `most`; answers how many. */
size_t read_socket_owners(struct network *n, uint64_t inode, int *pids, size_t most);
