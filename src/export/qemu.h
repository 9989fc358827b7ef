/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arguments for qemu-system-*: the functions of one slot as one multi-function device behind a root
 * port of its own, as they were on the host. */
#pragma once

#include "base/arena.h"
#include "model/host.h"

/* Words, two for each -device: indices into h.functions in, argv without a NULL behind out. Functions
 * must be sorted by address. Needs a machine with PCI Express (q35, virt). */
size_t export_qemu(struct arena *mem, const struct host *h, const int *functions, size_t n, const char ***ret);
