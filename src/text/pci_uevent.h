/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /sys/bus/pci/devices/ADDRESS/uevent: driver, class and ids in one read (drivers/pci/pci-driver.c,
 * pci_uevent; drivers/base/core.c, dev_uevent). */
#pragma once

#include "base/arena.h"
#include "model/host.h"

/* Fills class, ids and driver of *f from the text; what is not in it stays as it was. A text that is
 * no uevent (a NUL inside, a number that is none) answers false and leaves *f alone. */
bool pci_uevent_parse(struct arena *mem, const char *text, size_t length, struct pci_function *f);

/* The same of a `modalias`, "pci:v00001234d000011E8sv00001AF4sd00001100bc00scFFi00" (drivers/pci/pci-sysfs.c,
 * modalias_show): class and ids; it says nothing of the driver. */
bool pci_modalias_parse(const char *text, struct pci_function *f);
