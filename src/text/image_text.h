/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands in an early image, by names and texts: how it is compressed, which module a path is, which modules it has
 * loaded by name.
 */
#pragma once

#include "base/arena.h"
#include "base/base.h"
#include "model/image.h"

/* By its first bytes; six suffice. */
enum image_packing image_packing_of(const char *bytes, size_t n);

/* A frame of zstd (RFC 8878, 3.1.1): how long its header is and whether four bytes of a sum stand behind the last block; of
 * a skippable one its whole length, and *ret_is_skippable. `bytes`: eighteen of them, or all there are. */
bool zstd_frame_header(const char *bytes, size_t n, uint64_t *ret_length, bool *ret_has_sum, bool *ret_is_skippable);

/* The header of a block, three bytes: how many bytes follow. false: none that may be. */
bool zstd_block_header(const char *bytes, uint32_t *ret_size, bool *ret_is_last);

/* Four bytes of the old frame of lz4 ("lz4 -l"): how many follow, 0 behind its magic. false: it is over. */
bool lz4_block_header(const char *bytes, uint32_t *ret_size);

/* "usr/lib/x" as "lib/x" (bin, sbin, lib32, lib64, libx32 too): merged and separate systems have the same things. */
const char *image_plain_path(const char *name);

/* The name of the module of such a path: "lib/modules/6.1/kernel/a/b.ko.xz" is "b", with the length of the release in
 * *ret_release. false: it is no module. */
bool image_module_of(const char *name, char ret[64], const char **ret_release, size_t *ret_length);

/* A release of a kernel may become a component of a path: letters, digits and _.+~:-, neither "." nor "..". */
bool image_is_release(const char *name, size_t length);

/* What a line of modules.builtin ("kernel/drivers/vfio/vfio.ko") names; false: nothing. */
bool image_builtin_of(const char *line, size_t length, char ret[64]);

/* The modules that a file of an image has loaded by name, appended: conf/modules, config (of mkinitcpio),
 * etc/modules-load.d, etc/cmdline.d. Nothing of other files. */
void image_early_read(struct arena *mem, const char *path, const char *text, struct image_early **list, size_t *n);

/* Is it one of the files that image_early_read reads? */
bool image_is_early(const char *path);

/* Where a file of settings names this module, as a word of its own outside of comments; 0: nowhere. */
unsigned image_line_naming(const char *text, const char *module);
