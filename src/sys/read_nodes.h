/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The device nodes that lead to a PCI function: those the kernel lists below it (graphics, sound, disks, input,
 * USB …), and those whose driver keeps them elsewhere (NVIDIA, /dev/kfd, VFIO, the heads of NVMe multipath).
 */
#pragma once

#include "base/arena.h"
#include "sys/sys.h"

struct device_node {
	const char *path; /* "/dev/dri/card0", as the kernel names it */
	size_t function;  /* index of the function it leads to; a node may lead to several, a row each */
	bool has_number;
	struct sys_device number;
};

struct device_nodes {
	struct device_node *items;
	size_t n;
	bool is_complete; /* false: there may be nodes that were not seen */
};

/* One node by its path; with its number where this host can tell. */
void nodes_add_path(struct sys *s, struct arena *mem, struct device_nodes *nodes, size_t function, const char *path);

/* The nodes of these functions. Cannot fail: what could not be read makes it incomplete. */
void read_nodes(struct sys *s, struct arena *mem, const struct pci_addr *functions, size_t n_functions,
    struct device_nodes *ret);

/* -1, or the next of the functions, behind `after` (-1: the first), that the last address in a path out of sysfs
 * names: "../../devices/pci0000:00/0000:00:02.0/0000:01:00.0/drm/card0". */
int nodes_function_in(const char *path, const struct pci_addr *functions, size_t n_functions, int after);
