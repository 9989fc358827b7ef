/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An entry of the system's log as journald takes it, one datagram (https://systemd.io/JOURNAL_NATIVE_PROTOCOL). */
#pragma once

#include "base/arena.h"
#include "base/base.h"

struct log_field {
	const char *name;  /* capitals, digits and "_", a capital first, at most 64; anything else is left out */
	const char *value; /* any text, newlines too; NULL: the field is left out. Cut at 4096 bytes */
};

/* Answers its length; a name may come several times, and then is a list. */
size_t log_entry_format(struct arena *mem, const struct log_field *fields, size_t n, const char **ret);
