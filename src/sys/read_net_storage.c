/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "sys/read_network.h"
#include "text/net_mount.h"

static void need_server(struct network *n, const char *what, const struct ip_addr *a, const char *evidence)
{
	cleanup_arena struct arena mem = {0};
	char text[IP_TEXT];

	network_need(n, (struct need){
			    .kind = USE_NET_STORAGE,
			    .addr = *a,
			    .what = arena_printf(&mem, "%s from %s", what, ip_addr_print(a, text)),
			    .evidence = evidence,
			});
}

static void blind_server(struct network *n, const char *what, const char *evidence)
{
	cleanup_arena struct arena mem = {0};

	network_blind(n, arena_printf(&mem, "the server of %s cannot be told", what), evidence);
}

struct mount_scan {
	struct network *n;
	const char *path;
};

static int take_mount(void *data, const char *line)
{
	const struct mount_scan *scan = data;
	cleanup_arena struct arena mem = {0};
	struct net_mount m;
	const char *what;

	if (!net_mount_parse(&mem, line, &m))
		return 0;
	what = str_eq(m.point, "/") ? arena_printf(&mem, "/ by %s", m.kind) : arena_printf(&mem, "%s %s", m.kind, m.point);
	for (size_t i = 0; i < m.n_servers; i++)
		need_server(scan->n, what, &m.servers[i], scan->path);
	if (m.n_servers == 0)
		blind_server(scan->n, what, scan->path);
	return 0;
}

/* The first process sees the host's mounts, whatever namespace we are in; it lets only root look. */
static void read_mounts(struct network *n)
{
	struct mount_scan own = {n, "proc/self/mountinfo"}, first = {n, "proc/1/mountinfo"};
	struct sys *s = n->r->s;
	int r_first = sys_lines(s, first.path, take_mount, &first), r = sys_lines(s, own.path, take_mount, &own);

	if (r < 0 && r_first < 0)
		network_blind(n, "the mounts cannot be read", own.path);
}

static const char *text_of(struct network *n, const char *folder, const char *name, const char *attribute)
{
	char path[SYS_PATH];

	return sys_text(n->r->s, n->r->mem, sys_path(path, "%s/%s/%s", folder, name, attribute), NULL);
}

/* "connection3:0" is of "session3", which has the target's name. */
static const char *iscsi_name(struct network *n, const char *connection)
{
	const char *number = connection + strcspn(connection, "0123456789"), *target;
	char session[64];

	(void)snprintf(session, sizeof(session), "session%.*s", (int)strcspn(number, ":"), number);
	target = text_of(n, "sys/class/iscsi_session", session, "targetname");
	return arena_printf(n->r->mem, "iSCSI %s", target ? target : connection);
}

static int take_iscsi(void *data, const char *name)
{
	struct network *n = data;
	const char *what = iscsi_name(n, name), *address = text_of(n, "sys/class/iscsi_connection", name, "address");
	char path[SYS_PATH];
	struct ip_addr a;
	int function;

	/* While a connection is lost the kernel tells only what was asked for. */
	if (!address || !ip_addr_parse(address, strlen(address), &a))
		address = text_of(n, "sys/class/iscsi_connection", name, "persistent_address");
	(void)sys_path(path, "sys/class/iscsi_connection/%s", name);
	/* An adapter that speaks iSCSI itself hangs on its own function, without an interface. */
	function = uses_function_of(n->r, path);
	(void)sys_path(path, "sys/class/iscsi_connection/%s/address", name);
	if (function >= 0)
		uses_add(n->r, USE_NET_STORAGE, function, what, path);
	if (address && ip_addr_parse(address, strlen(address), &a))
		need_server(n, what, &a, path);
	else if (function < 0)
		blind_server(n, what, path);
	return 0;
}

static int take_nvme(void *data, const char *name)
{
	struct network *n = data;
	const char *transport = text_of(n, "sys/class/nvme", name, "transport");
	const char *address, *server, *interface, *what;
	char path[SYS_PATH];
	struct ip_addr a;

	if (!transport || (!str_eq(transport, "tcp") && !str_eq(transport, "rdma")))
		return 0;
	what = arena_printf(n->r->mem, "NVMe %s", name);
	(void)sys_path(path, "sys/class/nvme/%s/address", name);
	address = text_of(n, "sys/class/nvme", name, "address");
	server = address ? net_option(n->r->mem, address, "traddr") : NULL;
	interface = address ? net_option(n->r->mem, address, "host_iface") : NULL;
	if (interface && interface_find(n, interface) >= 0)
		network_use(n, USE_NET_STORAGE, server ? arena_printf(n->r->mem, "%s from %s", what, server) : what, interface, path);
	else if (server && ip_addr_parse(server, strlen(server), &a))
		need_server(n, what, &a, path);
	else
		blind_server(n, what, path);
	return 0;
}

/* The process that set it up waits in the kernel and has the sockets open; one set up by netlink has none left. */
static int take_block(void *data, const char *name)
{
	struct network *n = data;
	const char *what, *text;
	struct connections c = {0};
	char path[SYS_PATH];
	uint64_t pid = 0;
	int r;

	if (!str_starts(name, "nbd"))
		return 0;
	text = text_of(n, "sys/block", name, "pid"); /* there while it is connected */
	if (!text)
		return 0;
	what = arena_printf(n->r->mem, "NBD %s", name);
	(void)sys_path(path, "sys/block/%s/pid", name);
	r = str_number(text, 10, INT32_MAX, &pid) && pid > 0 ? read_connections(n, (int)pid, &c) : -ESRCH;
	for (size_t i = 0; i < c.n; i++)
		if (!ip_addr_is_any(&c.rows[i].remote))
			need_server(n, what, &c.rows[i].remote, path);
	if (r < 0)
		blind_server(n, what, path);
	return 0;
}

/* "192.0.2.5:0/3741": the client's own address, which the monitors saw. */
static int take_rbd(void *data, const char *name)
{
	struct network *n = data;
	const char *client = text_of(n, "sys/bus/rbd/devices", name, "client_addr");
	const char *what = arena_printf(n->r->mem, "Ceph rbd%s", name);
	char path[SYS_PATH];
	struct ip_addr a;

	(void)sys_path(path, "sys/bus/rbd/devices/%s/client_addr", name);
	if (client && net_server_parse(client, &a) && !ip_addr_is_any(&a))
		network_need(n, (struct need){USE_NET_STORAGE, a, true, what, path});
	else
		blind_server(n, what, path);
	return 0;
}

void read_storage_needs(struct network *n)
{
	static const struct {
		const char *path;
		sys_each *take;
	} places[] = {
	    {"sys/class/iscsi_connection", take_iscsi},
	    {"sys/class/nvme", take_nvme},
	    {"sys/block", take_block},
	    {"sys/bus/rbd/devices", take_rbd},
	};
	struct sys *s = n->r->s;

	read_mounts(n);
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		int r = s->ops->list(s, places[i].path, places[i].take, n);

		if (r < 0 && r != -ENOENT)
			network_blind(n, "storage of the network cannot be listed", places[i].path);
	}
}
