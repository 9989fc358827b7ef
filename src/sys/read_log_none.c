/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Twin of read_log.c for builds without libsystemd: the kernel's part alone. */
#include "sys/real.h"
#include "sys/recorded.h"

int sys_each_logged(struct sys *s, sys_each_entry *each, void *data)
{
	return s->is_live ? sys_each_kmsg(s, each, data) : sys_each_recorded(s, each, data);
}
