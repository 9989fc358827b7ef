/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the single facts that the checks ask (model/facts.h), each file once. */
#pragma once

#include "model/boot.h"
#include "model/facts.h"
#include "model/host.h"
#include "sys/sys.h"
#include "text/modprobe_conf.h"

/* h: read before, with topology. is_wanted: of each function, whether its own facts are read. Cannot fail: what cannot
 * be read is unknown. */
void read_facts(struct sys *s, struct arena *mem, const struct host *h, const bool *is_wanted, const struct boot *b,
    const char *generator, struct facts *ret);

/* Is the early image older than what it is made from? generator, m: NULL: not known. */
void read_fact_times(struct sys *s, struct arena *mem, const struct boot *b, const char *generator, const struct modprobe_conf *m,
    struct facts *f);

/* ---- for sys/read_facts*.c ---- */

struct fact fact_read(struct sys *s, struct arena *mem, const char *path, const char *witness);
void read_fact_lines(struct sys *s, struct arena *mem, const char *generator, struct facts *f);
void read_fact_devices(struct sys *s, struct arena *mem, const struct host *h, const bool *is_wanted, const char *generator,
    struct facts *f);
