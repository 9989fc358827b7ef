/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verb of the service at boot: every claim that is here gets its VFIO driver, where the udev rules did not see to it
 * already. It binds as bind does, under the same guards, with what was allowed when it was claimed. After too many boots
 * that did not become good it gives back instead (judge/boots.h).
 */
#pragma once

#include "flow/flow.h"
#include "model/boots.h"
#include "model/claim.h"

enum boot_claim_state {
	BOOT_CLAIM_SERVED,   /* it is with a VFIO driver */
	BOOT_CLAIM_PLANNED,  /* dry run: it would be, or would be given back */
	BOOT_CLAIM_ABSENT,   /* moved, replaced or gone: nothing is bound for it */
	BOOT_CLAIM_REFUSED,  /* it is here, and is not served */
	BOOT_CLAIM_RELEASED, /* the host has it back */
	BOOT_CLAIM_STATES
};
const char *boot_claim_state_name(enum boot_claim_state s); /* "served" */

struct boot_claim {
	const struct saved_claim *saved;
	enum boot_claim_state state;
	const char *function; /* address now, NULL: it is not here */
	const char *driver;   /* afterwards, NULL: none */
	const char *text;     /* NULL: nothing to say */
	const char *hint;     /* what helps, NULL: nothing is known */
	enum outcome outcome; /* of what was done for it; OUTCOME_NOTHING */
	unsigned change;      /* its id, 0: nothing was written */
};

struct boot_start {
	const char *off_word; /* NULL: none; else nothing was looked at */
	struct boots boots;   /* this one counted in */
	struct claims claims;
	struct boot_claim *items; /* one a claim */
	size_t n;
	const char **warnings;
	size_t n_warnings;
	struct plan plan; /* of all that was done, or in a dry run would be */
};

/* Negative only where nothing could be looked at; what went wrong with one claim is with that one. options->wish is
 * written down; a dry run counts nothing. */
int flow_boot_start(struct flow *f, const struct change_options *options, struct boot_start *ret, struct err *e);

/* Is every claim that is here served, as far as that can be seen? */
bool boot_start_is_good(const struct boot_start *b);

/* ---- boots that become good ---- */

struct boot_confirmation {
	bool is_confirmed;
	unsigned unconfirmed; /* before */
	const char *why;      /* what showed that it is good, or why it is not confirmed */
};

/* Says that this boot is good. Waiting, it first waits until it can be seen: for a person who logged in, or for a
 * start-up that was over three minutes ago; a boot in which claims are off, or were given back, is not confirmed so.
 * -ETIMEDOUT: it was not to be seen for an hour. */
int flow_boot_confirm(struct flow *f, bool waits, struct boot_confirmation *ret, struct err *e);

/* What is kept of earlier boots; where it cannot be read *ret is empty. -ENOENT: there is nothing. */
int flow_read_boots(struct flow *f, struct boots *ret);

/* What passthru has to say until the next boot, NULL: nothing, or it cannot be seen. */
const char *flow_read_notice(struct flow *f);
