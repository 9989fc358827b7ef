/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Routes as values: which ones are the way to everywhere, and by which interfaces an address is reached. Filled by
 * sys (netlink, or /proc/net/route and /proc/net/ipv6_route). */
#pragma once

#include "model/ip_addr.h"

enum route_type {
	ROUTE_UNICAST,
	ROUTE_LOCAL,  /* the address is one of this host's own */
	ROUTE_REJECT, /* unreachable, blackhole, prohibit: an answer, but no way */
};

enum { ROUTE_TABLE_DEFAULT = 253, ROUTE_TABLE_MAIN = 254, ROUTE_TABLE_LOCAL = 255 };

/* One row a next hop. */
struct route {
	enum route_type type;
	struct ip_addr net; /* 0.0.0.0 or :: with 0 bits: the default route */
	unsigned bits;
	uint32_t table;
	uint32_t metric;
	char interface[IP_NAME]; /* "": none, or it could not be found out */
};

/* A unicast route through an interface (not lo) that is the default, or as good as it, as VPN programs set them over
 * the default: 2000::/3, or one of two halves (0.0.0.0/1 and 128.0.0.0/1, ::/1 and 8000::/1), where the other half
 * leads the same way: same table, same interface. */
bool route_is_default(const struct route *routes, size_t n, size_t i);

/* Is the address one of this host's own? */
bool route_is_local(const struct route *routes, size_t n, const struct ip_addr *a);

/* Is the route one of those that its table would take for the address: longest prefix, then smallest metric? Rows of
 * several next hops all are. Which table the kernel would ask is up to its rules, so each table's answer counts.
 * Routes of type ROUTE_LOCAL are passed over. */
bool route_leads_to(const struct route *routes, size_t n, size_t i, const struct ip_addr *a);
