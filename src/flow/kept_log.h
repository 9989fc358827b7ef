/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was logged in this boot, kept as bytes until it may be looked into (without root). For flow only. */
#pragma once

#include "flow/flow.h"

struct kept_log {
	struct sys_logged *entries; /* oldest first */
	size_t n;
};

/* As sys_ops.each_logged; -EOPNOTSUPP: there is no such operation. Of a paste: its lines that are of a kernel's log; -EXDEV:
 * it has none. */
int flow_keep_log(struct flow *f, struct kept_log *ret);

/* Each line of an entry. */
typedef void kept_each(void *data, const char *line, size_t length);
void kept_lines(const struct sys_logged *entry, kept_each *each, void *data);
