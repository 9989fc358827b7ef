/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Targets of KIND_IMAGE: an early image and what it must hold, "/boot/initrd.img-6.1.0-44-amd64
 * /etc/udev/rules.d/10-passthru.rules vfio-pci". A path is a file of passthru's, with the content that the host's own
 * has, absent where that is; a name is a module, which a kernel that has it built in has as well.
 */
#pragma once

#include "base/arena.h"
#include "base/base.h"
#include "model/image.h"

struct image_needs {
	const char *image; /* absolute path */
	const char **files, **modules;
	size_t n_files, n_modules;
};

enum { MOST_IMAGE_NEEDS = 16 };

/* false: it is none that passthru writes. */
bool image_needs_parse(struct arena *mem, const char *target, struct image_needs *ret);

const char *image_needs_target(struct arena *mem, const struct image_needs *n);

/* The questions to an image: two a file, then one a module. ret must take MOST_IMAGE_WANTS. */
enum { MOST_IMAGE_WANTS = 2 * MOST_IMAGE_NEEDS };
size_t image_needs_wants(struct arena *mem, const struct image_needs *n, struct image_want *ret);

/* Does the image have all that? now: what the host's own files hold, one a file, NULL where there is none. *ret_reason:
 * the sentence, NULL where it has. */
enum tri image_needs_are_met(struct arena *mem, const struct image_needs *n, const struct image_answer *a,
    const char *const *now, const char **ret_reason);
