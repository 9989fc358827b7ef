/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What must let go before a function can leave its driver, beside those that have it open: modules built on the
 * driver's, text consoles, the firmware's picture, the display manager. */
#pragma once

#include "base/err.h"
#include "model/host.h"
#include "sys/sys.h"

/* Fills h->stacks for the drivers of these functions (indices), h->consoles and h->framebuffers where one of them is a
 * display. What cannot be read is left out: taking it away would then fail, and be taken back. */
void read_freeing(struct sys *s, struct arena *mem, struct host *h, const int *functions, size_t n);

/* The display manager's unit, "gdm.service", whatever its state; NULL: none is set. */
const char *read_display_manager(struct sys *s, struct arena *mem);
