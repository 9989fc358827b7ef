/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpio archives as the kernel unpacks them (init/initramfs.c; buffer-format.rst of its documentation): "newc", several
 * behind each other, zeros between them. Fed in pieces of any size; nothing is kept but what one header needs.
 */
#pragma once

#include "base/base.h"

enum {
	CPIO_HEAD = 110,
	CPIO_NAME = 4096, /* with its NUL; the kernel's PATH_MAX */
};

struct cpio_file {
	const char *name; /* without "./" and "/" in front; until the callback comes back */
	unsigned mode;	  /* S_IFREG and the like, with the permissions */
	uint64_t size;
	unsigned inode, major, minor, n_links;
};

struct cpio_ops {
	/* A file begins. true: its content is wanted. */
	bool (*file)(void *data, const struct cpio_file *f);
	/* A piece of what was wanted. */
	void (*content)(void *data, const char *bytes, size_t n);
	/* All pieces of it were there. */
	void (*done)(void *data);
};

enum cpio_state {
	CPIO_BETWEEN, /* zeros, or the first byte of whatever comes next */
	CPIO_IN_HEAD,
	CPIO_IN_NAME,
	CPIO_IN_NAME_GAP, /* up to the next multiple of four */
	CPIO_IN_CONTENT,
	CPIO_IN_CONTENT_GAP,
	CPIO_FOREIGN, /* what begins here is no cpio: compressed, or nothing we know */
	CPIO_BROKEN,
};

/* {.ops = …, .data = …} is a valid beginning. */
struct cpio {
	const struct cpio_ops *ops;
	void *data;
	enum cpio_state state;
	bool is_wanted, is_trailer;
	char head[CPIO_HEAD];
	char name[CPIO_NAME];
	size_t used;	   /* of head or name */
	uint64_t name_length, left, gap, content_gap;
	size_t n_files;
};

/* Answers how many bytes were taken: all, but in the states FOREIGN (the rest begins with what is foreign) and BROKEN. */
size_t cpio_feed(struct cpio *c, const char *bytes, size_t n);

/* Whether it may end here: between two archives. */
bool cpio_may_end(const struct cpio *c);
