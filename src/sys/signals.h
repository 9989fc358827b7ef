/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A change that has begun is finished or taken back; a signal that would end us waits until then. */
#pragma once

#include <signal.h>
#include <stdbool.h>

/* One of those that end a program has come while they were held back. */
bool signals_are_pending(void);

/* SIGINT, SIGQUIT, SIGTERM, SIGHUP and SIGPIPE are held back until the mask is restored. */
void signals_hold(sigset_t *ret_before);
void signals_restore(const sigset_t *before);
