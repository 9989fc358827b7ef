/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The catalogue: all the ways in which handing a device to a virtual machine is known to fail, one row each. Whoever
 * finds one (the decoder of messages, the checks) names its row.
 */
#pragma once

#include "base/arena.h"
#include "model/diagnosis.h"

/* All of them, by layer. */
size_t catalogue_size(void);
const struct diagnosis *catalogue_at(size_t i);

/* NULL: there is no such id. */
const struct diagnosis *catalogue_find(const char *id);

/* A word in capitals that stands in the texts of a row for what is known of one case only. */
struct filling {
	const char *word; /* "ADDRESS" of a function, "NUMBER" of its group, "VMID", "IOAPIC_ID" */
	const char *text; /* NULL: it is not known, and the word stays */
};

/* A text of a row with its words filled in. */
const char *catalogue_fill(struct arena *mem, const char *text, const struct filling *with, size_t n);
