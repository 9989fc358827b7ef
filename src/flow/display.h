/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verb display: on which card the host draws, and the choice of it. */
#pragma once

#include "flow/flow.h"
#include "model/display.h"

/* h has the uses of AREA_DISPLAY, descriptions and claims. */
int flow_display_status(struct flow *f, struct host *h, struct desktop *ret, struct err *e);

/* Errors as plan_display_use. In force when the X server starts next. */
enum outcome flow_display_use(struct flow *f, struct pci_addr addr, const struct change_options *options, struct change *ret,
    struct err *e);
