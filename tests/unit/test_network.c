/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of the network the host and the typing person need, and on which function it hangs. */
#include "tree.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "model/route.h"
#include "sys/read_uses.h"
#include "text/net_mount.h"
#include "text/proc_net.h"
#include "text/session_text.h"

static const char a0[] = "0000:00:02.0", a1[] = "0000:00:03.0", a2[] = "0000:00:04.0";

/* ---- making hosts ---- */

#define P(...) arena_printf(&t->mem, __VA_ARGS__)

static void nic(struct tree *t, const char *name, const char *function, const char *state)
{
	const char *folder = P("sys/devices/pci0000:00/%s/net/%s", function, name);

	tree_function(t, function, 0x020000, "8086:10D3", "e1000e");
	tree_file(t, P("%s/flags", folder), str_eq(state, "down") ? "0x1002\n" : "0x1003\n");
	tree_file(t, P("%s/operstate", folder), P("%s\n", state));
	tree_link(t, P("sys/class/net/%s", name), P("../../devices/pci0000:00/%s/net/%s", function, name));
}

static void virtual(struct tree *t, const char *name)
{
	tree_folder(t, P("sys/devices/virtual/net/%s", name));
	tree_link(t, P("sys/class/net/%s", name), P("../../devices/virtual/net/%s", name));
}

static void lower(struct tree *t, const char *upper, const char *name)
{
	tree_link(t, P("sys/class/net/%s/lower_%s", upper, name), P("../%s", name));
}

static const char *hex_of(struct tree *t, const char *address)
{
	uint32_t word;

	assert_int_equal(inet_pton(AF_INET, address, &word), 1);
	return P("%08X", word);
}

static const char *route_line(struct tree *t, const char *interface, const char *net, const char *mask, int metric)
{
	return P("%s\t%s\t0100A8C0\t0003\t0\t0\t%d\t%s\t0\t0\t0   \n", interface, hex_of(t, net), metric, hex_of(t, mask));
}

static void routes(struct tree *t, const char *lines)
{
	tree_file(t, "proc/net/route",
	    P("Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n%s", lines));
}

/* eth0 with a default route and 192.0.2.0/24, eth1 with 10.0.0.0/8: nothing but what the test adds. */
static void two_nics(struct tree *t)
{
	nic(t, "eth0", a0, "up");
	nic(t, "eth1", a1, "up");
	virtual(t, "lo");
	routes(t, P("%s%s%s", route_line(t, "eth0", "0.0.0.0", "0.0.0.0", 0),
		      route_line(t, "eth0", "192.0.2.0", "255.255.255.0", 0),
		      route_line(t, "eth1", "10.0.0.0", "255.0.0.0", 0)));
}

static void process(struct tree *t, int pid, const char *comm, int parent)
{
	tree_file(t, P("proc/%d/stat", pid), P("%d (%s) S %d 1 1 0 -1 4194304\n", pid, comm, parent));
}

static void self(struct tree *t, int parent)
{
	tree_file(t, "proc/self/stat", P("900 (passthru) R %d 900 1 34816 900\n", parent));
}

static void socket_of(struct tree *t, int pid, int fd, int inode)
{
	tree_link(t, P("proc/%d/fd/%d", pid, fd), P("socket:[%d]", inode));
}

static const char *tcp_line(
    struct tree *t, const char *local, int port, const char *remote, int remote_port, int state, int inode)
{
	return P("   0: %s:%04X %s:%04X %02X 00000000:00000000 00:00000000 00000000     0        0 %d 1 0 20 4 1 10 -1\n",
	    hex_of(t, local), port, hex_of(t, remote), remote_port, state, inode);
}

/* v4-mapped, as a server that serves both has it */
static const char *mapped_line(struct tree *t, const char *local, int port, const char *remote, int remote_port, int inode)
{
	const char *front = P("0000000000000000%08X", htonl(0xffff));

	return P("   0: %s%s:%04X %s%s:%04X 01 00000000:00000000 00:00000000 00000000     0        0 %d 1 0 20 4 1 10 -1\n",
	    front, hex_of(t, local), port, front, hex_of(t, remote), remote_port, inode);
}

/* sshd(50) listens, sshd(60) has the connection, sshd(61) shares it, bash(70), and whoever else below. */
static void ssh_session(struct tree *t)
{
	process(t, 50, "sshd", 1);
	process(t, 60, "sshd", 50);
	process(t, 61, "sshd", 60);
	process(t, 70, "bash", 61);
	socket_of(t, 50, 3, 500);
	socket_of(t, 60, 4, 600);
	socket_of(t, 61, 4, 600);
	tree_file(t, "proc/net/tcp", P("  sl  local_address rem_address   st\n%s%s",
	    tcp_line(t, "0.0.0.0", 22, "0.0.0.0", 0, 10, 500), tcp_line(t, "192.0.2.1", 22, "192.0.2.7", 50000, 1, 600)));
}

#define MOUNT(type, source, point, options)                                                                            \
	"30 1 0:40 / " point " rw,relatime shared:1 - " type " " source " rw," options "\n"

static size_t blind_spots(const struct host *h)
{
	size_t n = 0;

	for (size_t i = 0; i < h->n_blind; i++)
		n += h->blind[i].area == AREA_NETWORK;
	return n;
}

static size_t network_uses(const struct host *h)
{
	size_t n = 0;

	for (size_t i = 0; i < h->n_uses; i++)
		n += use_area(h->uses[i].kind) == AREA_NETWORK;
	return n;
}

/* Everything the area says: pairs of function and subject under their kinds. */
struct want {
	enum use_kind kind;
	const char *function, *subject;
};

static void expect(struct tree *t, const struct want *want, size_t n, size_t n_blind)
{
	struct host h = {0};

	tree_read(t, &h);
	for (size_t i = 0; i < n; i++)
		if (tree_uses(&h, want[i].kind, want[i].function, want[i].subject) != 1)
			fail_msg("not there: %s: %s", want[i].function, want[i].subject);
	for (size_t i = 0; i < h.n_uses && network_uses(&h) != n; i++)
		print_message("# %s %d: %s (%s)\n", use_kind_name(h.uses[i].kind), h.uses[i].function, h.uses[i].subject,
		    h.uses[i].evidence);
	assert_int_equal(network_uses(&h), n);
	for (size_t i = 0; i < h.n_blind && blind_spots(&h) != n_blind; i++)
		print_message("# blind: %s (%s)\n", h.blind[i].reason, h.blind[i].evidence);
	assert_int_equal(blind_spots(&h), n_blind);
	tree_done(t);
}

#define EXPECT(t, n_blind, ...)                                                                                        \
	expect((t), (const struct want[]){__VA_ARGS__}, ARRAY_LEN(((const struct want[]){__VA_ARGS__})), (n_blind))

static void made(struct tree *t)
{
	tree_open(t);
	tree_folder(t, "sys/bus/pci/devices");
	tree_file(t, "proc/self/mountinfo", "");
}

#define MADE                                                                                                           \
	struct tree tree_, *t = &tree_;                                                                                \
	(void)state;                                                                                                   \
	made(t)

static const struct want eth0_default = {USE_ROUTE, "0000:00:02.0", "default route by eth0"};
#define DEFAULT {USE_ROUTE, a0, "default route by eth0"}

/* ---- routes ---- */

static void only_the_default_route_counts(void **state)
{
	MADE;
	two_nics(t);
	expect(t, &eth0_default, 1, 0);
}

static void without_a_network_card_nothing_is_said(void **state)
{
	MADE;
	virtual(t, "lo");
	tree_file(t, "proc/self/mountinfo", MOUNT("nfs", "srv:/srv", "/srv", "vers=3"));
	expect(t, NULL, 0, 0);
}

static void two_defaults_count_both_whatever_their_metrics(void **state)
{
	MADE;
	nic(t, "eth0", a0, "up");
	nic(t, "eth1", a1, "up");
	routes(t, P("%s%s", route_line(t, "eth0", "0.0.0.0", "0.0.0.0", 100), route_line(t, "eth1", "0.0.0.0", "0.0.0.0", 600)));
	EXPECT(t, 0, DEFAULT, {USE_ROUTE, a1, "default route by eth1"});
}

static void a_default_of_ipv6_alone_counts(void **state)
{
	MADE;
	nic(t, "eth0", a0, "up");
	nic(t, "eth1", a1, "up");
	routes(t, "");
	tree_file(t, "proc/net/ipv6_route",
	    "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
	    "fe800000000000000000000000000001 00000400 00000001 00000000 00450003     eth1\n"
	    "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
	    "00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo\n");
	EXPECT(t, 0, {USE_ROUTE, a1, "default route by eth1"});
}

static void an_unreachable_default_is_none(void **state)
{
	MADE;
	nic(t, "eth0", a0, "up");
	routes(t, "*\t00000000\t00000000\t0201\t0\t0\t0\t00000000\t0\t0\t0\n");
	tree_file(t, "proc/net/ipv6_route",
	    "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
	    "00000000000000000000000000000000 00000400 00000001 00000000 00000201     eth0\n");
	expect(t, NULL, 0, 0);
}

static void two_halves_are_a_default_and_one_is_not(void **state)
{
	MADE;
	nic(t, "eth0", a0, "up");
	nic(t, "eth1", a1, "up");
	routes(t, P("%s%s%s", route_line(t, "eth0", "0.0.0.0", "128.0.0.0", 0),
		      route_line(t, "eth0", "128.0.0.0", "128.0.0.0", 0), route_line(t, "eth1", "0.0.0.0", "128.0.0.0", 0)));
	expect(t, &eth0_default, 1, 0);
}

static void routes_that_cannot_be_read_are_a_blind_spot(void **state)
{
	MADE;
	nic(t, "eth0", a0, "up");
	expect(t, NULL, 0, 1);
}

static void mounts_that_cannot_be_read_are_a_blind_spot(void **state)
{
	MADE;
	two_nics(t);
	assert_int_equal(unlink(P("%s/proc/self/mountinfo", t->root)), 0);
	expect(t, &eth0_default, 1, 1);
}

static void interfaces_that_cannot_be_listed_are_a_blind_spot_where_a_card_has_a_driver(void **state)
{
	MADE;
	tree_function(t, a0, 0x020000, "8086:10D3", NULL);
	expect(t, NULL, 0, 0);
	made(t);
	tree_function(t, a0, 0x020000, "8086:10D3", "e1000e");
	expect(t, NULL, 0, 1);
}

static void in_a_network_namespace_of_its_own_the_hosts_is_not_seen(void **state)
{
	MADE;
	two_nics(t);
	tree_link(t, "proc/self/ns/net", "net:[4026532000]");
	tree_link(t, "proc/1/ns/net", "net:[4026531840]");
	expect(t, &eth0_default, 1, 1);
}

/* ---- what is stacked ---- */

static void a_bond_is_carried_by_all_its_functions(void **state)
{
	MADE;
	nic(t, "eth0", a0, "up");
	nic(t, "eth1", a1, "down");
	nic(t, "eth2", a2, "up");
	virtual(t, "bond0");
	lower(t, "bond0", "eth0");
	tree_file(t, "sys/class/net/bond0/bonding/slaves", "eth0 eth1\n");
	tree_file(t, "sys/class/net/bonding_masters", "bond0\n");
	routes(t, route_line(t, "bond0", "0.0.0.0", "0.0.0.0", 0));
	EXPECT(t, 0, {USE_ROUTE, a0, "default route by eth0 (bond0)"}, {USE_ROUTE, a1, "default route by eth1 (bond0)"});
}

static void a_bridge_over_a_vlan_over_a_bond_leads_down_to_the_cards(void **state)
{
	MADE;
	nic(t, "eth0", a0, "up");
	nic(t, "eth1", a1, "up");
	nic(t, "eth2", a2, "up");
	virtual(t, "bond0");
	virtual(t, "bond0.7");
	virtual(t, "br0");
	virtual(t, "vnet0"); /* a virtual machine's */
	tree_folder(t, "sys/class/net/br0/bridge");
	lower(t, "bond0", "eth0");
	lower(t, "bond0", "eth1");
	lower(t, "bond0.7", "bond0");
	tree_link(t, "sys/class/net/br0/brif/bond0.7", "../../bond0.7/brport");
	lower(t, "br0", "vnet0");
	routes(t, route_line(t, "br0", "0.0.0.0", "0.0.0.0", 0));
	EXPECT(t, 0, {USE_ROUTE, a0, "default route by eth0 (br0)"}, {USE_ROUTE, a1, "default route by eth1 (br0)"});
}

static void links_in_a_circle_end(void **state)
{
	MADE;
	nic(t, "eth0", a0, "up");
	virtual(t, "a");
	virtual(t, "b");
	lower(t, "a", "b");
	lower(t, "b", "a");
	lower(t, "b", "eth0");
	lower(t, "b", "gone");
	routes(t, route_line(t, "a", "0.0.0.0", "0.0.0.0", 0));
	EXPECT(t, 0, {USE_ROUTE, a0, "default route by eth0 (a)"});
}

static void a_port_that_only_names_its_master_carries_it(void **state)
{
	MADE;
	nic(t, "eth0", a0, "up");
	virtual(t, "team0");
	tree_link(t, "sys/class/net/eth0/master", "../../../../virtual/net/team0");
	routes(t, route_line(t, "team0", "0.0.0.0", "0.0.0.0", 0));
	EXPECT(t, 0, {USE_ROUTE, a0, "default route by eth0 (team0)"});
}

static void an_open_vswitch_port_is_carried_by_all_below_its_datapath(void **state)
{
	MADE;
	nic(t, "eth0", a0, "up");
	nic(t, "eth1", a1, "up"); /* no part of the switch */
	nic(t, "eth2", a2, "up");
	virtual(t, "ovs-system");
	virtual(t, "br-ex");
	tree_file(t, "sys/class/net/br-ex/type", "1\n");
	tree_link(t, "sys/class/net/eth0/master", "../../../../virtual/net/ovs-system");
	tree_link(t, "sys/class/net/eth2/master", "../../../../virtual/net/ovs-system");
	routes(t, route_line(t, "br-ex", "0.0.0.0", "0.0.0.0", 0));
	EXPECT(t, 0, {USE_ROUTE, a0, "default route by eth0 (br-ex)"}, {USE_ROUTE, a2, "default route by eth2 (br-ex)"});
}

static void a_tunnel_beside_open_vswitch_is_none_of_its_ports(void **state)
{
	MADE;
	nic(t, "eth0", a0, "up");
	nic(t, "eth1", a1, "up");
	virtual(t, "ovs-system");
	virtual(t, "wg0");
	tree_file(t, "sys/class/net/wg0/uevent", "DEVTYPE=wireguard\nINTERFACE=wg0\nIFINDEX=7\n");
	tree_link(t, "sys/class/net/eth0/master", "../../../../virtual/net/ovs-system");
	routes(t, route_line(t, "wg0", "0.0.0.0", "0.0.0.0", 0));
	EXPECT(t, 0, {USE_ROUTE, a0, "default route by wg0, whose carrier cannot be seen: eth0"},
	    {USE_ROUTE, a1, "default route by wg0, whose carrier cannot be seen: eth1"});
}

static void a_tunnel_may_go_by_every_card_that_is_up(void **state)
{
	MADE;
	nic(t, "eth0", a0, "up");
	nic(t, "eth1", a1, "down");
	nic(t, "eth2", a2, "lowerlayerdown");
	virtual(t, "wg0");
	routes(t, route_line(t, "wg0", "0.0.0.0", "0.0.0.0", 0));
	EXPECT(t, 0, {USE_ROUTE, a0, "default route by wg0, whose carrier cannot be seen: eth0"});
}

static void a_bridge_without_ports_is_carried_by_nothing(void **state)
{
	MADE;
	nic(t, "eth0", a0, "up");
	virtual(t, "virbr0");
	tree_folder(t, "sys/class/net/virbr0/bridge");
	routes(t, route_line(t, "virbr0", "0.0.0.0", "0.0.0.0", 0));
	expect(t, NULL, 0, 0);
}

static void a_card_that_is_not_of_pci_hides_no_other(void **state)
{
	MADE;
	nic(t, "eth0", a0, "up");
	tree_folder(t, "sys/devices/platform/soc/net/end0");
	tree_link(t, "sys/class/net/end0", "../../devices/platform/soc/net/end0");
	routes(t, route_line(t, "end0", "0.0.0.0", "0.0.0.0", 0));
	expect(t, NULL, 0, 0);
}

static void an_interface_of_usb_hangs_on_its_controller_and_a_vf_on_itself(void **state)
{
	MADE;
	tree_function(t, "0000:00:14.0", 0x0c0330, "8086:A36D", "xhci_hcd");
	tree_folder(t, "sys/devices/pci0000:00/0000:00:14.0/usb1/1-1/1-1:1.0/net/usb0");
	tree_link(t, "sys/class/net/usb0", "../../devices/pci0000:00/0000:00:14.0/usb1/1-1/1-1:1.0/net/usb0");
	nic(t, "eth0v1", "0000:00:02.1", "up");
	routes(t, P("%s%s", route_line(t, "usb0", "0.0.0.0", "0.0.0.0", 0), route_line(t, "eth0v1", "0.0.0.0", "0.0.0.0", 5)));
	EXPECT(t, 0, {USE_ROUTE, "0000:00:14.0", "default route by usb0"}, {USE_ROUTE, "0000:00:02.1", "default route by eth0v1"});
}

/* ---- routes as values ---- */

static struct route route_to(const char *net, unsigned bits, uint32_t table, uint32_t metric, const char *interface)
{
	struct route r = {.bits = bits, .table = table, .metric = metric};

	assert_true(ip_addr_parse(net, strlen(net), &r.net));
	(void)snprintf(r.interface, sizeof(r.interface), "%s", interface);
	return r;
}

/* The interfaces that lead there, in the order of the rows. */
static const char *ways(struct arena *mem, const struct route *rows, size_t n, const char *address)
{
	const char *all = "";
	struct ip_addr a;

	assert_true(ip_addr_parse(address, strlen(address), &a));
	for (size_t i = 0; i < n; i++)
		if (route_leads_to(rows, n, i, &a))
			all = arena_printf(mem, "%s%s%s", all, *all ? " " : "", rows[i].interface);
	return all;
}

static void the_longest_prefix_then_the_smallest_metric_leads_of_each_table(void **state)
{
	struct arena mem = {0};
	struct route rows[] = {
	    route_to("0.0.0.0", 0, 254, 0, "eth0"),
	    route_to("10.0.0.0", 8, 254, 0, "eth1"),
	    route_to("10.1.0.0", 16, 254, 100, "eth2"),
	    route_to("10.1.0.0", 16, 254, 50, "eth3"),
	    route_to("10.1.0.0", 16, 254, 50, "eth4"), /* the second next hop */
	    route_to("10.1.2.0", 23, 254, 0, "eth5"),
	    route_to("0.0.0.0", 0, 100, 0, "eth6"),
	    route_to("10.9.0.0", 16, 254, 0, ""),
	    route_to("::", 0, 254, 0, "eth7"),
	    route_to("10.1.0.9", 32, 254, 0, "lo"),
	};

	(void)state;
	rows[7].type = ROUTE_REJECT;
	rows[9].type = ROUTE_LOCAL;
	assert_string_equal(ways(&mem, rows, ARRAY_LEN(rows), "192.0.2.1"), "eth0 eth6");
	assert_string_equal(ways(&mem, rows, ARRAY_LEN(rows), "10.2.0.1"), "eth1 eth6");
	assert_string_equal(ways(&mem, rows, ARRAY_LEN(rows), "10.1.0.1"), "eth3 eth4 eth6");
	assert_string_equal(ways(&mem, rows, ARRAY_LEN(rows), "10.1.0.9"), "eth3 eth4 eth6");
	assert_string_equal(ways(&mem, rows, ARRAY_LEN(rows), "10.1.3.1"), "eth5 eth6");
	assert_string_equal(ways(&mem, rows, ARRAY_LEN(rows), "10.1.4.1"), "eth3 eth4 eth6");
	assert_string_equal(ways(&mem, rows, ARRAY_LEN(rows), "10.9.0.1"), "eth6");
	assert_string_equal(ways(&mem, rows, ARRAY_LEN(rows), "2001:db8::1"), "eth7");
	assert_string_equal(ways(&mem, rows, ARRAY_LEN(rows), "::ffff:10.2.0.1"), "eth1 eth6");
	arena_done(&mem);
}

static void halves_make_a_default_only_together_in_one_table_by_one_interface(void **state)
{
	struct route rows[] = {
	    route_to("::", 1, 254, 0, "tun0"),
	    route_to("8000::", 1, 254, 0, "tun0"),
	    route_to("0.0.0.0", 1, 254, 0, "tun0"),
	    route_to("128.0.0.0", 1, 254, 0, "tun1"),
	    route_to("128.0.0.0", 1, 7, 0, "tun0"),
	    route_to("2000::", 3, 254, 0, "tun0"),
	    route_to("32.0.0.0", 3, 254, 0, "tun0"),
	    route_to("0.0.0.0", 0, 254, 0, "lo"),
	};
	const bool want[] = {true, true, false, false, false, true, false, false};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(route_is_default(rows, ARRAY_LEN(rows), i), want[i]);
}

/* A host that tells its routes as the kernel does. */
static struct route told[8];
static size_t n_told;
static int told_code;

static int tell_routes(struct sys *s, sys_each_route *each, void *data)
{
	(void)s;
	for (size_t i = 0; i < n_told; i++)
		assert_int_equal(each(data, &told[i]), 0);
	return told_code;
}

static struct sys_ops telling(const struct tree *t)
{
	struct sys_ops ops = *t->real.sys.ops;

	ops.routes = tell_routes;
	return ops;
}

static void the_default_of_a_policy_table_counts(void **state)
{
	MADE;
	struct sys_ops ops = telling(t);

	two_nics(t);
	tree_file(t, "proc/self/mountinfo", MOUNT("nfs", "s:/s", "/srv", "addr=10.0.0.9"));
	told[0] = route_to("0.0.0.0", 0, 100, 0, "eth1");
	told[1] = route_to("10.0.0.0", 8, ROUTE_TABLE_MAIN, 0, "eth0");
	told[2] = route_to("10.0.0.1", 32, ROUTE_TABLE_LOCAL, 0, "eth0");
	told[2].type = ROUTE_LOCAL;
	n_told = 3;
	told_code = 0;
	t->real.sys.ops = &ops;
	EXPECT(t, 0, {USE_ROUTE, a1, "default route of table 100 by eth1"},
	    {USE_NET_STORAGE, a0, "NFS /srv from 10.0.0.9 by eth0"}, {USE_NET_STORAGE, a1, "NFS /srv from 10.0.0.9 by eth1"});
}

static void a_next_hop_without_a_name_is_a_blind_spot(void **state)
{
	MADE;
	struct sys_ops ops = telling(t);

	two_nics(t);
	told[0] = route_to("0.0.0.0", 0, ROUTE_TABLE_MAIN, 0, "");
	told[1] = route_to("0.0.0.0", 0, ROUTE_TABLE_MAIN, 5, "gone0");
	n_told = 2;
	told_code = 0;
	t->real.sys.ops = &ops;
	expect(t, NULL, 0, 2);
}

static void where_the_kernel_does_not_tell_the_files_do_and_the_rest_is_a_blind_spot(void **state)
{
	MADE;
	struct sys_ops ops = telling(t);

	two_nics(t);
	n_told = 0;
	told_code = -EPERM;
	t->real.sys.ops = &ops;
	expect(t, &eth0_default, 1, 1);
}

static int count_route(void *data, const struct route *r)
{
	assert_true(r->net.version == 4 || r->net.version == 6);
	assert_true(r->bits <= ip_addr_bits(&r->net));
	++*(size_t *)data;
	return 0;
}

static int stop_at_route(void *data, const struct route *r)
{
	(void)data;
	(void)r;
	return -ECANCELED;
}

static void the_running_host_tells_its_routes_and_a_recorded_one_cannot(void **state)
{
	MADE;
	struct sys_real real;
	struct err e = {0};
	size_t n = 0;

	assert_int_equal(sys_real_open(&real, NULL, &e), 0);
	/* Some sandboxes have no rtnetlink. */
	if (real.sys.ops->routes(&real.sys, count_route, &n) == 0 && n > 0)
		assert_int_equal(real.sys.ops->routes(&real.sys, stop_at_route, NULL), -ECANCELED);
	sys_real_close(&real);
	assert_int_equal(t->real.sys.ops->routes(&t->real.sys, count_route, &n), -EOPNOTSUPP);
	tree_done(t);
}

/* ---- the session ---- */

static void an_ssh_session_is_found_by_its_parents(void **state)
{
	MADE;
	two_nics(t);
	ssh_session(t);
	self(t, 70);
	EXPECT(t, 0, DEFAULT, {USE_SESSION, a0, "this ssh session from 192.0.2.7 by eth0"});
}

static void sudo_between_changes_nothing(void **state)
{
	MADE;
	two_nics(t);
	ssh_session(t);
	process(t, 80, "sudo", 70);
	process(t, 81, "a) (b", 80);
	self(t, 81);
	EXPECT(t, 0, DEFAULT, {USE_SESSION, a0, "this ssh session from 192.0.2.7 by eth0"});
}

static void what_the_session_forwards_is_not_the_session(void **state)
{
	MADE;
	two_nics(t);
	ssh_session(t);
	socket_of(t, 61, 9, 610);
	tree_file(t, "proc/net/tcp",
	    P("%s%s", tcp_line(t, "192.0.2.1", 22, "192.0.2.7", 50000, 1, 600),
		tcp_line(t, "10.0.0.1", 40000, "10.0.0.9", 80, 1, 610)));
	self(t, 70);
	EXPECT(t, 0, DEFAULT, {USE_SESSION, a0, "this ssh session from 192.0.2.7 by eth0"});
}

static void a_session_by_the_card_without_default_route_counts_there(void **state)
{
	MADE;
	two_nics(t);
	ssh_session(t);
	tree_file(t, "proc/net/tcp", "");
	tree_file(t, "proc/net/tcp6", mapped_line(t, "10.0.0.1", 22, "10.0.0.7", 50000, 600));
	self(t, 70);
	EXPECT(t, 0, DEFAULT, {USE_SESSION, a1, "this ssh session from 10.0.0.7 by eth1"});
}

static void a_session_of_ipv6_goes_by_the_routes_of_ipv6(void **state)
{
	MADE;
	two_nics(t);
	ssh_session(t);
	tree_file(t, "proc/net/tcp6",
	    P("   0: %08X000000000000000000000000:0016 %08X0000000000000000%08X:C350 01 0:0 00:0 0 0 0 600 1\n",
		htonl(0x20010db8), htonl(0x20010db8), htonl(7)));
	tree_file(t, "proc/net/tcp", "");
	tree_file(t, "proc/net/ipv6_route",
	    "20010db8000000000000000000000000 20 00000000000000000000000000000000 00 "
	    "00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth1\n");
	self(t, 70);
	EXPECT(t, 0, DEFAULT, {USE_SESSION, a1, "this ssh session from 2001:db8::7 by eth1"});
}

static void a_local_session_gives_nothing(void **state)
{
	MADE;
	two_nics(t);
	process(t, 40, "login", 1);
	process(t, 41, "bash", 40);
	self(t, 41);
	tree_file(t, "proc/self/sessionid", "2\n");
	tree_file(t, "proc/self/loginuid", "1000\n");
	tree_file(t, "proc/self/cgroup", "0::/user.slice/user-1000.slice/session-2.scope\n");
	tree_file(t, "run/systemd/sessions/2", "UID=1000\nREMOTE=0\nLEADER=40\nTTY=tty1\nSERVICE=login\n");
	tree_file(t, "run/systemd/sessions/3", "UID=1000\nREMOTE=1\nREMOTE_HOST=192.0.2.7\nLEADER=77\nSERVICE=sshd\n");
	expect(t, &eth0_default, 1, 0);
}

static void what_no_session_started_has_none(void **state)
{
	MADE;
	two_nics(t);
	ssh_session(t);
	process(t, 30, "cron", 1);
	process(t, 31, "cron", 30);
	self(t, 31);
	tree_file(t, "proc/self/sessionid", "9\n");
	tree_file(t, "proc/self/loginuid", "0\n");
	tree_file(t, "proc/self/cgroup", "0::/system.slice/cron.service\n");
	tree_file(t, "run/systemd/sessions/3", "UID=0\nREMOTE=1\nREMOTE_HOST=192.0.2.7\nLEADER=60\nSERVICE=sshd\n");
	expect(t, &eth0_default, 1, 0);
}

static void tmux_in_a_users_manager_is_typed_in_from_any_session_of_the_user(void **state)
{
	MADE;
	two_nics(t);
	ssh_session(t);
	process(t, 20, "systemd", 1);
	process(t, 21, "tmux: server", 20);
	process(t, 22, "bash", 21);
	self(t, 22);
	tree_file(t, "proc/self/sessionid", "4294967295\n");
	tree_file(t, "proc/self/loginuid", "4294967295\n");
	tree_file(t, "proc/self/cgroup", "0::/user.slice/user-1000.slice/user@1000.service/tmux-spawn-1.scope\n");
	tree_file(t, "run/systemd/sessions/3", "UID=1000\nREMOTE=1\nREMOTE_HOST=192.0.2.7\nLEADER=60\nSERVICE=sshd\n");
	tree_file(t, "run/systemd/sessions/4", "UID=1001\nREMOTE=1\nREMOTE_HOST=192.0.2.8\nLEADER=77\nSERVICE=sshd\n");
	tree_file(t, "run/systemd/sessions/5", "UID=1000\nREMOTE=0\nLEADER=78\n");
	tree_file(t, "run/systemd/sessions/6", "UID=1000\nREMOTE=1\nLEADER=79\nREMOTE_HOST=10.0.0.7\nSERVICE=sshd\n");
	tree_file(t, "run/systemd/sessions/7", "UID=1000\nREMOTE=1\nLEADER=80\nREMOTE_HOST=10.0.0.8\nSTATE=closing\n");
	EXPECT(t, 0, DEFAULT, {USE_SESSION, a0, "this user's ssh session from 192.0.2.7 by eth0"},
	    {USE_SESSION, a1, "this user's ssh session from 10.0.0.7 by eth1"});
}

static void a_shell_in_a_users_manager_is_typed_in_from_any_session_of_the_user(void **state)
{
	MADE;
	two_nics(t);
	process(t, 20, "systemd", 1);
	process(t, 22, "bash", 20);
	self(t, 22);
	tree_file(t, "proc/self/cgroup", "0::/user.slice/user-1000.slice/user@1000.service/app.slice/a.scope\n");
	tree_file(t, "run/systemd/sessions/6", "UID=1000\nREMOTE=1\nLEADER=79\nREMOTE_HOST=10.0.0.7\nSERVICE=sshd\n");
	tree_file(t, "run/systemd/sessions/7", "UID=1001\nREMOTE=1\nLEADER=80\nREMOTE_HOST=10.0.0.8\nSERVICE=sshd\n");
	EXPECT(t, 0, DEFAULT, {USE_SESSION, a1, "this user's ssh session from 10.0.0.7 by eth1"});
}

static void tmux_in_the_scope_of_a_session_that_is_over_is_typed_in_from_another(void **state)
{
	MADE;
	two_nics(t);
	process(t, 21, "tmux: server", 1);
	process(t, 22, "bash", 21);
	self(t, 22);
	tree_file(t, "proc/self/sessionid", "1\n");
	tree_file(t, "proc/self/loginuid", "1000\n");
	tree_file(t, "proc/self/cgroup", "1:name=systemd:/user.slice/user-1000.slice/session-1.scope\n");
	tree_file(t, "run/systemd/sessions/1", "UID=1000\nREMOTE=1\nSTATE=closing\nLEADER=60\nREMOTE_HOST=192.0.2.7\n");
	tree_file(t, "run/systemd/sessions/6", "UID=1000\nREMOTE=1\nLEADER=79\nREMOTE_HOST=10.0.0.7\nSERVICE=sshd\n");
	EXPECT(t, 0, DEFAULT, {USE_SESSION, a1, "this user's ssh session from 10.0.0.7 by eth1"});
}

static void what_runs_on_in_a_session_logind_forgot_is_typed_in_from_another(void **state)
{
	MADE;
	two_nics(t);
	process(t, 22, "bash", 1);
	self(t, 22);
	tree_file(t, "proc/self/loginuid", "1000\n");
	tree_file(t, "proc/self/cgroup", "0::/user.slice/user-1000.slice/session-1.scope\n");
	tree_file(t, "run/systemd/sessions/6", "UID=1000\nREMOTE=1\nLEADER=79\nREMOTE_HOST=10.0.0.7\nSERVICE=sshd\n");
	EXPECT(t, 0, DEFAULT, {USE_SESSION, a1, "this user's ssh session from 10.0.0.7 by eth1"});
}

static void run0_may_be_called_from_any_session(void **state)
{
	MADE;
	two_nics(t);
	process(t, 22, "bash", 1);
	self(t, 22);
	tree_file(t, "proc/self/sessionid", "9\n");
	tree_file(t, "proc/self/loginuid", "0\n");
	tree_file(t, "proc/self/cgroup", "0::/user.slice/user-0.slice/session-9.scope\n");
	tree_file(t, "run/systemd/sessions/9", "UID=0\nREMOTE=0\nLEADER=22\nSERVICE=systemd-run0\n");
	tree_file(t, "run/systemd/sessions/6", "UID=1000\nREMOTE=1\nLEADER=79\nREMOTE_HOST=10.0.0.7\nSERVICE=sshd\n");
	EXPECT(t, 0, DEFAULT, {USE_SESSION, a1, "this user's ssh session from 10.0.0.7 by eth1"});
}

static void tmux_without_logind_may_be_typed_in_from_any_session(void **state)
{
	MADE;
	two_nics(t);
	ssh_session(t);
	process(t, 21, "tmux: server", 1);
	process(t, 22, "bash", 21);
	self(t, 22);
	EXPECT(t, 0, DEFAULT, {USE_SESSION, a0, "an open ssh session from 192.0.2.7 by eth0"});
}

static void logind_tells_where_the_parents_do_not(void **state)
{
	MADE;
	two_nics(t);
	process(t, 22, "bash", 1); /* its parent has gone */
	self(t, 22);
	tree_file(t, "proc/self/sessionid", "6\n");
	tree_file(t, "run/systemd/sessions/6", "UID=1000\nREMOTE=1\nLEADER=79\nREMOTE_HOST=10.0.0.7\nSERVICE=sshd\n");
	EXPECT(t, 0, DEFAULT, {USE_SESSION, a1, "this ssh session from 10.0.0.7 by eth1"});
}

static void a_remote_session_whose_way_is_not_seen_is_a_blind_spot(void **state)
{
	MADE;
	two_nics(t);
	process(t, 60, "sshd", 1); /* and no descriptors to be seen */
	process(t, 70, "bash", 60);
	self(t, 70);
	tree_file(t, "proc/self/cgroup", "0::/user.slice/user-1000.slice/session-6.scope\n");
	tree_file(t, "run/systemd/sessions/6", "UID=1000\nREMOTE=1\nLEADER=60\nREMOTE_HOST=a.name\nSERVICE=sshd\n");
	expect(t, &eth0_default, 1, 1);
}

static void parents_that_are_not_seen_are_a_blind_spot(void **state)
{
	MADE;
	two_nics(t);
	self(t, 70);
	expect(t, &eth0_default, 1, 1);
}

static void an_address_no_route_leads_to_is_a_blind_spot(void **state)
{
	MADE;
	nic(t, "eth0", a0, "up");
	routes(t, route_line(t, "eth0", "192.0.2.0", "255.255.255.0", 0));
	ssh_session(t);
	tree_file(t, "proc/net/tcp", tcp_line(t, "192.0.2.1", 22, "198.51.100.7", 50000, 1, 600));
	self(t, 70);
	expect(t, NULL, 0, 1);
}

static void mosh_comes_by_the_address_it_is_bound_to(void **state)
{
	MADE;
	two_nics(t);
	process(t, 60, "mosh-server", 1);
	process(t, 70, "bash", 60);
	socket_of(t, 60, 4, 600);
	self(t, 70);
	tree_file(t, "proc/net/udp", tcp_line(t, "10.0.0.1", 60001, "0.0.0.0", 0, 7, 600));
	EXPECT(t, 0, DEFAULT, {USE_SESSION, a1, "this mosh session at 10.0.0.1 by eth1"});
}

static void a_session_out_of_another_comes_the_way_of_the_first(void **state)
{
	MADE;
	two_nics(t);
	ssh_session(t);
	/* bash(70) runs ssh(71) to this very host: sshd(90) is at the other end, and we below it. */
	process(t, 71, "ssh", 70);
	socket_of(t, 71, 3, 710);
	process(t, 90, "sshd", 50);
	socket_of(t, 90, 4, 900);
	process(t, 91, "bash", 90);
	self(t, 91);
	tree_file(t, "proc/net/tcp",
	    P("%s%s%s", tcp_line(t, "192.0.2.1", 22, "192.0.2.7", 50000, 1, 600),
		tcp_line(t, "127.0.0.1", 40000, "127.0.0.1", 22, 1, 710),
		tcp_line(t, "127.0.0.1", 22, "127.0.0.1", 40000, 1, 900)));
	EXPECT(t, 0, DEFAULT, {USE_SESSION, a0, "this ssh session from 192.0.2.7 by eth0"});
}

static void a_session_from_this_very_host_needs_no_network(void **state)
{
	MADE;
	two_nics(t);
	process(t, 50, "sshd", 1);
	process(t, 70, "bash", 1); /* on the console */
	process(t, 71, "ssh", 70);
	socket_of(t, 71, 3, 710);
	process(t, 90, "sshd", 50);
	socket_of(t, 90, 4, 900);
	self(t, 90);
	tree_file(t, "proc/net/tcp",
	    P("%s%s", tcp_line(t, "192.0.2.1", 40000, "192.0.2.1", 22, 1, 710),
		tcp_line(t, "192.0.2.1", 22, "192.0.2.1", 40000, 1, 900)));
	expect(t, &eth0_default, 1, 0);
}

static void a_relay_whose_way_is_not_seen_is_a_blind_spot(void **state)
{
	MADE;
	two_nics(t);
	process(t, 71, "relay", 1);
	socket_of(t, 71, 3, 710);
	socket_of(t, 71, 4, 720);
	process(t, 90, "sshd", 1);
	socket_of(t, 90, 4, 900);
	self(t, 90);
	tree_file(t, "proc/net/tcp",
	    P("%s%s", tcp_line(t, "127.0.0.1", 40000, "127.0.0.1", 22, 1, 710),
		tcp_line(t, "127.0.0.1", 22, "127.0.0.1", 40000, 1, 900)));
	tree_file(t, "proc/net/udp", tcp_line(t, "0.0.0.0", 41641, "0.0.0.0", 0, 7, 720));
	expect(t, &eth0_default, 1, 1);
}

static void a_session_through_a_tunnel_comes_the_way_of_the_tunnel(void **state)
{
	MADE;
	two_nics(t);
	process(t, 50, "sshd", 1);
	process(t, 71, "autossh", 1);
	process(t, 72, "ssh", 71);
	socket_of(t, 72, 3, 710);
	socket_of(t, 72, 4, 720);
	process(t, 90, "sshd", 50);
	socket_of(t, 90, 4, 900);
	self(t, 90);
	tree_file(t, "proc/net/tcp",
	    P("%s%s%s", tcp_line(t, "10.0.0.1", 50000, "10.0.0.99", 22, 1, 720),
		tcp_line(t, "127.0.0.1", 40000, "127.0.0.1", 22, 1, 710),
		tcp_line(t, "127.0.0.1", 22, "127.0.0.1", 40000, 1, 900)));
	EXPECT(t, 0, DEFAULT, {USE_SESSION, a1, "this forwarded session from 10.0.0.99 by eth1"});
}

/* ---- storage ---- */

static void nfs_counts_where_its_server_is_reached(void **state)
{
	MADE;
	two_nics(t);
	tree_file(t, "proc/self/mountinfo",
	    MOUNT("nfs4", "files.lan:/srv", "/my\\040srv", "vers=4.2,clientaddr=192.0.2.1,local_lock=none,addr=10.0.0.9")
	    MOUNT("ext4", "/dev/sda1", "/", "addr=192.0.2.9") "36 1 0:3 / / rw - tmpfs  rw\n");
	EXPECT(t, 0, DEFAULT, {USE_NET_STORAGE, a1, "NFS /my srv from 10.0.0.9 by eth1"});
}

static void the_root_over_nfs_says_so(void **state)
{
	MADE;
	two_nics(t);
	tree_file(t, "proc/1/mountinfo", MOUNT("nfs", "10.0.0.9:/root", "/", "vers=3"));
	EXPECT(t, 0, DEFAULT, {USE_NET_STORAGE, a1, "/ by NFS from 10.0.0.9 by eth1"});
}

static void other_file_systems_of_the_network_count(void **state)
{
	MADE;
	two_nics(t);
	tree_file(t, "proc/self/mountinfo",
	    MOUNT("cifs", "//files/share", "/share", "vers=3.1.1,addr=10.0.0.2")
	    MOUNT("ceph", "10.0.0.3:6789,192.0.2.3:6789:/dir", "/ceph", "name=admin")
	    MOUNT("ceph", "admin@0-0.fs=/", "/ceph2", "mon_addr=10.0.0.4:6789/10.0.0.5:6789")
	    MOUNT("9p", "10.0.0.6", "/nine", "trans=tcp") MOUNT("9p", "share", "/host", "trans=virtio") MOUNT("9p", "10.0.0.8", "/fd", "trans=tcpx")
	    MOUNT("fuse.sshfs", "me@10.0.0.7:/home", "/ssh", "user_id=0"));
	EXPECT(t, 0, DEFAULT, {USE_NET_STORAGE, a1, "CIFS /share from 10.0.0.2 by eth1"},
	    {USE_NET_STORAGE, a1, "Ceph /ceph from 10.0.0.3 by eth1"}, {USE_NET_STORAGE, a0, "Ceph /ceph from 192.0.2.3 by eth0"},
	    {USE_NET_STORAGE, a1, "Ceph /ceph2 from 10.0.0.4 by eth1"}, {USE_NET_STORAGE, a1, "Ceph /ceph2 from 10.0.0.5 by eth1"},
	    {USE_NET_STORAGE, a1, "9p /nine from 10.0.0.6 by eth1"}, {USE_NET_STORAGE, a1, "sshfs /ssh from 10.0.0.7 by eth1"});
}

static void a_server_known_by_name_alone_is_a_blind_spot(void **state)
{
	MADE;
	two_nics(t);
	tree_file(t, "proc/self/mountinfo", MOUNT("nfs", "files.lan:/srv", "/srv", "vers=3"));
	expect(t, &eth0_default, 1, 1);
}

static void a_server_on_this_host_needs_no_network(void **state)
{
	MADE;
	two_nics(t);
	tree_file(t, "proc/self/mountinfo",
	    MOUNT("nfs", "localhost:/srv", "/srv", "addr=127.0.0.1") MOUNT("nfs", "me:/srv", "/own", "addr=2001:db8::1"));
	tree_file(t, "proc/net/ipv6_route",
	    "20010db8000000000000000000000001 80 00000000000000000000000000000000 00 "
	    "00000000000000000000000000000000 00000000 00000001 00000000 80200001     eth1\n"
	    "20010db8000000000000000000000000 20 00000000000000000000000000000000 00 "
	    "00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth1\n");
	expect(t, &eth0_default, 1, 0);
}

static void a_link_local_server_is_behind_the_interface_it_names(void **state)
{
	MADE;
	two_nics(t);
	tree_file(t, "proc/self/mountinfo", MOUNT("nfs4", "[fe80::9%eth1]:/srv", "/srv", "addr=fe80::9%eth1"));
	EXPECT(t, 0, DEFAULT, {USE_NET_STORAGE, a1, "NFS /srv from fe80::9 by eth1"});
}

static void iscsi_counts_where_its_portal_is_reached(void **state)
{
	MADE;
	two_nics(t);
	tree_file(t, "sys/class/iscsi_connection/connection3:0/address", "10.0.0.9\n");
	tree_file(t, "sys/class/iscsi_session/session3/targetname", "iqn.2020-01.lan:disk\n");
	tree_file(t, "sys/class/iscsi_connection/connection4:0/persistent_address", "192.0.2.9\n");
	EXPECT(t, 0, DEFAULT, {USE_NET_STORAGE, a1, "iSCSI iqn.2020-01.lan:disk from 10.0.0.9 by eth1"},
	    {USE_NET_STORAGE, a0, "iSCSI connection4:0 from 192.0.2.9 by eth0"});
}

static void an_adapter_that_speaks_iscsi_itself_counts_itself(void **state)
{
	MADE;
	tree_function(t, a2, 0x028000, "1077:8032", "qla4xxx");
	tree_folder(t, "sys/devices/pci0000:00/0000:00:04.0/host7/session1/connection1:0/iscsi_connection/connection1:0");
	tree_link(t, "sys/class/iscsi_connection/connection1:0",
	    "../../devices/pci0000:00/0000:00:04.0/host7/session1/connection1:0/iscsi_connection/connection1:0");
	tree_folder(t, "sys/class/net");
	EXPECT(t, 0, {USE_NET_STORAGE, a2, "iSCSI connection1:0"});
}

static void nvme_over_tcp_counts_and_over_pcie_does_not(void **state)
{
	MADE;
	two_nics(t);
	tree_file(t, "sys/class/nvme/nvme0/transport", "pcie\n");
	tree_file(t, "sys/class/nvme/nvme0/address", "0000:03:00.0\n");
	tree_file(t, "sys/class/nvme/nvme1/transport", "tcp\n");
	tree_file(t, "sys/class/nvme/nvme1/address", "traddr=10.0.0.9,trsvcid=4420\n");
	tree_file(t, "sys/class/nvme/nvme2/transport", "rdma\n");
	tree_file(t, "sys/class/nvme/nvme2/address", "traddr=192.0.2.9,trsvcid=4420,host_iface=eth1\n");
	tree_file(t, "sys/class/nvme/nvme3/transport", "tcp\n");
	EXPECT(t, 1, DEFAULT, {USE_NET_STORAGE, a1, "NVMe nvme1 from 10.0.0.9 by eth1"},
	    {USE_NET_STORAGE, a1, "NVMe nvme2 from 192.0.2.9 by eth1"});
}

static void nbd_counts_by_the_sockets_of_its_process(void **state)
{
	MADE;
	two_nics(t);
	tree_file(t, "sys/block/nbd0/pid", "300\n");
	tree_folder(t, "sys/block/nbd1");
	tree_file(t, "sys/block/nbd2/pid", "301\n"); /* nobody holds it any more */
	tree_file(t, "sys/block/nbd3/pid", "302\n"); /* a server on this host, by a local socket */
	socket_of(t, 300, 3, 3000);
	socket_of(t, 302, 3, 3020);
	tree_file(t, "proc/net/tcp", tcp_line(t, "10.0.0.1", 40000, "10.0.0.9", 10809, 1, 3000));
	EXPECT(t, 1, DEFAULT, {USE_NET_STORAGE, a1, "NBD nbd0 from 10.0.0.9 by eth1"});
}

static void rbd_counts_by_the_address_its_client_has(void **state)
{
	MADE;
	two_nics(t);
	tree_file(t, "sys/bus/rbd/devices/0/client_addr", "10.0.0.1:0/2349\n");
	EXPECT(t, 0, DEFAULT, {USE_NET_STORAGE, a1, "Ceph rbd0 by eth1"});
}

/* ---- texts ---- */

static void addresses_are_read_whole_or_not_at_all(void **state)
{
	static const char *const bad[] = {"", "192.0.2", "192.0.2.1 ", "192.0.2.256", "[::1", "::g", "fe80::1%", "localhost",
	    "fe80::1%an-interface-with-a-long-name"};
	static const char *const good[][2] = {{"192.0.2.1", "192.0.2.1"}, {"[2001:db8::1]", "2001:db8::1"},
	    {"fe80::1%eth0", "fe80::1"}, {"::ffff:192.0.2.1", "192.0.2.1"}};
	struct ip_addr a;
	char text[IP_TEXT];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(ip_addr_parse(bad[i], strlen(bad[i]), &a));
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(ip_addr_parse(good[i][0], strlen(good[i][0]), &a));
		assert_string_equal(ip_addr_print(&a, text), good[i][1]);
	}
}

static void an_option_is_found_by_its_whole_name(void **state)
{
	struct arena mem = {0};

	(void)state;
	assert_string_equal(net_option(&mem, "rw,clientaddr=a,addrs=b,addr=c,addr=d", "addr"), "c");
	assert_null(net_option(&mem, "rw,clientaddr=a,addr", "addr"));
	arena_done(&mem);
}

static void lines_that_are_none_are_refused(void **state)
{
	struct proc_socket s;
	struct proc_stat stat;
	struct route r;
	uint64_t inode;

	(void)state;
	assert_false(proc_route_parse("Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask", &r));
	assert_false(proc_route_parse("eth0 00000000 00000000 0002 0 0 0 00000000", &r)); /* not up */
	assert_false(proc_route_parse("an-interface-with-a-long-name 00000000 0 0003 0 0 0 00000000", &r));
	assert_false(proc_socket_parse("  sl  local_address rem_address   st tx_queue rx_queue", 4, &s));
	assert_false(proc_stat_parse("12 sshd S 1", &stat));
	assert_false(proc_stat_parse("(sshd) S 1", &stat));
	assert_false(proc_stat_parse("12 (sshd)", &stat));
	assert_false(proc_socket_inode("socket:[]", &inode));
	assert_false(proc_socket_inode("pipe:[12]", &inode));
	assert_true(proc_socket_inode("socket:[12]", &inode));
	assert_int_equal(inode, 12);
}

static void an_id_that_could_be_a_path_is_none(void **state)
{
	struct cgroup_session s = {0};

	(void)state;
	cgroup_session_add("0::/user.slice/session-...scope", &s);
	cgroup_session_add("0::/user.slice/session-.scope/user@.service/user@x.service", &s);
	assert_string_equal(s.id, "");
	assert_false(s.has_manager);
	assert_false(session_id_is_safe("3.ref"));
	assert_true(session_id_is_safe("c1"));
	cgroup_session_add("0::/user.slice/user@0.service/session-c1.scope", &s);
	assert_string_equal(s.id, "c1");
	assert_true(s.has_manager);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    T(only_the_default_route_counts),
	    T(without_a_network_card_nothing_is_said),
	    T(two_defaults_count_both_whatever_their_metrics),
	    T(a_default_of_ipv6_alone_counts),
	    T(an_unreachable_default_is_none),
	    T(two_halves_are_a_default_and_one_is_not),
	    T(routes_that_cannot_be_read_are_a_blind_spot),
	    T(mounts_that_cannot_be_read_are_a_blind_spot),
	    T(interfaces_that_cannot_be_listed_are_a_blind_spot_where_a_card_has_a_driver),
	    T(in_a_network_namespace_of_its_own_the_hosts_is_not_seen),
	    T(a_bond_is_carried_by_all_its_functions),
	    T(a_bridge_over_a_vlan_over_a_bond_leads_down_to_the_cards),
	    T(links_in_a_circle_end),
	    T(a_port_that_only_names_its_master_carries_it),
	    T(an_open_vswitch_port_is_carried_by_all_below_its_datapath),
	    T(a_tunnel_beside_open_vswitch_is_none_of_its_ports),
	    T(a_tunnel_may_go_by_every_card_that_is_up),
	    T(a_bridge_without_ports_is_carried_by_nothing),
	    T(a_card_that_is_not_of_pci_hides_no_other),
	    T(an_interface_of_usb_hangs_on_its_controller_and_a_vf_on_itself),
	    T(the_longest_prefix_then_the_smallest_metric_leads_of_each_table),
	    T(halves_make_a_default_only_together_in_one_table_by_one_interface),
	    T(the_default_of_a_policy_table_counts),
	    T(a_next_hop_without_a_name_is_a_blind_spot),
	    T(where_the_kernel_does_not_tell_the_files_do_and_the_rest_is_a_blind_spot),
	    T(the_running_host_tells_its_routes_and_a_recorded_one_cannot),
	    T(an_ssh_session_is_found_by_its_parents),
	    T(sudo_between_changes_nothing),
	    T(what_the_session_forwards_is_not_the_session),
	    T(a_session_by_the_card_without_default_route_counts_there),
	    T(a_session_of_ipv6_goes_by_the_routes_of_ipv6),
	    T(a_local_session_gives_nothing),
	    T(what_no_session_started_has_none),
	    T(tmux_in_a_users_manager_is_typed_in_from_any_session_of_the_user),
	    T(a_shell_in_a_users_manager_is_typed_in_from_any_session_of_the_user),
	    T(tmux_in_the_scope_of_a_session_that_is_over_is_typed_in_from_another),
	    T(what_runs_on_in_a_session_logind_forgot_is_typed_in_from_another),
	    T(run0_may_be_called_from_any_session),
	    T(tmux_without_logind_may_be_typed_in_from_any_session),
	    T(logind_tells_where_the_parents_do_not),
	    T(a_remote_session_whose_way_is_not_seen_is_a_blind_spot),
	    T(parents_that_are_not_seen_are_a_blind_spot),
	    T(an_address_no_route_leads_to_is_a_blind_spot),
	    T(mosh_comes_by_the_address_it_is_bound_to),
	    T(a_session_out_of_another_comes_the_way_of_the_first),
	    T(a_session_from_this_very_host_needs_no_network),
	    T(a_relay_whose_way_is_not_seen_is_a_blind_spot),
	    T(a_session_through_a_tunnel_comes_the_way_of_the_tunnel),
	    T(nfs_counts_where_its_server_is_reached),
	    T(the_root_over_nfs_says_so),
	    T(other_file_systems_of_the_network_count),
	    T(a_server_known_by_name_alone_is_a_blind_spot),
	    T(a_server_on_this_host_needs_no_network),
	    T(a_link_local_server_is_behind_the_interface_it_names),
	    T(iscsi_counts_where_its_portal_is_reached),
	    T(an_adapter_that_speaks_iscsi_itself_counts_itself),
	    T(nvme_over_tcp_counts_and_over_pcie_does_not),
	    T(nbd_counts_by_the_sockets_of_its_process),
	    T(rbd_counts_by_the_address_its_client_has),
	    T(addresses_are_read_whole_or_not_at_all),
	    T(an_option_is_found_by_its_whole_name),
	    T(lines_that_are_none_are_refused),
	    T(an_id_that_could_be_a_path_is_none),
	};

	return cmocka_run_group_tests_name("network", tests, NULL, NULL);
}
