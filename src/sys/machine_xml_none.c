/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Built without libxml2. */
#include <errno.h>

#include "sys/machine_xml.h"

int machine_parse_libvirt(struct machine *ret, const char *text, size_t length)
{
	(void)ret;
	(void)text;
	(void)length;
	return -ENOPKG;
}
