/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Early images: which this host has, and what is in one. An image is read through once, in pieces; of what is in it only
 * what was asked for is kept. Whatever it holds, it costs no more than the limits below.
 */
#pragma once

#include "base/err.h"
#include "model/boot.h"
#include "model/image.h"
#include "sys/sys.h"

enum {
	IMAGE_FILES = 200 * 1000,		/* in one image */
	IMAGE_PARTS = 64,			/* archives and compressed streams behind each other */
	IMAGE_KEPT = 4 * 1024 * 1024,		/* of contents, together */
	IMAGE_LIMIT_MS = 60 * 1000,
	IMAGE_LIST = 128,			/* images of a host */
};
#define IMAGE_BYTES ((uint64_t)2 << 30)		/* unpacked */

/*
 * What is in the image of that path; of a unified kernel image (PE), its section .initrd. What cannot be unpacked makes
 * answers unknown, and is said in ret->trouble; an error is only that the file cannot be read at all: -ENOENT, -EACCES,
 * -ENOSYS (sys has no read_part).
 */
int read_image(struct sys *s, struct arena *mem, const char *path, const struct image_query *q, struct image_answer *ret,
    struct err *e);

/* The images of all kernels, presets and unified images, sorted by path. Cannot fail: what cannot be seen is said in
 * ret->trouble. b: of read_boot. */
void read_images(struct sys *s, struct arena *mem, const struct boot *b, struct image_list *ret);

/* What that generator reads; `generator` as in struct boot_answer, may be NULL. */
void read_initramfs(struct sys *s, struct arena *mem, const char *generator, struct initramfs_facts *ret);

/* Which of the host's own settings has this module loaded early: "etc/dracut.conf.d/gpu.conf" and the line; false: none
 * that we know. */
bool read_early_source(
    struct sys *s, struct arena *mem, const char *generator, const char *module, const char **ret_file, unsigned *ret_line);
