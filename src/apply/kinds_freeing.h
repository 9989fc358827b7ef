/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kinds of move that make what uses a function let go: dependant modules, consoles, the firmware's picture,
 * interfaces, processes. For apply/kinds.c; get and set as there. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "model/plan.h"
#include "sys/sys.h"

int dependant_set(struct sys *s, struct arena *mem, const struct step *move, const struct value *from, struct err *e);
int console_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e);
int console_set(struct sys *s, struct arena *mem, const struct step *move, const struct value *from, struct err *e);
int framebuffer_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e);
int framebuffer_set(struct sys *s, struct arena *mem, const struct step *move, const struct value *from, struct err *e);
int interface_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e);
int interface_set(struct sys *s, struct arena *mem, const struct step *move, const struct value *from, struct err *e);
int process_get(struct sys *s, struct arena *mem, const char *target, struct value *ret, struct err *e);
int process_set(struct sys *s, struct arena *mem, const struct step *move, const struct value *from, struct err *e);

/* Waits until no process that can be seen has a node of the function open; -EBUSY: one has, and is named. For a driver
 * that is about to be taken off again: most wait in the kernel for whoever has a node open. */
int await_closed(struct sys *s, const char *function, unsigned limit_ms, struct err *e);
