/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/status.h"

size_t status_count_stuck(const struct status *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_writes; i++)
		n += s->writes[i].waited_by == 0;
	return n;
}
