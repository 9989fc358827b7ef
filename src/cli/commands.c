/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/cmd.h"

extern const struct cmd cmd_list, cmd_show, cmd_groups, cmd_bind, cmd_unbind, cmd_release, cmd_with, cmd_recover,
    cmd_history, cmd_export, cmd_apply, cmd_holders, cmd_hugepages, cmd_status, cmd_boot, cmd_claim, cmd_undo,
    cmd_display, cmd_explain, cmd_record, cmd_topology, cmd_check;

/* In the order a newcomer needs them. */
const struct cmd *const commands[] = {
    &cmd_list,
    &cmd_show,
    &cmd_groups,
    &cmd_topology,
    &cmd_status,
    &cmd_holders,
    &cmd_bind,
    &cmd_unbind,
    &cmd_release,
    &cmd_with,
    &cmd_hugepages,
    &cmd_claim,
    &cmd_apply,
    &cmd_export,
    &cmd_recover,
    &cmd_undo,
    &cmd_record,
    &cmd_history,
    &cmd_boot,
    &cmd_display,
    &cmd_explain,
    &cmd_check,
};
const size_t n_commands = ARRAY_LEN(commands);
