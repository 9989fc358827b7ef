/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How `boot status` looks. */
#pragma once

#include <stdio.h>

#include "base/arena.h"
#include "model/boot.h"

struct json_object;

void view_boot(FILE *out, struct arena *mem, const struct boot *b, const struct boot_answer *a);

/* {"version":1,"loader":…,"cmdline":…,"iommu":…,"initramfs":…,"reboot_would_change":…,"not_generated":…,"notes":…};
 * null where it cannot be told. */
struct json_object *view_boot_json(struct arena *mem, const struct boot *b, const struct boot_answer *a);
