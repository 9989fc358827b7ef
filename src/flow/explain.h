/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verb explain: what messages mean, and what this host says to them. */
#pragma once

#include "flow/flow.h"
#include "model/explanation.h"

/*
 * Text of any length from a descriptor, or (fd -1) what was logged since this boot. The host is looked at first, then
 * root is given up for good, and only then the text is parsed: nothing else can be asked of f afterwards.
 * -EACCES: the log is not to be read without root; -EXDEV: a recorded host without one; -EIO and others: reading failed.
 */
int flow_explain(struct flow *f, int fd, struct explanation *ret, struct err *e);
