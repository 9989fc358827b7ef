/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/pci_config.h"

enum {
	COMMAND = 0x04,
	COMMAND_LINE_OFF = 0x400,
	STATUS = 0x06,
	STATUS_CAPABILITIES = 0x10,
	HEADER_TYPE = 0x0e,
	HEADER_BRIDGE = 1,
	SECONDARY_BUS = 0x19,
	CAPABILITIES = 0x34,
	INTERRUPT_PIN = 0x3d,
	CAP_MSI = 0x05,
	CAP_EXPRESS = 0x10,
	CAP_MSIX = 0x11,
	EXPRESS_SLOT = 0x0100, /* "slot implemented" */
	EXT_ACS = 0x000d,
	/* Source validation, request redirect, completion redirect, upstream forwarding. */
	ACS_ASKED = 0x01 | 0x04 | 0x08 | 0x10,
};

static unsigned get_16(const unsigned char *bytes)
{
	return bytes[0] | (unsigned)bytes[1] << 8;
}

static uint32_t get_32(const unsigned char *bytes)
{
	return get_16(bytes) | (uint32_t)get_16(bytes + 2) << 16;
}

/* Device/port type of the PCI Express capability. */
static enum port_kind kind_of(unsigned type)
{
	switch (type) {
	case 0x4:
		return PORT_ROOT;
	case 0x5:
		return PORT_UPSTREAM;
	case 0x6:
		return PORT_DOWNSTREAM;
	case 0x7:
	case 0x8:
		return PORT_CONVENTIONAL;
	default:
		return PORT_UNKNOWN;
	}
}

/* Where a capability is, 0: there is none. */
static unsigned find_capability(const unsigned char head[PCI_CONFIG_HEAD], unsigned id)
{
	unsigned at = get_16(head + STATUS) & STATUS_CAPABILITIES ? head[CAPABILITIES] & 0xfcu : 0;

	/* As many as there is room for: a list may bite its tail. */
	for (unsigned steps = 0; steps < 48 && at >= 0x40 && at + 4 <= PCI_CONFIG_HEAD; steps++) {
		if (head[at] == id)
			return at;
		at = head[at + 1] & 0xfcu;
	}
	return 0;
}

static enum acs_state read_acs(pci_config_get *get, void *data)
{
	unsigned char bytes[8];
	unsigned at = PCI_CONFIG_HEAD;
	int n = get(data, at, bytes, 4);

	/* It ends where conventional PCI does: no extended capabilities. */
	if (n == 0)
		return ACS_NONE;
	/* Where it answers with ones, for it has no power, the next one would be at its end. */
	for (unsigned steps = 0; steps < 960; steps++) {
		uint32_t header;

		if (at + 8 > PCI_CONFIG_SIZE || get(data, at, bytes, sizeof(bytes)) != (int)sizeof(bytes))
			return ACS_UNKNOWN;
		header = get_32(bytes);
		if ((header & 0xffff) == EXT_ACS) {
			unsigned need = get_16(bytes + 4) & ACS_ASKED;

			return (get_16(bytes + 6) & need) == need ? ACS_ON : ACS_OFF;
		}
		at = header >> 20 & ~3u;
		if (at < PCI_CONFIG_HEAD)
			return ACS_NONE;
	}
	return ACS_UNKNOWN;
}

struct pci_config pci_config_parse(pci_config_get *get, void *data)
{
	struct pci_config c = {.kind = PORT_UNKNOWN, .acs = ACS_UNKNOWN, .secondary_bus = -1};
	unsigned char head[PCI_CONFIG_HEAD];
	int n = get(data, 0, head, sizeof(head));
	unsigned express;

	if (n < 64 || get_16(head) == 0xffff || (head[HEADER_TYPE] & 0x7f) != HEADER_BRIDGE)
		return c;
	/* No bus below a root port has number 0: it was never given one. */
	if (head[SECONDARY_BUS] != 0)
		c.secondary_bus = head[SECONDARY_BUS];
	if (n < PCI_CONFIG_HEAD)
		return c;
	express = find_capability(head, CAP_EXPRESS);
	if (express == 0) {
		c.kind = PORT_CONVENTIONAL;
		c.acs = ACS_NONE;
		return c;
	}
	c.kind = kind_of(head[express + 2] >> 4);
	if (c.kind == PORT_ROOT || c.kind == PORT_DOWNSTREAM)
		c.has_slot = tri_from(get_16(head + express + 2) & EXPRESS_SLOT);
	c.acs = read_acs(get, data);
	return c;
}

struct pci_abilities pci_abilities_parse(const unsigned char *bytes, size_t n)
{
	struct pci_abilities a = {0};

	if (n < PCI_CONFIG_HEAD || get_16(bytes) == 0xffff)
		return a;
	a.is_known = true;
	a.has_msi = find_capability(bytes, CAP_MSI) != 0;
	a.has_msix = find_capability(bytes, CAP_MSIX) != 0;
	a.is_express = find_capability(bytes, CAP_EXPRESS) != 0;
	a.has_pin = bytes[INTERRUPT_PIN] != 0;
	a.is_line_masked = get_16(bytes + COMMAND) & COMMAND_LINE_OFF;
	return a;
}
