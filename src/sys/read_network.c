/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/read_network.h"

#include "base/str.h"

void network_use(struct network *n, enum use_kind kind, const char *what, const char *interface, const char *evidence)
{
	cleanup_arena struct arena mem = {0};
	bool *below = arena_alloc(&mem, (n->n_interfaces + 1) * sizeof(*below));
	int index = interface_find(n, interface);
	bool is_guess;

	if (index < 0) {
		network_blind(n, arena_printf(&mem, "the interface of \"%s\", %s, cannot be seen", what, interface), evidence);
		return;
	}
	interfaces_below(n, index, below, &is_guess);
	for (size_t i = 0; i < n->n_interfaces; i++) {
		const struct interface *carrier = &n->interfaces[i];
		const char *subject;

		if (!below[i])
			continue;
		if (is_guess)
			subject =
			    arena_printf(&mem, "%s by %s, whose carrier cannot be seen: %s", what, interface, carrier->name);
		else if ((int)i == index)
			subject = arena_printf(&mem, "%s by %s", what, interface);
		else
			subject = arena_printf(&mem, "%s by %s (%s)", what, carrier->name, interface);
		uses_add(n->r, kind, carrier->function, subject, evidence);
	}
}

void network_need(struct network *n, struct need need)
{
	if (!n->has_pci)
		return;
	need.what = arena_strdup(n->r->mem, need.what);
	need.evidence = arena_strdup(n->r->mem, need.evidence);
	/* The scope of a link-local address is its interface. */
	if (need.addr.scope[0])
		network_use(n, need.kind, need.what, need.addr.scope, need.evidence);
	else
		*ARENA_PUSH(n->r->mem, n->needs, n->n_needs) = need;
}

void network_blind(struct network *n, const char *reason, const char *evidence)
{
	if (n->has_pci)
		uses_blind(n->r, AREA_NETWORK, reason, evidence);
}

static bool has_network_card(const struct host *h)
{
	for (size_t i = 0; i < h->n_functions; i++)
		if (h->functions[i].class_code >> 16 == 0x02 && h->functions[i].has_driver == TRI_YES)
			return true;
	return false;
}

/* Seen from a container the interfaces are others, and the host's routes are not ours. */
static bool is_apart(struct use_reading *r)
{
	struct sys *s = r->s;
	char own[SYS_PATH], first[SYS_PATH];

	if (s->ops->link(s, "proc/self/ns/net", own, sizeof(own)) == 0 &&
	    s->ops->link(s, "proc/1/ns/net", first, sizeof(first)) == 0 && !str_eq(own, first))
		return true;
	/* The number of the first process namespace is fixed (include/linux/proc_ns.h). */
	return s->ops->link(s, "proc/self/ns/pid", own, sizeof(own)) == 0 && !str_eq(own, "pid:[4026531836]");
}

void read_network_uses(struct use_reading *r)
{
	struct network n = {.r = r};

	if (!read_interfaces(&n)) {
		if (has_network_card(r->h))
			uses_blind(r, AREA_NETWORK, "the network interfaces cannot be listed", "sys/class/net");
		return;
	}
	if (is_apart(r) && (n.has_pci || has_network_card(r->h)))
		uses_blind(r, AREA_NETWORK,
		    "this process has namespaces of its own: run outside of the container to see the host's network",
		    "proc/self/ns");
	read_storage_needs(&n);
	if (!n.has_pci)
		return;
	read_session_needs(&n);
	read_routes(&n);
}
