/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of /proc/PID/limits and /proc/PID/status (fs/proc/base.c, proc_pid_limits; fs/proc/array.c, task_cap). */
#pragma once

#include "model/memlock.h"

/* "Max locked memory  8388608  8388608  bytes" into m; any other line is passed over. */
void proc_limits_line(struct memlock *m, const char *line);

/* "CapEff:\t000001ffffffffff": TRI_UNKNOWN for any other line. */
enum tri proc_status_has_ipc_lock(const char *line);
