/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a PCI function sits: its root bus, then device and function number of each bridge on the way down, and its
 * own. Bus numbers below the root are handed out anew at every boot and move when a card is added elsewhere; which
 * bridge stands below which does not, so this says the same slot across boots where an address does not.
 *
 * As text "0000:00/01.0/00.0": domain and root bus, then the way. The number of the root bus is part of it, for a
 * machine may have several in one domain; firmware that gives it another number makes it another path, and then what
 * hangs on the path is not found rather than taken for something else.
 *
 * The source is the target of the links in /sys/bus/pci/devices, which lead through one directory a bridge
 * (drivers/pci/probe.c, drivers/base/core.c).
 */
#pragma once

#include "base/base.h"

enum {
	PORT_PATH_DEPTH = 32,			     /* Thunderbolt chains reach 20 */
	PORT_PATH_TEXT = 11 + PORT_PATH_DEPTH * 5 + 1, /* "ffffffff:ff", then "/1f.7" each */
};

struct port_path {
	uint32_t domain;
	uint8_t root_bus;
	uint8_t n;
	struct {
		uint8_t device, function;
	} steps[PORT_PATH_DEPTH]; /* from the root bus down, the function itself last */
};

/* Only the one spelling that port_path_format writes. */
bool port_path_parse(const char *text, struct port_path *ret);
const char *port_path_format(const struct port_path *p, char buf[PORT_PATH_TEXT]);

/* "0000-00-01.0-00.0", of [0-9a-f.-] alone: names a file. */
const char *port_path_file_name(const struct port_path *p, char buf[PORT_PATH_TEXT]);

bool port_path_equal(const struct port_path *a, const struct port_path *b);

/* "../../../devices/pci0000:00/0000:00:01.0/0000:01:00.0"; false: it leads to no PCI function, or too deep. */
bool port_path_from_link(const char *link, struct port_path *ret);
