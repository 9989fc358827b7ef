/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `boot` does, a file each. */
#pragma once

#include "cli/cmd.h"

int run_boot_blacklist(struct cli *c);
