/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The catalogue: all the ways in which handing a device to a virtual machine is known to fail, one row each. Whoever
 * finds one (the decoder of messages, the checks) names its row.
 */
#pragma once

#include "model/diagnosis.h"

/* All of them, by layer. */
size_t catalogue_size(void);
const struct diagnosis *catalogue_at(size_t i);

/* NULL: there is no such id. */
const struct diagnosis *catalogue_find(const char *id);
