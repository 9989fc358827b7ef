/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/kinds_derived.h"

#include <errno.h>

int generated_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e)
{
	(void)s, (void)mem, (void)ret;
	return err_set(e, -ENOSYS, "%s cannot be read yet", target);
}

int image_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e)
{
	(void)s, (void)mem, (void)ret;
	return err_set(e, -ENOSYS, "%s cannot be read yet", target);
}
