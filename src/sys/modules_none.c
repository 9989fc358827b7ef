/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Twin of modules.c for builds without libkmod: modules must be loaded by hand. */
#include <errno.h>

#include "sys/real.h"

int sys_modules_chain(struct sys *s, const char *name, sys_each_module *each, void *data)
{
	(void)s, (void)name, (void)each, (void)data;
	return -ELIBACC;
}

int sys_modules_for(struct sys *s, const char *modalias, char *buf, size_t size)
{
	(void)s, (void)modalias, (void)buf, (void)size;
	return -ELIBACC;
}

int sys_modules_load(struct sys *s, const char *name)
{
	(void)s, (void)name;
	return -ELIBACC;
}

int sys_modules_unload(struct sys *s, const char *name)
{
	(void)s, (void)name;
	return -ELIBACC;
}
