/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may be in the way of a change of how the host boots, and what it touches beside: said before anything is done. */
#pragma once

#include "model/boot.h"
#include "sys/sys.h"

struct boot_state {
	const char *read_only_point; /* a mount of those that are written to is read-only; NULL: none */
	const char *full_folder;     /* has less room than the largest early image and a tenth of it; NULL: none, or not known */
	uint64_t free_bytes, needed_bytes;
	const char *seal_evidence;   /* a disk is sealed to what is measured at boot: the file that says so; NULL: none is */
};

/* folders: those that are written to, relative to the root. makes_images: early images are made anew. */
void read_boot_state(struct sys *s, struct arena *mem, const char *const *folders, size_t n_folders, bool makes_images,
    struct boot_state *ret);

/* Where distributions keep the kernel of that release, absolute; NULL: nowhere. */
const char *read_kernel_image(struct sys *s, struct arena *mem, const char *release);
