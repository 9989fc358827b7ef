/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/route.h"

#include <string.h>

#include "base/str.h"

static bool is_way(const struct route *r)
{
	return r->type == ROUTE_UNICAST && !str_eq(r->interface, "lo");
}

static bool is_half(const struct route *r)
{
	struct ip_addr net = r->net;

	net.bytes[0] &= 0x7f;
	return r->bits == 1 && ip_addr_is_any(&net);
}

bool route_is_default(const struct route *routes, size_t n, size_t i)
{
	const struct route *r = &routes[i];

	if (!is_way(r))
		return false;
	/* 2000::/3 is all of the internet there is in IPv6; OpenVPN routes it thus. */
	if (r->bits == 0 || (r->net.version == 6 && r->bits == 3 && r->net.bytes[0] == 0x20))
		return true;
	if (!is_half(r))
		return false;
	for (size_t k = 0; k < n; k++) {
		const struct route *other = &routes[k];

		if (is_way(other) && is_half(other) && other->net.version == r->net.version &&
		    other->net.bytes[0] != r->net.bytes[0] && other->table == r->table &&
		    str_eq(other->interface, r->interface))
			return true;
	}
	return false;
}

bool route_is_local(const struct route *routes, size_t n, const struct ip_addr *a)
{
	if (ip_addr_is_loopback(a))
		return true;
	for (size_t i = 0; i < n; i++)
		if (routes[i].type == ROUTE_LOCAL && ip_addr_within(a, &routes[i].net, routes[i].bits))
			return true;
	return false;
}

bool route_leads_to(const struct route *routes, size_t n, size_t i, const struct ip_addr *a)
{
	const struct route *r = &routes[i];

	if (!is_way(r) || !ip_addr_within(a, &r->net, r->bits))
		return false;
	for (size_t k = 0; k < n; k++) {
		const struct route *other = &routes[k];

		if (other->table != r->table || other->type == ROUTE_LOCAL || !ip_addr_within(a, &other->net, other->bits))
			continue;
		if (other->bits > r->bits || (other->bits == r->bits && other->metric < r->metric))
			return false;
	}
	return true;
}
