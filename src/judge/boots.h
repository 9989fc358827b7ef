/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boots that did not become good. Each boot in which claims are served is counted until it is confirmed: somebody logged
 * in, or the start-up was over and stayed so. After two in a row that were not, the next boot serves no claim and gives
 * back what the udev rules took, and so does each one after it until somebody confirms. Other claims start anew: what
 * was counted was not theirs.
 */
#pragma once

#include "base/arena.h"
#include "base/base.h"
#include "model/boots.h"
#include "model/claim.h"

/* What to write down before anything is done in this boot; asked again in the same boot it is the same. */
struct boots boots_begin(const struct boots *was, const char *boot_id, uint64_t claims);

/* And when it is confirmed. */
struct boots boots_confirm(const struct boots *was, const char *boot_id);

/* What tells these claims from others: what stands in their files. */
uint64_t boots_claims(const struct claims *c);
