/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Archives, by libarchive, which is loaded when one is read or written: tar, cpio, with any compression it knows. */
#pragma once

#include <stddef.h>

#include "base/err.h"

enum archive_type {
	ARCHIVE_FOLDER,
	ARCHIVE_FILE,
	ARCHIVE_LINK,
	ARCHIVE_DIFFERENT, /* device, socket, FIFO, hard link */
};

struct archive_item {
	const char *path; /* as it stands there: foreign */
	enum archive_type type;
	unsigned mode;	     /* permission bits */
	const char *target;  /* of a link: foreign */
	const char *content; /* of a file; valid until each is done */
	size_t size;
};

struct archive_limits {
	size_t items, bytes; /* of all files together */
};

/* What each answers but 0 ends it and is answered. -ELIBACC: no libarchive; -EBADMSG: no archive, or a damaged one; -EFBIG:
 * more than the limits (a few bytes may stand for gigabytes). */
typedef int archive_each(void *data, const struct archive_item *item);
int archive_read(int fd, const struct archive_limits *limits, archive_each *each, void *data, struct err *e);

/* A compressed tar (gzip). Owners are 0, times 0: it says nothing of who made it. */
struct archive_writer;
int archive_make(int fd, struct archive_writer **ret, struct err *e);
int archive_put(struct archive_writer *w, const struct archive_item *item, struct err *e);
int archive_finish(struct archive_writer *w, struct err *e); /* frees it */
