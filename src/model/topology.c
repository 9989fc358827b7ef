/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/topology.h"

const char *port_kind_name(enum port_kind k)
{
	static const char *const names[] = {
	    [PORT_UNKNOWN] = NULL,
	    [PORT_NONE] = "function",
	    [PORT_HOST_BRIDGE] = "host-bridge",
	    [PORT_ROOT] = "root-port",
	    [PORT_UPSTREAM] = "switch-upstream",
	    [PORT_DOWNSTREAM] = "switch-downstream",
	    [PORT_CONVENTIONAL] = "pci-bridge",
	};
	static_assert(ARRAY_LEN(names) == PORT_KINDS, "every kind has its name");

	return names[k];
}

const char *acs_state_name(enum acs_state a)
{
	static const char *const names[] = {
	    [ACS_UNKNOWN] = NULL,
	    [ACS_NONE] = "none",
	    [ACS_OFF] = "off",
	    [ACS_ON] = "on",
	};
	static_assert(ARRAY_LEN(names) == ACS_STATES, "every state has its name");

	return names[a];
}

const char *free_slot_words(struct arena *mem, const struct host *h, const struct free_slot *s)
{
	const char *more = "";

	if (s->label)
		more = arena_printf(mem, "slot %s", s->label);
	if (s->lanes > 0)
		more = arena_printf(mem, "%s%s%u lane%s", more, *more ? ", " : "", s->lanes, s->lanes > 1 ? "s" : "");
	if (s->has_connector != TRI_YES)
		more = arena_printf(mem, "%s%sif the board has a connector there", more, *more ? ", " : "");
	return arena_printf(mem, "%s%s%s%s", h->functions[s->port].name, *more ? " (" : "", more, *more ? ")" : "");
}
