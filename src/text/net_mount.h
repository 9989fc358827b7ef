/* SPDX-License-Identifier: GPL-2.0-or-later */
/* File systems that are reached over the network, as a line of /proc/PID/mountinfo tells them (proc(5)): which servers
 * they need. Each kind says it elsewhere: nfs and cifs by addr= among the options of the file system (fs/nfs/super.c,
 * fs/cifs/cifsfs.c), ceph by its monitors, in the source or by mon_addr= (fs/ceph/super.c), the others by the
 * source. */
#pragma once

#include "base/arena.h"
#include "model/ip_addr.h"

struct net_mount {
	const char *kind;  /* "NFS", "CIFS", "Ceph", … */
	const char *point; /* where it is mounted, unescaped */
	const char *source;
	struct ip_addr *servers;
	size_t n_servers; /* 0: it needs one, but the line tells no address */
};

/* false: the line is none of them. */
bool net_mount_parse(struct arena *mem, const char *line, struct net_mount *ret);

/* The address at the beginning of a text that goes on with a port, a path or an option: "192.0.2.1:/srv",
 * "[2001:db8::1]:3260,1", "192.0.2.1@tcp:/fs". */
bool net_server_parse(const char *text, struct ip_addr *ret);

/* "traddr=192.0.2.1,trsvcid=4420,host_iface=eth1": the value of a key, in mem; NULL: it is not there. */
const char *net_option(struct arena *mem, const char *options, const char *key);
