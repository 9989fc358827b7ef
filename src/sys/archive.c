/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/base.h"
#include "base/library.h"

static struct {
	__typeof__(archive_read_new) *read_new;
	__typeof__(archive_read_free) *read_free;
	__typeof__(archive_read_support_filter_gzip) *gzip, *bzip2, *xz, *zstd;
	__typeof__(archive_read_support_format_tar) *support_tar;
	__typeof__(archive_read_support_format_cpio) *support_cpio;
	__typeof__(archive_read_set_options) *read_options;
	__typeof__(archive_read_open_fd) *open_fd;
	__typeof__(archive_read_next_header) *next;
	__typeof__(archive_read_data) *data;
	__typeof__(archive_error_string) *error;
	__typeof__(archive_entry_pathname) *pathname;
	__typeof__(archive_entry_filetype) *filetype;
	__typeof__(archive_entry_symlink) *symlink;
	__typeof__(archive_entry_hardlink) *hardlink;
	__typeof__(archive_entry_perm) *perm;
	__typeof__(archive_write_new) *write_new;
	__typeof__(archive_write_free) *write_free;
	__typeof__(archive_write_close) *write_close;
	__typeof__(archive_write_add_filter_gzip) *add_gzip;
	__typeof__(archive_write_set_format_pax_restricted) *set_pax;
	__typeof__(archive_write_set_options) *write_options;
	__typeof__(archive_write_open_fd) *write_open_fd;
	__typeof__(archive_write_header) *header;
	__typeof__(archive_write_data) *write_data;
	__typeof__(archive_entry_new) *entry_new;
	__typeof__(archive_entry_free) *entry_free;
	__typeof__(archive_entry_set_pathname) *set_pathname;
	__typeof__(archive_entry_set_filetype) *set_filetype;
	__typeof__(archive_entry_set_perm) *set_perm;
	__typeof__(archive_entry_set_size) *set_size;
	__typeof__(archive_entry_set_symlink) *set_symlink;
} ar;

static int load(struct err *e)
{
	static const struct library_symbol symbols[] = {
	    {"archive_read_new", (void **)&ar.read_new},
	    {"archive_read_free", (void **)&ar.read_free},
	    {"archive_read_support_filter_gzip", (void **)&ar.gzip},
	    {"archive_read_support_filter_bzip2", (void **)&ar.bzip2},
	    {"archive_read_support_filter_xz", (void **)&ar.xz},
	    {"archive_read_support_filter_zstd", (void **)&ar.zstd},
	    {"archive_read_support_format_tar", (void **)&ar.support_tar},
	    {"archive_read_support_format_cpio", (void **)&ar.support_cpio},
	    {"archive_read_set_options", (void **)&ar.read_options},
	    {"archive_read_open_fd", (void **)&ar.open_fd},
	    {"archive_read_next_header", (void **)&ar.next},
	    {"archive_read_data", (void **)&ar.data},
	    {"archive_error_string", (void **)&ar.error},
	    {"archive_entry_pathname", (void **)&ar.pathname},
	    {"archive_entry_filetype", (void **)&ar.filetype},
	    {"archive_entry_symlink", (void **)&ar.symlink},
	    {"archive_entry_hardlink", (void **)&ar.hardlink},
	    {"archive_entry_perm", (void **)&ar.perm},
	    {"archive_write_new", (void **)&ar.write_new},
	    {"archive_write_free", (void **)&ar.write_free},
	    {"archive_write_close", (void **)&ar.write_close},
	    {"archive_write_add_filter_gzip", (void **)&ar.add_gzip},
	    {"archive_write_set_format_pax_restricted", (void **)&ar.set_pax},
	    {"archive_write_set_options", (void **)&ar.write_options},
	    {"archive_write_open_fd", (void **)&ar.write_open_fd},
	    {"archive_write_header", (void **)&ar.header},
	    {"archive_write_data", (void **)&ar.write_data},
	    {"archive_entry_new", (void **)&ar.entry_new},
	    {"archive_entry_free", (void **)&ar.entry_free},
	    {"archive_entry_set_pathname", (void **)&ar.set_pathname},
	    {"archive_entry_set_filetype", (void **)&ar.set_filetype},
	    {"archive_entry_set_perm", (void **)&ar.set_perm},
	    {"archive_entry_set_size", (void **)&ar.set_size},
	    {"archive_entry_set_symlink", (void **)&ar.set_symlink},
	};

	if (ar.read_new || library_load("libarchive.so.13", symbols, ARRAY_LEN(symbols)))
		return 0;
	(void)err_set(e, -ELIBACC, "archives cannot be read or written: libarchive is not installed");
	return err_hint(e, "the package is libarchive13");
}

/* ---- reading ---- */

/* It does not say what is wrong with some. */
static const char *error_of(struct archive *a)
{
	const char *text = ar.error(a);

	return text ? text : "it does not go on as it began";
}

/* The whole of a file; what it says of its size is not believed. */
static int read_content(struct archive *a, size_t left, char **ret, size_t *ret_size, struct err *e)
{
	size_t room = 64 * 1024, used = 0;
	cleanup_free char *buf = malloc(room);
	ssize_t n;

	if (!buf)
		return err_set(e, -ENOMEM, "out of memory");
	while ((n = ar.data(a, buf + used, room - used)) > 0) {
		used += (size_t)n;
		if (used > left)
			return err_set(e, -EFBIG, "the archive holds too much");
		if (used < room)
			continue;
		room *= 2;
		char *more = realloc(buf, room);
		if (!more)
			return err_set(e, -ENOMEM, "out of memory");
		buf = more;
	}
	if (n < 0)
		return err_set(e, -EBADMSG, "the archive is damaged: %s", error_of(a));
	*ret_size = used;
	*ret = TAKE(buf, NULL);
	return 0;
}

static enum archive_type type_of(struct archive_entry *entry)
{
	if (ar.hardlink(entry))
		return ARCHIVE_DIFFERENT;
	switch (ar.filetype(entry)) {
	case AE_IFDIR:
		return ARCHIVE_FOLDER;
	case AE_IFREG:
		return ARCHIVE_FILE;
	case AE_IFLNK:
		return ARCHIVE_LINK;
	default:
		return ARCHIVE_DIFFERENT;
	}
}

static int read_item(struct archive *a, struct archive_entry *entry, size_t *left, archive_each *each, void *data, struct err *e)
{
	struct archive_item item = {.path = ar.pathname(entry), .type = type_of(entry), .mode = (unsigned)ar.perm(entry), .target = ar.symlink(entry)};
	cleanup_free char *content = NULL;
	int r = 0;

	if (!item.path || (item.type == ARCHIVE_LINK && !item.target))
		return err_set(e, -EBADMSG, "the archive is damaged: an entry has no name");
	if (item.type == ARCHIVE_FILE)
		r = read_content(a, *left, &content, &item.size, e);
	if (r < 0)
		return r;
	item.content = content;
	*left -= item.size;
	return each(data, &item);
}

/* Only what libarchive does itself: for the rest it would start a program that the file chooses and PATH finds. What it was
 * built without it says by ARCHIVE_WARN, when it is too late to take that back; so another one is asked first. */
static void support_filters(struct archive *a)
{
	int (*const filters[])(struct archive *) = {ar.gzip, ar.bzip2, ar.xz, ar.zstd};

	for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
		struct archive *other = ar.read_new();

		if (other && filters[i](other) == ARCHIVE_OK)
			(void)filters[i](a);
		if (other)
			(void)ar.read_free(other);
	}
}

int archive_read(int fd, const struct archive_limits *limits, archive_each *each, void *data, struct err *e)
{
	size_t items = 0, left = limits->bytes;
	struct archive_entry *entry;
	struct archive *a;
	int r = load(e), code = ARCHIVE_EOF;

	if (r < 0)
		return r;
	a = ar.read_new();
	if (!a)
		return err_set(e, -ENOMEM, "out of memory");
	support_filters(a);
	(void)ar.support_tar(a);
	(void)ar.support_cpio(a);
	/* Names are bytes, whatever the locale. */
	(void)ar.read_options(a, "hdrcharset=BINARY");
	if (ar.open_fd(a, fd, 64 * 1024) != ARCHIVE_OK)
		r = err_set(e, -EBADMSG, "it is no archive: %s", error_of(a));
	while (r == 0 && ((code = ar.next(a, &entry)) == ARCHIVE_OK || code == ARCHIVE_WARN)) {
		if (++items > limits->items)
			r = err_set(e, -EFBIG, "the archive has more than %zu entries", limits->items);
		else
			r = read_item(a, entry, &left, each, data, e);
	}
	if (r == 0 && code != ARCHIVE_EOF)
		r = err_set(e, -EBADMSG, "the archive is damaged, or none: %s", error_of(a));
	(void)ar.read_free(a);
	return r;
}

/* ---- writing ---- */

struct archive_writer {
	struct archive *a;
	struct archive_entry *entry;
};

static int failed(struct archive_writer *w, struct err *e)
{
	return err_set(e, -EIO, "cannot write the archive: %s", ar.error(w->a));
}

int archive_make(int fd, struct archive_writer **ret, struct err *e)
{
	struct archive_writer *w;
	int r = load(e);

	if (r < 0)
		return r;
	w = calloc(1, sizeof(*w));
	if (w)
		w->a = ar.write_new();
	if (!w || !w->a) {
		free(w);
		return err_set(e, -ENOMEM, "out of memory");
	}
	if (ar.add_gzip(w->a) != ARCHIVE_OK || ar.set_pax(w->a) != ARCHIVE_OK ||
	    ar.write_options(w->a, "hdrcharset=BINARY") != ARCHIVE_OK || ar.write_open_fd(w->a, fd) != ARCHIVE_OK) {
		r = failed(w, e);
		(void)ar.write_free(w->a);
		free(w);
		return r;
	}
	*ret = w;
	return 0;
}

int archive_put(struct archive_writer *w, const struct archive_item *item, struct err *e)
{
	static const unsigned types[] = {[ARCHIVE_FOLDER] = AE_IFDIR, [ARCHIVE_FILE] = AE_IFREG, [ARCHIVE_LINK] = AE_IFLNK};
	struct archive_entry *entry = ar.entry_new();
	int r = 0;

	assert(item->type != ARCHIVE_DIFFERENT);
	if (!entry)
		return err_set(e, -ENOMEM, "out of memory");
	ar.set_pathname(entry, item->path);
	ar.set_filetype(entry, types[item->type]);
	ar.set_perm(entry, item->mode);
	ar.set_size(entry, (la_int64_t)item->size);
	if (item->type == ARCHIVE_LINK)
		ar.set_symlink(entry, item->target);
	if (ar.header(w->a, entry) != ARCHIVE_OK || (item->size > 0 && ar.write_data(w->a, item->content, item->size) != (la_ssize_t)item->size))
		r = failed(w, e);
	ar.entry_free(entry);
	return r;
}

int archive_finish(struct archive_writer *w, struct err *e)
{
	int r = ar.write_close(w->a) == ARCHIVE_OK ? 0 : failed(w, e);

	(void)ar.write_free(w->a);
	free(w);
	return r;
}
