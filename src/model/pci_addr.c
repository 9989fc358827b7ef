/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/pci_addr.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

/* "BB:DD.F", all of it. */
static bool parse_bus_device_function(const char *text, struct pci_addr *ret)
{
	uint64_t bus, device, function;

	if (strlen(text) != 7 || text[2] != ':' || text[5] != '.')
		return false;
	if (!str_number_n(text, 2, 16, 0xff, &bus) || !str_number_n(text + 3, 2, 16, 0x1f, &device) ||
	    !str_number_n(text + 6, 1, 16, 7, &function))
		return false;
	ret->bus = (uint8_t)bus;
	ret->device = (uint8_t)device;
	ret->function = (uint8_t)function;
	return true;
}

bool pci_addr_parse(const char *text, struct pci_addr *ret)
{
	struct pci_addr addr = {0};
	const char *colon = strchr(text, ':');
	uint64_t domain = 0;

	if (!colon)
		return false;
	if (strchr(colon + 1, ':')) {
		size_t digits = (size_t)(colon - text);

		if (digits < 4 || digits > 8 || !str_number_n(text, digits, 16, UINT32_MAX, &domain))
			return false;
		text = colon + 1;
	}
	if (!parse_bus_device_function(text, &addr))
		return false;
	addr.domain = (uint32_t)domain;
	*ret = addr;
	return true;
}

const char *pci_addr_format(struct pci_addr addr, char buf[PCI_ADDR_TEXT])
{
	(void)snprintf(buf, PCI_ADDR_TEXT, "%04x:%02x:%02x.%x", addr.domain, addr.bus,
	    addr.device & 0x1fu, addr.function & 7u);
	return buf;
}

static uint64_t as_number(struct pci_addr a)
{
	return (uint64_t)a.domain << 16 | (uint64_t)a.bus << 8 | (uint64_t)a.device << 3 | a.function;
}

int pci_addr_cmp(struct pci_addr a, struct pci_addr b)
{
	uint64_t x = as_number(a), y = as_number(b);

	return (x > y) - (x < y);
}

bool pci_addr_same_slot(struct pci_addr a, struct pci_addr b)
{
	return a.domain == b.domain && a.bus == b.bus && a.device == b.device;
}

bool pci_addr_last_in(const char *path, struct pci_addr *ret)
{
	bool is_found = false;

	while (*path) {
		size_t length = strcspn(path, "/");
		char part[PCI_ADDR_TEXT];

		if (length < sizeof(part)) {
			memcpy(part, path, length);
			part[length] = '\0';
			is_found |= pci_addr_parse(part, ret);
		}
		path += length + (path[length] == '/');
	}
	return is_found;
}
