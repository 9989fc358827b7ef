/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /proc/PID/stack: where in the kernel a process waits, a line a frame, the innermost first:
 * "[<0>] edu_remove+0x10f/0x153 [passthru_edu]" (fs/proc/base.c, proc_pid_stack). */
#pragma once

#include "base/arena.h"

/* The innermost frames, three at most, in one line of at most 255 letters: "edu_remove [passthru_edu] <
 * pci_device_remove < device_release_driver_internal". NULL: there is no frame in it. A line that is none is passed
 * over. */
const char *kernel_stack_top(struct arena *mem, const char *text);
