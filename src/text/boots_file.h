/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The count of boots as it is kept:
 *
 *	unconfirmed = 1
 *	boot = 0a1b2c3d-0000-4000-8000-000000000001
 *	released = no
 *	claims = cbf29ce484222325
 */
#pragma once

#include "base/arena.h"
#include "model/boots.h"

enum { LARGEST_BOOTS_FILE = 512 };

/* false: it is not as boots_file_text writes it. */
bool boots_file_parse(const char *text, struct boots *ret);
const char *boots_file_text(struct arena *mem, const struct boots *b);
