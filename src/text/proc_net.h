/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of /proc/net/route, ipv6_route, tcp, tcp6, udp and udp6 (net/ipv4/fib_trie.c, fib_route_seq_show;
 * net/ipv6/route.c, rt6_info_route; net/ipv4/tcp_ipv4.c, get_tcp4_sock and the like). A line that is none of them,
 * the heading too, is false. */
#pragma once

#include "model/route.h"

/* IPv4: the main table alone. IPv6: all tables, without their numbers: main is said. */
bool proc_route_parse(const char *line, struct route *ret);
bool proc_ipv6_route_parse(const char *line, struct route *ret);

struct proc_socket {
	struct ip_addr local, remote; /* any address: not bound, not connected */
	uint16_t local_port, remote_port;
	bool is_listening; /* TCP */
	uint64_t inode;	   /* 0: nobody's any more */
};

/* Version 4 for tcp and udp, 6 for tcp6 and udp6. The addresses are in the byte order of the machine that wrote them;
 * ours is taken to be the same. */
bool proc_socket_parse(const char *line, unsigned version, struct proc_socket *ret);

/* The inode of what a descriptor's link says, "socket:[4711]"; false: no socket. */
bool proc_socket_inode(const char *link, uint64_t *ret);
