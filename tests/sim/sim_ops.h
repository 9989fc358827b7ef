/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between sim_kernel.c and sim_ops.c. */
#pragma once

#include "sim_kernel.h"

extern const struct sys_ops sim_ops;

bool sim_group_is_open(struct sim *sim, int group);
int sim_group_viable(struct sim *sim, int group);
/* The pool that a path lies in, NULL: none; a write to its nr_hugepages. */
struct sim_pool *sim_find_pool(struct sim *sim, const char *path);
int sim_store_pages(struct sim *sim, struct sim_pool *p, const char *value);
/* The write begins and does not come back: -ETIME. */
int sim_poke_and_hang(struct sim *sim, const char *function, const char *path, const char *value);
