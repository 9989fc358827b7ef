/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verb display: on which card the host draws, and the choice of it. */
#pragma once

#include "flow/flow.h"
#include "model/display.h"
#include "plan/display.h"

/* h has the uses of AREA_DISPLAY, descriptions and claims. What records say of this boot only root sees. */
int flow_display_status(struct flow *f, struct host *h, struct desktop *ret, struct display_progress *ret_progress, struct err *e);

/* Errors as plan_display_use. In force when the X server starts next, or after a reboot where the plan moves a setting.
 * Where nothing is left to do, the notes say what came of it. */
enum outcome flow_display_use(struct flow *f, const struct display_wish *wish, const struct change_options *options, struct change *ret,
    struct err *e);

/* Can the firmware be asked for its setup? -EOPNOTSUPP. */
int flow_check_firmware_setup(struct flow *f, struct err *e);

/* `systemctl reboot --firmware-setup`; comes back, and the machine goes down. */
int flow_reboot_to_setup(struct flow *f, struct err *e);
