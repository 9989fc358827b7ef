/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>

#include "base/library.h"

static struct {
	__typeof__(archive_read_new) *new;
	__typeof__(archive_read_free) *free;
	__typeof__(archive_read_support_filter_gzip) *gzip;
	__typeof__(archive_read_support_filter_bzip2) *bzip2;
	__typeof__(archive_read_support_filter_lzma) *lzma;
	__typeof__(archive_read_support_filter_xz) *xz;
	__typeof__(archive_read_support_filter_lzop) *lzop;
	__typeof__(archive_read_support_filter_lz4) *lz4;
	__typeof__(archive_read_support_filter_zstd) *zstd;
	__typeof__(archive_read_support_format_raw) *raw;
	__typeof__(archive_read_open) *open;
	__typeof__(archive_read_next_header) *next;
	__typeof__(archive_read_data_block) *block;
	__typeof__(archive_filter_bytes) *bytes;
	__typeof__(archive_filter_count) *count;
} la;

static bool load(void)
{
	static const struct library_symbol symbols[] = {
	    {"archive_read_new", (void **)&la.new},
	    {"archive_read_free", (void **)&la.free},
	    {"archive_read_support_filter_gzip", (void **)&la.gzip},
	    {"archive_read_support_filter_bzip2", (void **)&la.bzip2},
	    {"archive_read_support_filter_lzma", (void **)&la.lzma},
	    {"archive_read_support_filter_xz", (void **)&la.xz},
	    {"archive_read_support_filter_lzop", (void **)&la.lzop},
	    {"archive_read_support_filter_lz4", (void **)&la.lz4},
	    {"archive_read_support_filter_zstd", (void **)&la.zstd},
	    {"archive_read_support_format_raw", (void **)&la.raw},
	    {"archive_read_open", (void **)&la.open},
	    {"archive_read_next_header", (void **)&la.next},
	    {"archive_read_data_block", (void **)&la.block},
	    {"archive_filter_bytes", (void **)&la.bytes},
	    {"archive_filter_count", (void **)&la.count},
	};

	return la.new || library_load("libarchive.so.13", symbols, ARRAY_LEN(symbols));
}

bool unpack_is_possible(void)
{
	return load();
}

/* ARCHIVE_WARN is how libarchive says that it would run a program: what it is built without. */
static bool support(struct archive *a, enum image_packing p)
{
	switch (p) {
	case PACKING_GZIP:
		return la.gzip(a) == ARCHIVE_OK;
	case PACKING_BZIP2:
		return la.bzip2(a) == ARCHIVE_OK;
	case PACKING_LZMA:
		return la.lzma(a) == ARCHIVE_OK;
	case PACKING_XZ:
		return la.xz(a) == ARCHIVE_OK;
	case PACKING_LZO:
		return la.lzop(a) == ARCHIVE_OK;
	case PACKING_LZ4:
		return la.lz4(a) == ARCHIVE_OK;
	case PACKING_ZSTD:
		return la.zstd(a) == ARCHIVE_OK;
	case PACKING_NONE:
	case PACKING_UNKNOWN:
	case IMAGE_PACKINGS:
		break;
	}
	return false;
}

struct source {
	const struct unpack_ends *ends;
	int code; /* the last negative answer of more, 0 */
};

static la_ssize_t give(struct archive *a, void *data, const void **ret)
{
	struct source *s = data;
	const char *bytes = NULL;
	ssize_t n = s->ends->more(s->ends->data, &bytes);

	(void)a;
	*ret = bytes;
	if (n >= 0)
		return n;
	s->code = (int)n;
	return ARCHIVE_FATAL;
}

static int each_block(struct archive *a, const struct unpack_ends *ends)
{
	for (;;) {
		const void *bytes = NULL;
		size_t n = 0;
		la_int64_t offset;
		int r = la.block(a, &bytes, &n, &offset);

		if (r == ARCHIVE_EOF)
			return 0;
		if (r != ARCHIVE_OK)
			return -EBADMSG;
		r = n > 0 ? ends->each(ends->data, bytes, n) : 0;
		if (r < 0)
			return r;
	}
}

int unpack(enum image_packing p, const struct unpack_ends *ends, uint64_t *ret_taken)
{
	struct source source = {ends, 0};
	struct archive_entry *entry;
	struct archive *a;
	int r = -EBADMSG;

	if (!load())
		return -ENOPKG;
	a = la.new();
	if (!a)
		return -ENOMEM;
	if (!support(a, p) || la.raw(a) != ARCHIVE_OK)
		r = -EOPNOTSUPP;
	/* One filter and the plain bytes below: the kernel does not unpack what was packed twice. */
	else if (la.open(a, &source, NULL, give, NULL) == ARCHIVE_OK && la.next(a, &entry) == ARCHIVE_OK && la.count(a) == 2)
		r = each_block(a, ends);
	if (r == 0)
		*ret_taken = (uint64_t)la.bytes(a, -1);
	if (source.code < 0)
		r = source.code;
	(void)la.free(a);
	return r;
}
