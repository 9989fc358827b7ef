/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verdict: can this function be handed to a virtual machine, and what goes with it. Structural: it
 * looks at IOMMU groups, slots and classes, so it is the same on a live host and on a recorded one.
 * What the host would lose is not asked here; that is for the guards.
 */
#pragma once

#include "base/arena.h"
#include "model/verdict.h"

/* The host must have been read with FACET_TOPOLOGY and FACET_GROUPS. Cannot fail. */
struct verdict judge_function(struct arena *mem, const struct host *h, const struct pci_function *f);

/* The strict view: a group that holds a bridge is not isolated, whatever the kernel allows, and its devices are
 * blocked. What hangs below such a bridge can reach each other without passing the IOMMU. */
struct verdict judge_strictly(struct arena *mem, const struct host *h, const struct verdict *v);

/* Of a whole group: that of its display function, else of its first endpoint. */
struct verdict judge_group(struct arena *mem, const struct host *h, const struct iommu_group *g);

/* Would VFIO be given the group with the drivers bound as they are? The kernel's own rule
 * (drivers/iommu/iommu.c, iommu_group_claim_dma_owner; before 5.19 drivers/vfio/vfio.c,
 * vfio_dev_viable). */
enum tri judge_group_viable(const struct host *h, const struct iommu_group *g);

/* The same rule for one member. */
enum tri judge_member_viable(const struct host *h, const struct pci_function *f);

/* Does `other` belong to the same piece of hardware as f: to its card? */
bool judge_same_card(const struct host *h, const struct pci_function *f, const struct pci_function *other);

/* Is this the name of a driver that leaves the group to VFIO (driver_managed_dma, or a VFIO driver)? */
bool judge_driver_leaves_dma(const char *driver);

/* Is this a VFIO driver, vfio-pci or a variant of it? */
bool judge_is_vfio_driver(const char *driver);
