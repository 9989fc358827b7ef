/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file that makes a generator put the claims' rules and VFIO drivers into early images, what is run after it was
 * written. Of the generators: hook-functions and hooks/udev of initramfs-tools
 * 0.142, dracut 059 (dracut.conf.5, dracut-init.sh), mkinitcpio 36 and later.
 */
#pragma once

#include "base/err.h"
#include "model/image.h"

enum { INITRAMFS_DRIVERS = 12 };

/* What there is to do on this host. */
struct initramfs_plan {
	const char *file;    /* of ours (model/our_file.h); NULL: nothing is written */
	const char *text;    /* NULL: it is to be absent */
	const char *command; /* model/derived.h; NULL: nothing is run, and what is in images is none of our business */
	const char *printed; /* what a person must do instead or besides, a sentence; NULL: nothing */
};

/*
 * drivers: of VFIO, as the claims need them ("vfio-pci", variants); files: of ours (model/our_file.h), that images must
 * have; each once. None of either: images are made without passthru. -EINVAL: a name is no driver's; -E2BIG: too many.
 */
struct initramfs_needs {
	const char *const *drivers, *const *files;
	size_t n_drivers, n_files;
};
int plan_initramfs(struct arena *mem, const struct initramfs_facts *f, const struct initramfs_needs *needs,
    struct initramfs_plan *ret, struct err *e);

/* A native driver that this image loads ahead of the rules, or may: the sentence; NULL: no such. natives: the drivers
 * that claimed functions have without passthru. file and line (0: not known) are of the host's settings, as
 * read_early_source tells them. */
const struct image_early *initramfs_takes_first(const struct image_answer *a, const char *const *natives, size_t n_natives);
const char *initramfs_early_text(struct arena *mem, const struct image_early *early, const char *file, unsigned line);
