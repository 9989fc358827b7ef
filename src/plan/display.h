/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The card that the host draws on: XORG_FILE for its X server, a laptop's prime-select, and what a person must do besides. */
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

struct display_wish {
	struct pci_addr card;
	bool wants_setup; /* the machine restarts into the firmware's setup afterwards */
};

/* Where prime-select is on a laptop with NVIDIA's card and another, and is at the other one, it is told. The host must have
 * been read with OVERRIDE and the uses of AREA_DISPLAY, and its claims marked. -ENODEV: it is not there;
 * -EINVAL: it shows no pictures; -EPERM: it belongs to virtual machines; -EEXIST: the file is not as passthru writes it. */
int plan_display_use(struct arena *mem, const struct host *h, const struct display_facts *facts, struct pci_addr addr,
    struct plan *ret, struct err *e);

/* A sentence each: what else says on which card is drawn, and what to do about it. */
size_t display_notes(struct arena *mem, const struct host *h, const struct display_facts *facts, const struct display_wish *wish,
    const char ***ret);
