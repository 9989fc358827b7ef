/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file that makes a generator put the claims' rules and VFIO drivers into early images, what is run after it was
 * written, and whether an image turned out right. Of the generators: hook-functions and hooks/udev of initramfs-tools
 * 0.142, dracut 059 (dracut.conf.5, dracut-init.sh), mkinitcpio 36 and later.
 */
#pragma once

#include "base/err.h"
#include "model/image.h"

#define INITRAMFS_RULES "etc/udev/rules.d/10-passthru.rules"

enum { INITRAMFS_DRIVERS = 16, INITRAMFS_WANTS = INITRAMFS_DRIVERS + 2, INITRAMFS_ARGV = 5 };

/* What there is to do on this host. */
struct initramfs_plan {
	const char *path; /* the composed file, relative to the root; NULL: nothing is written */
	const char *text;
	bool is_executable;		  /* mode 0755, else 0644 */
	const char *const *command;	  /* argv, ends in NULL; NULL: nothing is run */
	const char *printed;		  /* what a person must do instead, a sentence; NULL: nothing */
	/* What must be true of each image afterwards; ask read_image with this query. */
	struct image_want wants[INITRAMFS_WANTS];
	size_t n_wants; /* 0: images are none of our business here */
	const char *rules; /* the content of the rules, as they must be in there */
};

/*
 * drivers: of VFIO, as the claims need them ("vfio-pci", variants); each once. rules: the text of INITRAMFS_RULES, NULL:
 * there are none, and with no drivers either the file is to be absent (path is set, text NULL), images are made without.
 * -EINVAL: a name is no driver's; -E2BIG: too many of them.
 */
int plan_initramfs(struct arena *mem, const struct initramfs_facts *f, const char *const *drivers, size_t n_drivers,
    const char *rules, struct initramfs_plan *ret, struct err *e);

/* Did it come out right? TRI_UNKNOWN where it cannot be told. *ret_reason: the sentence, NULL where it is right.
 * a: what read_image answered to p->wants. */
enum tri initramfs_is_right(
    struct arena *mem, const struct initramfs_plan *p, const char *path, const struct image_answer *a, const char **ret_reason);

/* A native driver that this image loads ahead of the rules, or may: the sentence; NULL: no such. natives: the drivers
 * that claimed functions have without passthru. file and line (0: not known) are of the host's settings, as
 * read_early_source tells them. */
const struct image_early *initramfs_takes_first(const struct image_answer *a, const char *const *natives, size_t n_natives);
const char *initramfs_early_text(struct arena *mem, const struct image_early *early, const char *file, unsigned line);
