/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/signals.h"

#include <stddef.h>

void signals_hold(sigset_t *ret_before)
{
	sigset_t held;

	(void)sigemptyset(&held);
	(void)sigaddset(&held, SIGINT);
	(void)sigaddset(&held, SIGTERM);
	(void)sigaddset(&held, SIGHUP);
	(void)sigaddset(&held, SIGPIPE);
	(void)sigprocmask(SIG_BLOCK, &held, ret_before);
}

void signals_restore(const sigset_t *before)
{
	(void)sigprocmask(SIG_SETMASK, before, NULL);
}
