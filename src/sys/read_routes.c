/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "base/str.h"
#include "sys/read_network.h"
#include "text/proc_net.h"

static const char *file_of(const struct route *r)
{
	return r->net.version == 4 ? "proc/net/route" : "proc/net/ipv6_route";
}

/* A router has a million of them: only the wide ones, and those on the way of a need. */
static int keep_route(void *data, const struct route *route)
{
	struct network *n = data;
	bool is_wanted = route->bits <= 3;

	for (size_t i = 0; !is_wanted && i < n->n_needs; i++)
		is_wanted = ip_addr_within(&n->needs[i].addr, &route->net, route->bits);
	if (is_wanted)
		*ARENA_PUSH(n->r->mem, n->routes, n->n_routes) = *route;
	return 0;
}

static int take_line(void *data, const char *line)
{
	struct route route;

	return proc_route_parse(line, &route) ? keep_route(data, &route) : 0;
}

static int take_ipv6_line(void *data, const char *line)
{
	struct route route;

	return proc_ipv6_route_parse(line, &route) ? keep_route(data, &route) : 0;
}

static void fetch_routes(struct network *n)
{
	struct sys *s = n->r->s;
	int r = s->ops->routes ? s->ops->routes(s, keep_route, n) : -EOPNOTSUPP;

	if (r == 0)
		return;
	if (r != -EOPNOTSUPP)
		network_blind(n, "the kernel does not tell its routes: those of policy routing are not seen", "proc/net/route");
	if (sys_lines(s, "proc/net/route", take_line, n) < 0)
		network_blind(n, "the routes cannot be read", "proc/net/route");
	r = sys_lines(s, "proc/net/ipv6_route", take_ipv6_line, n);
	/* Without IPv6 there is no such file. */
	if (r < 0 && r != -ENOENT)
		network_blind(n, "the routes of IPv6 cannot be read", "proc/net/ipv6_route");
}

static void add_default(struct network *n, const struct route *r)
{
	cleanup_arena struct arena mem = {0};
	const char *what = "default route";

	if (r->table != ROUTE_TABLE_MAIN && r->table != ROUTE_TABLE_DEFAULT)
		what = arena_printf(&mem, "default route of table %u", r->table);
	if (r->interface[0])
		network_use(n, USE_ROUTE, what, r->interface, file_of(r));
	else
		network_blind(n, arena_printf(&mem, "the interface of the %s cannot be told", what), file_of(r));
}

static void find_way(struct network *n, const struct need *need)
{
	cleanup_arena struct arena mem = {0};
	bool is_found = false;
	char text[IP_TEXT];

	if (!need->is_own && route_is_local(n->routes, n->n_routes, &need->addr))
		return;
	for (size_t i = 0; i < n->n_routes; i++) {
		const struct route *r = &n->routes[i];

		if (!route_leads_to(n->routes, n->n_routes, i, &need->addr))
			continue;
		/* A row without an interface is none that is found: then it is said below. */
		if (!r->interface[0])
			continue;
		is_found = true;
		network_use(n, need->kind, need->what, r->interface, need->evidence);
	}
	if (!is_found)
		network_blind(n, arena_printf(&mem, "no route to %s, for %s, is known",
		    ip_addr_print(&need->addr, text), need->what), need->evidence);
}

void read_routes(struct network *n)
{
	fetch_routes(n);
	for (size_t i = 0; i < n->n_routes; i++)
		if (route_is_default(n->routes, n->n_routes, i))
			add_default(n, &n->routes[i]);
	for (size_t i = 0; i < n->n_needs; i++)
		find_way(n, &n->needs[i]);
}
