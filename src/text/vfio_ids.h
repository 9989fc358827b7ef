/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfio-pci's parameter "ids" (drivers/vfio/pci/vfio_pci.c, vfio_pci_fill_ids): pieces
 * "vendor:device[:subvendor:subdevice[:class[:mask]]]" in hex, separated by commas; ffffffff is any. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "model/host.h"

/* The same as a word of the kernel's, where vfio-pci is part of it. */
#define VFIO_IDS_KEY "vfio-pci.ids"

enum { LONGEST_VFIO_IDS = 1023 }; /* static char ids[1024]: a longer one keeps the module from being loaded */

struct vfio_id {
	const char *text; /* in lower case */
	uint32_t vendor, device, subvendor, subdevice, class_code, class_mask;
};

struct vfio_ids {
	struct vfio_id *items;
	size_t n;
};

/* Adds the pieces of a list that are not there yet. -EINVAL: one is no such piece, which the kernel passes over. */
int vfio_ids_add(struct arena *mem, struct vfio_ids *ids, const char *list, struct err *e);

/* "10de:2204" of a function. */
void vfio_ids_add_function(struct arena *mem, struct vfio_ids *ids, uint16_t vendor, uint16_t device);

/* Adds those of another list that are not there yet; are all of the one in the other? */
void vfio_ids_join(struct arena *mem, struct vfio_ids *ids, const struct vfio_ids *more);
bool vfio_ids_are_within(const struct vfio_ids *some, const struct vfio_ids *all);

/* "10de:2204,10de:1aef", as vfio_ids_add takes it. */
const char *vfio_ids_text(struct arena *mem, const struct vfio_ids *ids);

/* Would vfio-pci take this function by one of them? (drivers/pci/pci-driver.c, pci_match_one_device) */
bool vfio_ids_match(const struct vfio_ids *ids, const struct pci_function *f);
