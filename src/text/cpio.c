/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/cpio.h"

#include <string.h>

#include "base/str.h"

/* The fields of a header, eight digits each, behind the magic. */
enum { F_INODE, F_MODE, F_UID, F_GID, F_LINKS, F_TIME, F_SIZE, F_MAJOR, F_MINOR, F_RMAJOR, F_RMINOR, F_NAME, F_CHECK };
enum { MAGIC = 6, FIELD = 8 };

static bool field(const struct cpio *c, unsigned which, uint64_t *ret)
{
	return str_number_n(c->head + MAGIC + FIELD * which, FIELD, 16, UINT32_MAX, ret);
}

static void between(struct cpio *c)
{
	c->state = CPIO_BETWEEN;
	c->used = 0;
}

static uint64_t to_four(uint64_t n)
{
	return (4 - n % 4) % 4;
}

/* The header is whole. */
static void take_head(struct cpio *c)
{
	uint64_t length, size, unused;

	/* 070702 has a sum of the content behind the rest; the kernel takes both (CONFIG or not, since 3.x). */
	if ((memcmp(c->head, "070701", MAGIC) != 0 && memcmp(c->head, "070702", MAGIC) != 0) || !field(c, F_NAME, &length) ||
	    !field(c, F_SIZE, &size) || !field(c, F_MODE, &unused) || length == 0 || length > CPIO_NAME) {
		c->state = CPIO_BROKEN;
		return;
	}
	c->name_length = length;
	c->left = size;
	c->gap = to_four(CPIO_HEAD + length);
	c->content_gap = to_four(size);
	c->used = 0;
	c->state = CPIO_IN_NAME;
}

static void end_content(struct cpio *c)
{
	if (c->is_wanted)
		c->ops->done(c->data);
	c->is_wanted = false;
	c->gap = c->content_gap;
	c->state = CPIO_IN_CONTENT_GAP;
	if (c->gap == 0)
		between(c);
}

/* The gap behind the name is over. */
static void begin_content(struct cpio *c)
{
	c->state = CPIO_IN_CONTENT;
	if (c->left == 0)
		end_content(c);
}

static void take_name(struct cpio *c)
{
	uint64_t mode = 0, inode = 0, major = 0, minor = 0, links = 0;
	const char *name = c->name;

	if (c->name[c->name_length - 1] != '\0') {
		c->state = CPIO_BROKEN;
		return;
	}
	c->is_trailer = str_eq(name, "TRAILER!!!");
	(void)field(c, F_MODE, &mode);
	if (!field(c, F_INODE, &inode) || !field(c, F_MAJOR, &major) || !field(c, F_MINOR, &minor) || !field(c, F_LINKS, &links))
		inode = 0;
	while (str_starts(name, "./") || *name == '/')
		name += *name == '/' ? 1 : 2;
	if (!c->is_trailer) {
		const struct cpio_file f = {.name = name, .mode = (unsigned)mode, .size = c->left, .inode = (unsigned)inode,
		    .major = (unsigned)major, .minor = (unsigned)minor, .n_links = (unsigned)links};

		c->n_files++;
		c->is_wanted = c->ops->file(c->data, &f);
	}
	c->state = CPIO_IN_NAME_GAP;
	if (c->gap == 0)
		begin_content(c);
}

static size_t least(uint64_t a, size_t b)
{
	return a < b ? (size_t)a : b;
}

/* Fills head or name; true: it is whole. */
static bool fill(struct cpio *c, char *to, size_t size, const char *bytes, size_t n, size_t *ret_taken)
{
	*ret_taken = least(size - c->used, n);
	memcpy(to + c->used, bytes, *ret_taken);
	c->used += *ret_taken;
	return c->used == size;
}

static size_t feed_between(struct cpio *c, const char *bytes, size_t n)
{
	size_t zeros = 0;

	while (zeros < n && bytes[zeros] == '\0')
		zeros++;
	if (zeros < n)
		c->state = bytes[zeros] == '0' ? CPIO_IN_HEAD : CPIO_FOREIGN;
	return zeros;
}

static size_t feed_gap(struct cpio *c, size_t n)
{
	size_t taken = least(c->gap, n);

	c->gap -= taken;
	if (c->gap == 0 && c->state == CPIO_IN_NAME_GAP)
		begin_content(c);
	else if (c->gap == 0)
		between(c);
	return taken;
}

static size_t feed_content(struct cpio *c, const char *bytes, size_t n)
{
	size_t taken = least(c->left, n);

	if (c->is_wanted && taken > 0)
		c->ops->content(c->data, bytes, taken);
	c->left -= taken;
	if (c->left == 0)
		end_content(c);
	return taken;
}

size_t cpio_feed(struct cpio *c, const char *bytes, size_t n)
{
	size_t at = 0, taken = 0;

	while (at < n && c->state != CPIO_FOREIGN && c->state != CPIO_BROKEN) {
		switch (c->state) {
		case CPIO_BETWEEN:
			taken = feed_between(c, bytes + at, n - at);
			break;
		case CPIO_IN_HEAD:
			if (fill(c, c->head, CPIO_HEAD, bytes + at, n - at, &taken))
				take_head(c);
			break;
		case CPIO_IN_NAME:
			if (fill(c, c->name, (size_t)c->name_length, bytes + at, n - at, &taken))
				take_name(c);
			break;
		case CPIO_IN_CONTENT:
			taken = feed_content(c, bytes + at, n - at);
			break;
		case CPIO_IN_NAME_GAP:
		case CPIO_IN_CONTENT_GAP:
			taken = feed_gap(c, n - at);
			break;
		case CPIO_FOREIGN:
		case CPIO_BROKEN:
			break;
		}
		at += taken;
	}
	return at;
}

bool cpio_may_end(const struct cpio *c)
{
	/* The zeros behind the trailer may be missing: the kernel does not look for them. */
	return c->state == CPIO_BETWEEN || (c->state == CPIO_IN_NAME_GAP && c->is_trailer);
}
