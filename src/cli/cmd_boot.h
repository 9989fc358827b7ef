/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The subcommands of boot that have a file of their own. */
#pragma once

#include "cli/cmd.h"

int run_boot_enable(struct cli *c);
int run_boot_disable(struct cli *c);
int run_boot_start(struct cli *c);
int run_boot_confirm(struct cli *c);
int run_boot_blacklist(struct cli *c);
