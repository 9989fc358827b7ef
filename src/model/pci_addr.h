/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The address of a PCI function: domain:bus:device.function. Parsed once, at the edge; nobody passes
 * addresses as strings. Domains may have more than four hex digits (Intel VMD counts from 10000,
 * drivers/pci/controller/vmd.c).
 */
#pragma once

#include "base/base.h"

struct pci_addr {
	uint32_t domain;
	uint8_t bus;
	uint8_t device;   /* 0 to 31 */
	uint8_t function; /* 0 to 7 */
};

enum { PCI_ADDR_TEXT = 18 }; /* "ffffffff:ff:1f.7" and its NUL */

/* "0000:01:00.0", "01:00.0" (domain 0), any case. Nothing before or after; false otherwise. */
bool pci_addr_parse(const char *text, struct pci_addr *ret);

/* Writes the form sysfs uses, "0000:01:00.0"; answers buf. */
const char *pci_addr_format(struct pci_addr addr, char buf[PCI_ADDR_TEXT]);

/* Less than, equal to or greater than 0: the order of `list`. */
int pci_addr_cmp(struct pci_addr a, struct pci_addr b);

/* Functions of one slot share domain, bus and device number. */
bool pci_addr_same_slot(struct pci_addr a, struct pci_addr b);

/* The last address among the components of a path out of sysfs: the function that a device belongs to. */
bool pci_addr_last_in(const char *path, struct pci_addr *ret);
