/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads what decides on which card the host draws: Xorg's configuration, prime-select, the sessions of logind, the board's
 * vendor. */
#pragma once

#include "model/display.h"
#include "sys/sys.h"

/* Cannot fail: what is not there is absent, files of Xorg that cannot be read are named. */
void read_desktop(struct sys *s, struct arena *mem, struct desktop *ret);

/* Its members that begin with prime. */
void read_prime(struct sys *s, struct arena *mem, struct desktop *d);

/* d->power, of h's graphics cards. */
void read_card_power(struct sys *s, struct arena *mem, const struct host *h, struct desktop *d);
