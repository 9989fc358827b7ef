/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Twin of read_log.c for builds without libsystemd: the kernel's part alone. */
#include "sys/real.h"

int sys_each_logged(struct sys *s, sys_each *each, void *data)
{
	return sys_each_kmsg(s, each, data);
}
