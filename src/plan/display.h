/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The card that the host's X server draws on: XORG_FILE, and what a person must do besides. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "model/display.h"
#include "model/host.h"
#include "model/plan.h"

struct display_facts {
	struct desktop desktop;
	const char *ours; /* what is in XORG_FILE, NULL: there is none */
	bool is_odd;	  /* it is there, but no file as passthru writes it */
};

/* The host must have been read with OVERRIDE and the uses of AREA_DISPLAY, and its claims marked. -ENODEV: it is not there;
 * -EINVAL: it shows no pictures; -EPERM: it belongs to virtual machines; -EEXIST: the file is not as passthru writes it. */
int plan_display_use(struct arena *mem, const struct host *h, const struct display_facts *facts, struct pci_addr addr,
    struct plan *ret, struct err *e);

/* A sentence each: what else says on which card is drawn, and what to do about it. */
size_t display_notes(struct arena *mem, const struct host *h, const struct display_facts *facts, struct pci_addr addr,
    const char ***ret);
