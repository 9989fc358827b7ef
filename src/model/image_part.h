/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Targets that say what an early image (initramfs) must hold: "/boot/initrd.img-6.1.0-44-amd64 module vfio-pci", which
 * a kernel with the module built in has as well; "… file /etc/udev/rules.d/10-passthru.rules", with the content that the
 * host's has.
 */
#pragma once

#include "base/arena.h"
#include "base/base.h"

struct image_part {
	const char *image;  /* absolute path */
	const char *module; /* one of the two */
	const char *file;
};

/* false: it is none that passthru writes. */
bool image_part_parse(struct arena *mem, const char *target, struct image_part *ret);

const char *image_part_target(struct arena *mem, const struct image_part *p);
