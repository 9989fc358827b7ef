/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --user: who it is, what he may, and what he is to be told. For flow only. */
#pragma once

#include "flow/flow.h"

/* Who NAME[:GROUP] is. -ENOENT: there is no such user; -ESRCH: no such group. */
int flow_find_user(struct flow *f, const char *text, struct sys_user *ret, struct err *e);

/* Of bind: what still stands between the user and a guest, into c->notes. c->plan moves something. */
void flow_note_user(struct flow *f, const struct bind_wish *wish, struct change *c);

/* Of with: how much the command may lock, told in c->notes too. argv is the command. */
uint64_t flow_memlock_for_user(struct flow *f, const struct sys_user *user, char *const *argv, struct change *c);
