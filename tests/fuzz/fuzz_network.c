/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Everything that is read of the network, line by line: /proc/net, mountinfo, cgroup, stat, logind's sessions. */
#include <assert.h>
#include <string.h>

#include "fuzz.h"
#include "text/net_mount.h"
#include "text/proc_net.h"
#include "text/session_text.h"

static void try_route(const struct route *r)
{
	assert(r->net.version == 4 || r->net.version == 6);
	assert(r->bits <= ip_addr_bits(&r->net));
	assert(memchr(r->interface, '\0', sizeof(r->interface)));
	assert(ip_addr_within(&r->net, &r->net, r->bits));
	(void)route_is_default(r, 1, 0);
	(void)route_is_local(r, 1, &r->net);
	assert(!route_leads_to(r, 1, 0, &r->net) || r->type == ROUTE_UNICAST);
}

static void try_address(const char *line)
{
	struct ip_addr a, again;
	char text[IP_TEXT];

	if (!ip_addr_parse(line, strlen(line), &a))
		return;
	(void)ip_addr_print(&a, text);
	assert(ip_addr_parse(text, strlen(text), &again) && ip_addr_eq(&a, &again));
}

static void try_line(struct arena *mem, const char *line)
{
	struct cgroup_session cgroup = {0};
	struct proc_socket s;
	struct net_mount m;
	struct proc_stat stat;
	struct route r;
	uint64_t inode;
	struct ip_addr a;

	try_address(line);
	if (proc_route_parse(line, &r))
		try_route(&r);
	if (proc_ipv6_route_parse(line, &r))
		try_route(&r);
	(void)proc_socket_parse(line, 4, &s);
	(void)proc_socket_parse(line, 6, &s);
	(void)proc_socket_inode(line, &inode);
	if (net_mount_parse(mem, line, &m))
		assert(m.kind && m.point && m.source);
	(void)net_server_parse(line, &a);
	(void)net_option(mem, line, "addr");
	if (proc_stat_parse(line, &stat))
		assert(stat.pid >= 0 && stat.parent >= 0 && memchr(stat.comm, '\0', sizeof(stat.comm)));
	cgroup_session_add(line, &cgroup);
	assert(!*cgroup.id || session_id_is_safe(cgroup.id));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena mem = {0};
	char *text = arena_strndup(&mem, (const char *)data, size);
	struct login_session session;

	login_session_parse(&mem, text, &session);
	for (char *line = text, *end; line; line = end ? end + 1 : NULL) {
		end = strchr(line, '\n');
		if (end)
			*end = '\0';
		try_line(&mem, line);
	}
	arena_done(&mem);
	return 0;
}
