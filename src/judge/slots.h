/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a card would have an IOMMU group of its own. The kernel puts what is below a port into the port's group, or,
 * where all ports on the way isolate, into a new one (drivers/iommu/iommu.c, pci_device_group). So a root port that is
 * alone in its group and has nothing below it is such a place.
 */
#pragma once

#include "base/arena.h"
#include "model/topology.h"

/* Ports that are known to be free, best first: those with a connector, then by lanes. The host must have been read with
 * FACET_TOPOLOGY, FACET_GROUPS and FACET_CONFIG; ATTR_SLOT_BELOW and ATTR_MAX_LINK_WIDTH where they are wanted. */
size_t judge_free_slots(struct arena *mem, const struct host *h, struct free_slot **ret);

/* Would another slot help it: is it blocked by strangers, and is it a card? What sits on a root bus, or has strangers
 * among the functions of its own slot, is a part of the processor; conventional PCI has slots of its own. */
bool judge_wants_slot(const struct host *h, const struct pci_function *f, const struct verdict *v);

/* Does it start a PCI Express hierarchy, by its configuration space, else by its class and place? */
bool judge_is_root_port(const struct pci_function *f);
