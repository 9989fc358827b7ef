/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the single facts that the checks ask (model/facts.h), each file once. */
#pragma once

#include "model/boot.h"
#include "model/facts.h"
#include "model/host.h"
#include "sys/sys.h"

/* h: read before, with topology. is_wanted: of each function, whether its own facts are read. Cannot fail: what cannot
 * be read is unknown. */
void read_facts(struct sys *s, struct arena *mem, const struct host *h, const bool *is_wanted, const struct boot *b,
    const char *generator, struct facts *ret);

/* ---- for sys/read_facts*.c ---- */

struct fact fact_read(struct sys *s, struct arena *mem, const char *path, const char *witness);
void read_fact_lines(struct sys *s, struct arena *mem, const char *generator, struct facts *f);
void read_fact_devices(struct sys *s, struct arena *mem, const struct host *h, const bool *is_wanted, const char *generator,
    struct facts *f);
