/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verb hugepages: memory for guests, reserved and given back as devices are. */
#pragma once

#include "flow/flow.h"
#include "model/hugepages.h"

/* Every pool, and what of it is passthru's. */
int flow_look_at_hugepages(struct flow *f, struct hugepages *ret, struct err *e);

/* The node of a function, by any word that flow_find_target takes; one that tells none is on node 0 where there is no
 * other, else -ENODATA. */
int flow_find_node(struct flow *f, const char *word, int *ret, struct err *e);

/* Reserves wish->count more; held until given back. */
enum outcome flow_reserve_hugepages(struct flow *f, const struct hugepages_wish *wish, const struct change_options *options,
    struct change *ret, struct err *e);

/* Gives back all that passthru reserved, the newest record first. */
enum outcome flow_release_hugepages(struct flow *f, const struct change_options *options, struct change *ret,
    struct err *e);
