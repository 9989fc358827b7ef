/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who uses a PCI function, by process and by kernel: one row for each process and device node, each network
 * interface that is up, each module that is kept in use without a process. Filled by sys/read_holders.
 */
#pragma once

#include "base/arena.h"
#include "base/base.h"
#include "model/pci_addr.h"

enum holder_kind {
	HOLDER_PROCESS,	  /* has a device node open, or mapped */
	HOLDER_INTERFACE, /* a network interface that is up */
	HOLDER_MODULE,	  /* the driver's module is referenced more often than its dependants and processes explain */
	HOLDER_KINDS
};

enum holder_how {
	HOW_OPEN,   /* a descriptor */
	HOW_MAPPED, /* memory only: the descriptor was closed */
	HOW_UP,
	HOW_REFERENCED,
	HOWS
};

struct holder {
	enum holder_kind kind;
	struct pci_addr addr; /* the function it uses; all zero where a node was asked for */
	const char *file;     /* "/dev/dri/card0", "/sys/class/net/eth0", "/sys/module/nvidia/refcnt" */
	enum holder_how how;
	const char *command;  /* of the process; name of the interface or the module */

	/* HOLDER_PROCESS */
	int pid;
	uint64_t start; /* field 22 of /proc/PID/stat, tells a pid from its successor; 0: not asked */
	const char *user;   /* name, else the number; NULL: unknown */
	const char *unit;   /* "gdm.service", "session-3.scope"; NULL: none, or unknown */
	bool is_user_unit;  /* the unit belongs to the service manager of the user below */
	uint32_t unit_user; /* uid */
};

struct holders {
	struct holder *items; /* by function, then kind, then pid */
	size_t n;
	bool is_complete; /* false: there may be more, not everything could be looked at */
};

const char *holder_kind_name(enum holder_kind k); /* "process" */
const char *holder_how_name(enum holder_how h);	  /* "open" */

/* Behind "is used by": "process 812 (Xorg, unit gdm.service): /dev/dri/card0". */
const char *holder_describe(struct arena *mem, const struct holder *h);
