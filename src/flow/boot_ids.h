/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vfio-pci.ids= among the kernel's words, where vfio-pci and the driver of what is claimed are both part of the kernel. Of
 * several such words the kernel takes the last alone, so one word of passthru's has the ids of all claims, and follows
 * them from the moment it was added by boot enable. One that is somebody else's is never touched. For flow only.
 */
#pragma once

#include "flow/boot_words.h"
#include "flow/claim.h"
#include "text/vfio_ids.h"

/* Fills what concerns ids of what claims add to the needs. left: those that are about to leave our word. */
void flow_look_at_ids(
    struct flow *f, const struct boot *b, const struct claims_seen *seen, const struct vfio_ids *left, struct boot_claimed *ret);

/* Adds to the plan of c what becomes of our word when `now` is claimed no more, and `after` is: ids of claims that go leave
 * it, those of claims that come join it. To its notes, what a person has to do where there is none of ours. h: read with
 * FACET_PATH; NULL: it is read where it is needed. */
void flow_follow_ids(struct flow *f, struct host *h, const struct claims *now, const struct claims *after, struct change *c);

/* The word of passthru's that is configured, "vfio-pci.ids=10de:2204"; NULL: there is none, or it is not ours. */
const char *flow_own_ids_word(struct flow *f, const struct boot *b);

/* ---- when changes are taken back ---- */

/* A step of KIND_WORD or KIND_SETTING whose word is such a one? Claims may have made another one of it since. */
bool is_step_of_ids(const struct step *s);

/* Adds to ret what those steps of an inverse come to now: their ids leave the word that is there, or come back. */
int flow_undo_ids(struct flow *f, const struct plan *inverse, struct plan *ret, struct err *e);

/* The same of a file of ours with words, which is now another than back->have; false: not by its ids alone. */
bool flow_undo_ids_in_file(struct flow *f, const struct step *back, const struct value *now, struct value *ret_want);

/* Such a file of ours? */
bool is_own_words_file(const char *path);

/* The ids of a word; none where it is another word, or one of them is not understood. */
struct vfio_ids ids_of_word(struct arena *mem, const char *word);
