/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The early image (initramfs): which a host has, what is asked of one, and what it answers. Filled by sys/read_image,
 * judged by plan/initramfs.
 */
#pragma once

#include "base/arena.h"
#include "base/base.h"

/* How a part of an image is compressed, by its first bytes (lib/decompress.c of the kernel knows these). */
enum image_packing {
	PACKING_NONE, /* cpio as it is */
	PACKING_GZIP,
	PACKING_BZIP2,
	PACKING_LZMA,
	PACKING_XZ,
	PACKING_LZO,
	PACKING_LZ4,
	PACKING_ZSTD,
	PACKING_UNKNOWN,
	IMAGE_PACKINGS
};
const char *image_packing_name(enum image_packing p); /* "zstd"; "uncompressed" */

/* One question: a file by its path, or a module by its name. */
struct image_want {
	const char *path;   /* "etc/udev/rules.d/10-passthru.rules"; usr/lib and lib are the same; NULL: a module */
	const char *module; /* "vfio-pci": "-" is "_"; the file of any kernel, or built into the kernel */
	size_t keep_bytes;  /* of its content, 0: none */
};
struct image_query {
	const struct image_want *wants;
	size_t n;
	const char *kernel; /* only modules of this release count; NULL: of any */
};

/* The answer to one want. The last file of a name counts, as the kernel unpacks them over each other. */
struct image_found {
	enum tri is_there; /* UNKNOWN: not all of the image could be read, and so far it was not there */
	bool is_builtin;   /* of a module: there is no file, modules.builtin names it */
	const char *path;  /* of the file, as it is called in the image; NULL: none */
	const char *text;  /* NULL: not asked for, or it cannot be told (a link, a NUL inside) */
	bool is_cut;	   /* it is longer than keep_bytes */
};

/* When an image loads a module by name, against udev's first look at the devices. */
enum image_when {
	WHEN_BEFORE, /* it takes devices that a rule would have given to another driver */
	WHEN_RACES,  /* either may be first */
	WHEN_AFTER,  /* the rules have spoken by then */
};
struct image_early {
	const char *module; /* a checked name */
	const char *file;   /* in the image: "etc/cmdline.d/20-force_drivers.conf" */
	unsigned line;	    /* from 1 */
	enum image_when when;
};

struct image_answer {
	struct image_found *found; /* a row for each want */
	size_t n;
	const char *trouble;	    /* why not all of it could be read; NULL: it was */
	enum image_packing packing; /* of its last part */
	enum tri has_udev;	    /* without udev no rule acts in there */
	const char **kernels;	    /* whose modules it has: checked names */
	size_t n_kernels;
	struct image_early *early;
	size_t n_early;
	size_t n_files;
};

/* ---- which there are ---- */

struct image_file {
	const char *path;     /* "boot/initrd.img-6.1.0-9-amd64", relative to the root */
	const char *kernel;   /* NULL: its name does not tell */
	const char *said_by;  /* the file that names it ("etc/mkinitcpio.d/linux.preset"); NULL: found by its name */
	bool is_unified;      /* a unified kernel image, with the image in a section of it */
	bool is_rescue;	      /* made once, and not again by the generator */
	bool is_stale;	      /* of a kernel that is not installed, or of a preset that is not made: neither is it */
};
struct image_list {
	struct image_file *items;
	size_t n;
	const char **bare; /* installed kernels that have none */
	size_t n_bare;
	const char *trouble; /* why some may be missing; NULL: none are */
};

/* What the generator of a host reads, beside which one it is. */
struct initramfs_facts {
	const char *generator;	 /* "dracut", of struct boot_answer; NULL: cannot be told */
	enum tri reads_drop_ins; /* mkinitcpio: /etc/mkinitcpio.conf.d counts */
	const char *own_config;	 /* mkinitcpio: a preset that names a configuration of its own, NULL: none */
	unsigned own_line;
	enum tri may_update;	 /* initramfs-tools: with update_initramfs=no every update does nothing, and succeeds */
};
