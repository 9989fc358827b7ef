/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/unit.h"

#include <string.h>

#include "base/str.h"

static const char unit_letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:_.\\@-";

static bool is_known_suffix(const char *suffix)
{
	static const char *const known[] = {".service", ".socket", ".target", ".timer", ".path"};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_eq(suffix, known[i]))
			return true;
	return false;
}

bool unit_name_is_valid(const char *name)
{
	const char *suffix = strrchr(name, '.'), *at = strchr(name, '@');
	size_t length = strlen(name);

	return length <= UNIT_NAME_MAX && strspn(name, unit_letters) == length && !strstr(name, "..") && suffix &&
	    suffix > name && is_known_suffix(suffix) && (!at || (at > name && at + 1 < suffix));
}

bool unit_target_parse(const char *target, const char **ret_name, bool *ret_is_user, unsigned *ret_uid)
{
	/* 65535 and 4294967295 are what system calls take for "no user". */
	enum { NO_USER_16 = 65535 };
	const char *slash = strchr(target, '/'), *name = slash ? slash + 1 : target;
	uint64_t uid = 0;

	if (slash && (!str_number_n(target, (size_t)(slash - target), 10, UINT32_MAX - 1, &uid) || uid == NO_USER_16 ||
		(target[0] == '0' && slash > target + 1)))
		return false;
	if (!unit_name_is_valid(name) || strlen(target) > UNIT_NAME_MAX)
		return false;
	*ret_name = name;
	*ret_is_user = slash != NULL;
	*ret_uid = (unsigned)uid;
	return true;
}
