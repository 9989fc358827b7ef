/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guards: what the host would lose with a function. They need the live host (its uses, read by
 * sys/read_uses) and may be unknown; the verdict, which is structural, is another matter.
 */
#pragma once

#include "base/arena.h"
#include "model/guard.h"
#include "model/host.h"

/* All guards that stand against taking f from the host, the gravest first; n in the answer. `going` are the
 * indices of all functions that go together: of two keyboards the second does not help when it goes as well. The
 * host must have been read with uses, TOPOLOGY and ATTR_VFS. Cannot fail. */
size_t judge_guards(struct arena *mem, const struct host *h, const struct pci_function *f, const int *going,
    size_t n_going, struct guard **ret);

/* A part of the mainboard that no guest can use and the host needs: ISA bridge, SMBus, IOMMU, memory and
 * management controllers. */
bool judge_is_platform(const struct pci_function *f);
