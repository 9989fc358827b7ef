/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a host: struct host from files below a root. Only what was asked for is opened. */
#pragma once

#include "base/err.h"
#include "model/host.h"
#include "sys/sys.h"

/* What is always read of every function: address, class, ids, driver, group; and the names under
 * /dev/vfio. The facets are read on top of it. */
enum facet {
	FACET_NAMES = 1 << 0,	 /* description */
	FACET_TOPOLOGY = 1 << 1, /* parent, is_vf, links */
	FACET_GROUPS = 1 << 2,	 /* groups with their other members and regions; kernel version */
	FACET_OVERRIDE = 1 << 3, /* driver_override, is_busy */
	FACET_PARENTS = 1 << 4,	 /* parent alone, where the rest of the topology is not looked at */
	FACET_PATH = 1 << 5,	 /* path, of every function, targets or not */
	FACET_CONFIG = 1 << 6,	 /* config, of bridges */
};

struct read_request {
	unsigned facets;
	/* They are read only of functions that share a slot or a group with one of
	 * these; none: of all. */
	const struct pci_addr *targets;
	size_t n_targets;
	unsigned attributes; /* bits 1 << ATTR_… */
	bool may_try;  /* with the uses: idle disks may be opened exclusively for a moment */
	bool has_uses; /* what the host does with the targets and those that share a slot or group with them */
	/* Functions that do not match are left out before anything else is read of them; with PARENTS the
	 * bridges above those that match stay. NULL: all. Not together with targets. */
	const struct function_filter *filter;
};

/* -ENOTDIR: this root has no PCI devices directory. Functions that cannot be read in part are there
 * all the same, with their trouble said. */
int read_host(struct sys *s, struct arena *mem, const struct read_request *request, struct host *ret, struct err *e);

/* What is always read of every function, of one; -ENODEV: it is not there. */
int read_one_function(struct sys *s, struct arena *mem, struct pci_addr addr, struct pci_function *ret);

/* Adds one module and what it needs to h, in the order of loading; -ENOENT: there is none of that name. */
int read_module_chain(struct sys *s, struct arena *mem, struct host *h, const char *name);

/* The same for what vfio-pci needs; the error says which module is missing. */
int read_vfio_modules(struct sys *s, struct arena *mem, struct host *h, struct err *e);

/* Which VFIO driver fits a function best, by the running kernel's aliases: fills f->vfio_driver, *ret_module is
 * its module. NULL: vfio-pci. */
void read_vfio_driver(struct sys *s, struct arena *mem, struct pci_function *f, const char **ret_module);

/* The driver of the host's own for a function, by its alias, among those that are registered; *ret NULL: there is none. */
int read_native_driver(struct sys *s, struct arena *mem, const char *function, const char **ret);

/* Driver and driver_override as they are now; -ENODEV: the function is gone. */
int read_binding(struct sys *s, struct arena *mem, const char *name, const char **ret_driver, const char **ret_override);
