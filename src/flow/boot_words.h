/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verbs boot enable and boot disable: the words of the kernel that this host needs, in every entry of its loader
 * that is not for repairs; and their way back.
 */
#pragma once

#include "flow/flow.h"
#include "judge/boot_needs.h"
#include "model/boot.h"
#include "model/boot_entries.h"

struct words_change {
	struct change change;
	struct boot_loader loader;
	struct boot_needs needs;
	struct boot_advice *advice; /* what a person must do, where passthru does not write; none: all is there */
	size_t n_advice;
	enum tri needs_reboot;	    /* words that are configured do not run, or the other way round */
};

/* loader: the name of a stack (model/boot.h) that overrides what was judged, NULL. OUTCOME_NOTHING with advice: a
 * person has to do it. */
enum outcome flow_boot_enable(struct flow *f, const struct boot_words_wish *wish, const char *loader,
    const struct change_options *options, struct words_change *ret, struct err *e);

/* These words of passthru's, all of them where n_words is 0, and with is_all everything lasting that is on record:
 * claims, and what was made of them, too. What others changed since is left alone and named in the notes. */
enum outcome flow_boot_disable(struct flow *f, char *const *words, size_t n_words, bool is_all,
    const struct change_options *options, struct words_change *ret, struct err *e);

/* ---- for flow/boot_*.c ---- */

/* The plan of c->needs, by c->loader; nothing and advice where a person has to do it. */
int flow_plan_words(struct flow *f, const struct boot *b, struct words_change *c, struct err *e);

/* Refuses what is in the way of p, and notes what else it touches. folders: those the loader reads, NULL-terminated. */
int flow_check_boot_state(struct flow *f, const struct boot *b, const struct boot_loader *l, const struct plan *p,
    const char *const *folders, size_t n_folders, struct change *c, struct err *e);
