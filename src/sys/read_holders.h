/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who uses functions or VFIO nodes: one pass over the descriptors and mappings of every process, for all of them
 * together. Processes are told by the name and, on the running host, by the number of the node that is open, so
 * a container's own /dev is seen through. Sources: proc(5); Documentation/admin-guide/devices.txt.
 */
#pragma once

#include "base/err.h"
#include "model/holder.h"
#include "sys/sys.h"

/* -ENODEV: one of the functions is not there; others: /proc cannot be listed. What else cannot be looked at makes
 * the answer incomplete: no rights, a private process namespace, hidden processes. We are no holder ourselves. */
int read_holders(struct sys *s, struct arena *mem, const struct pci_addr *functions, size_t n_functions,
    struct holders *ret, struct err *e);

/* Processes that have a VFIO node (/dev/vfio/N) open. */
int read_vfio_holders(struct sys *s, struct arena *mem, const char *node, struct holders *ret, struct err *e);
