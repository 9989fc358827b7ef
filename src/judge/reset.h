/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a function will be reset between host and guest. */
#pragma once

#include "base/arena.h"
#include "model/host.h"

struct reset_verdict {
	enum tri can_reset;  /* by a method of its own */
	const char *methods; /* as the kernel lists them, NULL: not known */
	const char *used;    /* the first that will work, NULL: none or not known */
	bool bus_is_useless; /* "bus" is listed, but the function is not alone on its bus */
};

/* Needs ATTR_RESET_METHOD. The list is made before the other functions are found, so "bus" in it is no promise:
 * the kernel resets a bus only for a function that is alone on it (drivers/pci/pci.c, pci_parent_bus_reset). */
struct reset_verdict judge_reset(struct arena *mem, const struct host *h, const struct pci_function *f);
