/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration space of a bridge, and what any function says in it (PCI Express Base Specification, chapter 7; include/uapi/linux/pci_regs.h). */
#pragma once

#include "model/pci_config.h"

enum {
	PCI_CONFIG_SIZE = 4096,
	PCI_CONFIG_HEAD = 256, /* what conventional PCI has of it */
};

/* So many bytes of it from there on, at most size: how many there were. Fewer, or a negative errno: it ends there, or no
 * more may be read. */
typedef int pci_config_get(void *data, unsigned at, unsigned char *buf, size_t size);

/* Asks for the first 256 bytes and then a few at a time: a device answers each word by itself, and slowly. */
/* Of the first n bytes, of any function; fewer than PCI_CONFIG_HEAD: it is not known. */
struct pci_abilities pci_abilities_parse(const unsigned char *bytes, size_t n);

struct pci_config pci_config_parse(pci_config_get *get, void *data);
