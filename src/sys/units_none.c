/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Twin of units.c for builds without libsystemd: services must be stopped by hand. */
#include <errno.h>

#include "sys/real.h"

int sys_units_active(struct sys *s, const struct sys_unit *u)
{
	(void)s, (void)u;
	return -ELIBACC;
}

int sys_units_set(struct sys *s, const struct sys_unit *u, bool active, unsigned limit_ms)
{
	(void)s, (void)u, (void)active, (void)limit_ms;
	return -ELIBACC;
}

int sys_units_system_state(struct sys *s, char *buf, size_t size)
{
	(void)s, (void)buf, (void)size;
	return -ELIBACC;
}

int sys_units_run_transient(struct sys *s, const struct sys_transient *t, unsigned limit_ms)
{
	(void)s, (void)t, (void)limit_ms;
	return -ELIBACC;
}

int sys_units_transient_ended(struct sys *s, const char *name, int *ret_status)
{
	(void)s, (void)name, (void)ret_status;
	return -ELIBACC;
}
