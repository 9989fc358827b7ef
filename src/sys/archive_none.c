/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Built without libarchive. */
#include <errno.h>

#include "sys/archive.h"

static int refuse(struct err *e)
{
	return err_set(e, -ELIBACC, "this passthru was built without libarchive, which reads and writes archives");
}

int archive_read(int fd, const struct archive_limits *limits, archive_each *each, void *data, struct err *e)
{
	(void)fd, (void)limits, (void)each, (void)data;
	return refuse(e);
}

int archive_make(int fd, struct archive_writer **ret, struct err *e)
{
	(void)fd, (void)ret;
	return refuse(e);
}

int archive_put(struct archive_writer *w, const struct archive_item *item, struct err *e)
{
	(void)w, (void)item;
	return refuse(e);
}

int archive_finish(struct archive_writer *w, struct err *e)
{
	(void)w;
	return refuse(e);
}
