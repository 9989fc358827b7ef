/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *e, int code, const char *format, ...)
{
	va_list args;

	if (!e)
		return code;
	e->code = code;
	e->hint[0] = '\0';
	va_start(args, format);
	(void)vsnprintf(e->what, sizeof(e->what), format, args);
	va_end(args);
	return code;
}

int err_add(struct err *e, const char *format, ...)
{
	char front[512];
	char rest[sizeof(e->what)];
	va_list args;

	if (!e)
		return -EINVAL;
	va_start(args, format);
	(void)vsnprintf(front, sizeof(front), format, args);
	va_end(args);
	memcpy(rest, e->what, sizeof(rest));
	(void)snprintf(e->what, sizeof(e->what), "%.200s: %.300s", front, rest);
	return e->code;
}

int err_hint(struct err *e, const char *format, ...)
{
	va_list args;

	if (!e)
		return -EINVAL;
	va_start(args, format);
	(void)vsnprintf(e->hint, sizeof(e->hint), format, args);
	va_end(args);
	return e->code;
}

const char *err_name(int code)
{
	const char *name = strerrorname_np(code < 0 ? -code : code);

	return name ? name : "unknown error";
}
