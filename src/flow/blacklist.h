/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verbs boot blacklist and boot blacklist --remove. */
#pragma once

#include "flow/flow.h"

struct blacklist_wish {
	char *const *modules;
	size_t n_modules;
	bool is_removal;
	struct bind_wish bind; /* what is allowed; targets are of no matter */
};

/* -EINVAL: a word is no module's name; of a pattern the hint has the names it would have meant. Else as plan_blacklist and
 * plan_unblacklist. In force from the next boot on. */
enum outcome flow_blacklist(struct flow *f, const struct blacklist_wish *wish, const struct change_options *options,
    struct change *ret, struct err *e);
