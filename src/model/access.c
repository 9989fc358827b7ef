/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/access.h"

#include <string.h>

#include "base/str.h"

/* As the kernel makes a group's node (drivers/vfio/group.c, by devtmpfs). */
static const char access_of_root[] = "0:0 600";

const char *access_format(struct arena *mem, const struct access *a)
{
	return arena_printf(mem, "%u:%u %o", a->uid, a->gid, a->mode);
}

/* The last number that is none: chown(2) takes it for "leave it". */
static bool parse_id(const char *text, size_t length, unsigned *ret)
{
	uint64_t number;

	if ((length > 1 && *text == '0') || !str_number_n(text, length, 10, UINT32_MAX - 1, &number))
		return false;
	*ret = (unsigned)number;
	return true;
}

static bool parse_mode(const char *text, unsigned *ret)
{
	size_t length = strlen(text);

	if (length == 0 || length > 4 || (length > 1 && *text == '0') || strspn(text, "01234567") != length)
		return false;
	*ret = 0;
	for (; *text; text++)
		*ret = *ret * 8 + (unsigned)(*text - '0');
	return true;
}

bool access_parse(const char *text, struct access *ret)
{
	const char *colon = strchr(text, ':'), *blank = colon ? strchr(colon, ' ') : NULL;
	struct access a;

	if (!blank || !parse_id(text, (size_t)(colon - text), &a.uid) ||
	    !parse_id(colon + 1, (size_t)(blank - colon - 1), &a.gid) || !parse_mode(blank + 1, &a.mode))
		return false;
	*ret = a;
	return true;
}

bool access_equal(const char *a, const char *b)
{
	return str_eq(a, b) || (str_eq(b, "") && str_eq(a, access_of_root));
}

const char *access_describe(struct arena *mem, const char *text)
{
	struct access a;

	if (!text || access_equal(text, "") || !access_parse(text, &a))
		return "root alone";
	return arena_printf(mem, "user %u, group %u, mode %04o", a.uid, a.gid, a.mode);
}

bool access_is_for_all(const struct access *a)
{
	return (a->mode & 06) == 06;
}
