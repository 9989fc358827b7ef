/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/log_entry.h"

#include <string.h>

enum { LONGEST_NAME = 64, LONGEST_VALUE = 4096 };

static bool is_name(const char *s)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	size_t length = strlen(s);

	/* A "_" in front is for what journald itself knows to be true. */
	return length > 0 && length <= LONGEST_NAME && *s >= 'A' && *s <= 'Z' && strspn(s, letters) == length;
}

static size_t value_length(const char *value)
{
	size_t length = strlen(value);

	return length < LONGEST_VALUE ? length : LONGEST_VALUE;
}

static char *put(char *p, const void *bytes, size_t n)
{
	memcpy(p, bytes, n);
	return p + n;
}

/* "NAME=value\n"; with a newline in it "NAME\n", its length as 64 bits, least byte first, "value\n". So no value reads
 * as a field of its own. */
static char *put_field(char *p, const struct log_field *f)
{
	size_t length = value_length(f->value);

	p = put(p, f->name, strlen(f->name));
	if (memchr(f->value, '\n', length)) {
		*p++ = '\n';
		for (unsigned i = 0; i < 8; i++)
			*p++ = (char)(length >> 8 * i);
	} else {
		*p++ = '=';
	}
	p = put(p, f->value, length);
	*p++ = '\n';
	return p;
}

size_t log_entry_format(struct arena *mem, const struct log_field *fields, size_t n, const char **ret)
{
	size_t room = 1;
	char *text, *p;

	for (size_t i = 0; i < n; i++)
		if (fields[i].value && is_name(fields[i].name))
			room += strlen(fields[i].name) + value_length(fields[i].value) + 10;
	p = text = arena_alloc(mem, room);
	for (size_t i = 0; i < n; i++)
		if (fields[i].value && is_name(fields[i].name))
			p = put_field(p, &fields[i]);
	*ret = text;
	return (size_t)(p - text);
}
