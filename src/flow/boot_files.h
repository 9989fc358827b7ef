/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a lasting change means for the next boot: the rules of udev that are composed from the claims, the file that puts
 * them and the VFIO drivers into early images, and the images themselves.
 */
#pragma once

#include "flow/flow.h"
#include "model/claim.h"

/* Is it composed from the claims? Then it is never put back by content, but composed again. */
bool is_composed_file(const char *path);

/* What is claimed when p is carried out: c, without what p takes away, with what it writes. */
int flow_claims_after(struct flow *f, const struct claims *c, const struct plan *p, struct claims *ret, struct err *e);

/* Adds to the plan of c what follows for the next boot: the composed files, the command that makes early images anew and
 * what they must have in them then; and to its notes what a person has to do. claims: as they will be; h as
 * flow_udev_rules takes it. -EEXIST: a file of ours is there that is none as passthru writes it. */
int flow_add_boot_files(struct flow *f, struct host *h, const struct claims *claims, struct change *c, struct err *e);

/* The same after claims were taken back: of those that stay, the file of ids with them, and the word of the
 * kernel's where it is to follow. */
int flow_compose(struct flow *f, struct host *h, bool follows_ids, struct change *c, struct err *e);

/* Does it move a file that early images have a copy of, or one that makes their generator take it along? */
bool moves_what_images_have(const struct plan *p);
