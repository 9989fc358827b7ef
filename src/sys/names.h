/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of PCI classes, vendors and devices: from the udev hardware database, else from pci.ids, else
 * the numbers themselves. Each id is looked up once. */
#pragma once

#include "base/arena.h"
#include "model/host.h"

struct names;

/* Never fails: with no database at all the answers are numbers. */
struct names *names_open(struct arena *mem);
void names_close(struct names *n);

/* "VGA compatible controller: NVIDIA Corporation GA102 [GeForce RTX 3090]", in the arena. */
const char *names_describe(struct names *n, const struct pci_function *f);
