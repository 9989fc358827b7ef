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
