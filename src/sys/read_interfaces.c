/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "sys/read_network.h"

enum { FLAG_UP = 1 }; /* IFF_UP, include/uapi/linux/if.h */

int interface_find(const struct network *n, const char *name)
{
	for (size_t i = 0; i < n->n_interfaces; i++)
		if (str_eq(n->interfaces[i].name, name))
			return (int)i;
	return -1;
}

static int take_name(void *data, const char *name)
{
	struct network *n = data;

	/* The only file there (drivers/net/bonding/bond_sysfs.c). */
	if (!str_eq(name, "bonding_masters") && strlen(name) < IP_NAME)
		*ARENA_PUSH(n->r->mem, n->interfaces, n->n_interfaces) =
		    (struct interface){.name = arena_strdup(n->r->mem, name), .function = -1};
	return 0;
}

static const char *text_of(struct network *n, const char *interface, const char *attribute)
{
	char path[SYS_PATH];

	return sys_text(n->r->s, n->r->mem, sys_path(path, "sys/class/net/%s/%s", interface, attribute), NULL);
}

static bool has(struct network *n, const char *interface, const char *what)
{
	char path[SYS_PATH];

	return n->r->s->ops->exists(n->r->s, sys_path(path, "sys/class/net/%s/%s", interface, what)) == 1;
}

static void read_state(struct network *n, struct interface *i)
{
	static const char *const down[] = {"down", "notpresent", "lowerlayerdown"};
	const char *flags = text_of(n, i->name, "flags"), *state = text_of(n, i->name, "operstate");
	uint64_t bits;

	i->is_up = !flags || !str_sysfs_hex(flags, UINT32_MAX, &bits) || bits & FLAG_UP;
	for (size_t k = 0; state && k < ARRAY_LEN(down); k++)
		if (str_eq(state, down[k]))
			i->is_up = false;
}

static void read_function(struct network *n, struct interface *i)
{
	struct use_reading *r = n->r;
	char path[SYS_PATH], link[SYS_PATH];

	if (r->s->ops->link(r->s, sys_path(path, "sys/class/net/%s", i->name), link, sizeof(link)) == 0) {
		i->is_virtual = strstr(link, "/virtual/") != NULL;
		i->function = uses_function_in(r, link);
	} else {
		/* Older trees have a folder here; only what is real has a device. */
		i->is_virtual = !has(n, i->name, "device");
	}
	if (i->function < 0 && !i->is_virtual)
		i->function = uses_function_of(r, sys_path(path, "sys/class/net/%s/device", i->name));
	if (i->function >= 0)
		n->has_pci = true;
}

static void add_lower(struct network *n, int upper, const char *name)
{
	struct interface *i = &n->interfaces[upper];
	int lower = interface_find(n, name);

	if (lower < 0 || lower == upper)
		return;
	for (size_t k = 0; k < i->n_lower; k++)
		if (i->lower[k] == lower)
			return;
	*ARENA_PUSH(n->r->mem, i->lower, i->n_lower) = lower;
}

struct lower_scan {
	struct network *n;
	int upper;
};

static int take_lower_link(void *data, const char *name)
{
	struct lower_scan *scan = data;

	if (str_starts(name, "lower_"))
		add_lower(scan->n, scan->upper, name + strlen("lower_"));
	return 0;
}

static int take_port(void *data, const char *name)
{
	struct lower_scan *scan = data;

	add_lower(scan->n, scan->upper, name);
	return 0;
}

/* The kernel says the same thing in several places; recorded trees do not have them all. */
static void read_lower(struct network *n, int index)
{
	static const char *const slave_files[] = {"bonding/slaves", "bond/slaves"};
	struct interface *i = &n->interfaces[index];
	struct lower_scan scan = {n, index};
	struct sys *s = n->r->s;
	char path[SYS_PATH], master[SYS_PATH];

	(void)s->ops->list(s, sys_path(path, "sys/class/net/%s", i->name), take_lower_link, &scan);
	(void)s->ops->list(s, sys_path(path, "sys/class/net/%s/brif", i->name), take_port, &scan);
	for (size_t k = 0; k < ARRAY_LEN(slave_files); k++) {
		const char *slaves = text_of(n, i->name, slave_files[k]);

		while (slaves && *slaves) {
			size_t length = strcspn(slaves, " \n");

			add_lower(n, index, arena_strndup(n->r->mem, slaves, length));
			slaves += length + (slaves[length] != '\0');
		}
	}
	i->has_ports = has(n, i->name, "bridge") || has(n, i->name, "bonding") || has(n, i->name, "bond");
	if (s->ops->link(s, sys_path(path, "sys/class/net/%s/master", i->name), master, sizeof(master)) == 0) {
		int upper = interface_find(n, str_base(master));

		if (upper >= 0)
			add_lower(n, upper, i->name);
	}
}

/* Open vSwitch's own ports have no link to what they are carried by. Nothing says "this is one" either, so: virtual,
 * Ethernet, and nothing else that can be told. */
static bool is_switch_port(struct network *n, const struct interface *i)
{
	const char *type, *event, *index, *link;

	if (!i->is_virtual || i->n_lower > 0 || i->has_ports || str_eq(i->name, "lo") || str_eq(i->name, "ovs-system") ||
	    has(n, i->name, "tun_flags"))
		return false;
	type = text_of(n, i->name, "type");
	event = text_of(n, i->name, "uevent");
	index = text_of(n, i->name, "ifindex");
	link = text_of(n, i->name, "iflink"); /* another's: one end of a veth pair */
	return (!type || str_eq(type, "1")) && (!event || !strstr(event, "DEVTYPE=")) &&
	    (!index || !link || str_eq(index, link));
}

bool read_interfaces(struct network *n)
{
	int ovs;

	if (n->r->s->ops->list(n->r->s, "sys/class/net", take_name, n) < 0)
		return false;
	for (size_t i = 0; i < n->n_interfaces; i++)
		read_function(n, &n->interfaces[i]);
	if (!n->has_pci)
		return true;
	for (size_t i = 0; i < n->n_interfaces; i++) {
		read_state(n, &n->interfaces[i]);
		read_lower(n, (int)i);
	}
	ovs = interface_find(n, "ovs-system");
	for (size_t i = 0; ovs >= 0 && i < n->n_interfaces; i++)
		if (is_switch_port(n, &n->interfaces[i]))
			add_lower(n, (int)i, "ovs-system");
	return true;
}

void interfaces_below(const struct network *n, int index, bool *below, bool *ret_guess)
{
	cleanup_arena struct arena mem = {0};
	bool *seen = arena_alloc(&mem, n->n_interfaces * sizeof(*seen));
	int *todo = arena_alloc(&mem, n->n_interfaces * sizeof(*todo));
	bool is_found = false, is_hidden = false;
	size_t left = 0;

	*ret_guess = false;
	memset(below, 0, n->n_interfaces * sizeof(*below));
	seen[index] = true;
	todo[left++] = index;
	while (left > 0) {
		const struct interface *i = &n->interfaces[todo[--left]];

		if (i->function >= 0)
			below[i - n->interfaces] = is_found = true;
		if (i->is_virtual && i->n_lower == 0 && !i->has_ports && !str_eq(i->name, "lo"))
			is_hidden = true;
		for (size_t k = 0; k < i->n_lower; k++) {
			if (!seen[i->lower[k]])
				todo[left++] = i->lower[k];
			seen[i->lower[k]] = true;
		}
	}
	/* A bridge has the taps of virtual machines beside its uplink: one that can be seen is the answer. */
	if (is_found || !is_hidden)
		return;
	*ret_guess = true;
	for (size_t i = 0; i < n->n_interfaces; i++)
		below[i] = n->interfaces[i].function >= 0 && n->interfaces[i].is_up;
}
