/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Help, made from the tables. */
#pragma once

#include <stdio.h>

#include "cli/cmd.h"

void help_overview(FILE *out);
void help_command(FILE *out, const struct cmd *cmd);
