/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules by which udev gives claimed functions to their VFIO driver before a native one is loaded. Of typed tokens
 * alone: addresses, hex ids, checked names.
 *
 * A function has two lines. Its own event sets driver_override and loads the VFIO driver; it is known by its port path
 * with the bus numbers left open, and by its ids. But a native driver that is loaded for another card probes all
 * unbound functions, also those whose event is still waiting; so the first function of the host, whose event comes
 * ahead, sets driver_override as well. That line can only go by the address, and holds while the very path is there.
 */
#pragma once

#include "base/arena.h"
#include "model/pci_addr.h"
#include "model/port_path.h"

struct claim_rule {
	struct port_path path;
	struct pci_addr addr; /* now */
	const char *place;    /* where it is in sysfs now, "/sys/devices/pci0000:00/0000:01:00.0"; NULL: not known */
	uint16_t vendor, device, subvendor, subdevice;
	uint32_t class_code;
	const char *driver; /* vfio-pci, or a variant */
};

/* trigger: the lowest address of the host, NULL: not known. Functions of class 01 (storage) are left out: the service
 * at boot takes them, under its guards. So is one whose driver's name is no token; a comment says so. Where the place
 * is not of [A-Za-z0-9_.:/@-], or not known, the line that goes by it is missing, and a comment says so. */
const char *udev_rules_text(struct arena *mem, const struct claim_rule *rules, size_t n, const char *trigger);

/* Is it in the rules at all? */
bool udev_rules_take(uint32_t class_code);
