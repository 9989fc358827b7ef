/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the configuration space of a bridge says of it, as far as it may be read: its first 64 bytes by everybody, the
 * rest, where all of this but the bus numbers stands, by root (drivers/pci/pci-sysfs.c, pci_read_config). */
#pragma once

#include "base/base.h"

/* Which end of a link a function is. */
enum port_kind {
	PORT_UNKNOWN,	   /* a bridge, and nothing tells of which sort */
	PORT_NONE,	   /* no port: a function that does something itself */
	PORT_HOST_BRIDGE,
	PORT_ROOT,
	PORT_UPSTREAM,	   /* of a switch: the way to the processor */
	PORT_DOWNSTREAM,   /* of a switch */
	PORT_CONVENTIONAL, /* to conventional PCI, or back from it */
	PORT_KINDS
};

/* Does a port send what its devices say to each other up, past the IOMMU? The kernel's rule (drivers/pci/pci.c,
 * pci_acs_flags_enabled, for the four controls of drivers/iommu/iommu.c, REQ_ACS_FLAGS). Ports of which the kernel knows
 * that they isolate without saying so (drivers/pci/quirks.c) are ACS_NONE too: the groups have the last word. */
enum acs_state {
	ACS_UNKNOWN,
	ACS_NONE, /* it has no such capability */
	ACS_OFF,  /* it has, and one of the four is off */
	ACS_ON,
	ACS_STATES
};

/* What a function says of its interrupts. */
struct pci_abilities {
	bool is_known; /* all of its capabilities could be read */
	bool has_msi, has_msix, is_express;
	bool has_pin;	    /* it has an interrupt line */
	bool is_line_masked; /* that is switched off, so it can be (PCI 2.3) */
};

struct pci_config {
	enum port_kind kind;
	enum acs_state acs;
	enum tri has_slot; /* a connector below it, rather than something soldered */
	int secondary_bus; /* number of the bus below it, -1: none, or not known */
};
