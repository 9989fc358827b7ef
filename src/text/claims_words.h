/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's words that keep claims from being served in one boot: the way out for who was locked out, from the
 * loader's menu. The udev rules and the service at boot skip by this one list, which is read here as udev reads it
 * (IMPORT{cmdline}; systemd 252, src/basic/proc-cmdline.c, proc_cmdline_get_key).
 */
#pragma once

#include "base/arena.h"
#include "base/base.h"

struct claims_word {
	const char *key;
	const char *values; /* "a|b": one of these; NULL: whatever it is, or none */
	bool is_bare;	    /* only without a value, or with "1", which is what udev makes of that */
};
extern const struct claims_word claims_words[];
extern const size_t n_claims_words;

/* The word of that text (/proc/cmdline) by which claims are off, "passthru.claims=off"; NULL: they are not. */
const char *claims_off_word(struct arena *mem, const char *cmdline);

bool claims_are_off(const char *cmdline);
