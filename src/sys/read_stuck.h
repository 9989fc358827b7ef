/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is to be known of a write that does not come back: the child that makes it, where in the kernel it waits, who
 * still has the function open. Found in /proc alone, so that any passthru can tell it, also when the one that wrote
 * is dead.
 */
#pragma once

#include "base/arena.h"
#include "sys/sys.h"

struct stuck {
	int pid;	   /* of the child, 0: not found */
	const char *path;  /* what it writes to, "/sys/bus/pci/drivers/nvidia/unbind"; NULL: unknown */
	const char *where; /* as kernel_stack_top says it, or a single function; NULL: unknown (not root, say) */
	int holder;	   /* a process that has a device node of the function open, 0: none is seen */
	const char *holder_command;
};

/* For a function whose busy lock is held. Reads nothing that takes the function's lock. */
struct stuck read_stuck(struct sys *s, struct arena *mem, const char *function);
