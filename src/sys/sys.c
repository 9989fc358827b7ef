/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/sys.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

const char *sys_peek_file(const struct sys *s)
{
	return s->is_live ? "modalias" : "uevent";
}

void sys_peek(struct sys *s, const char *function, struct sys_peek *ret)
{
	char path[SYS_PATH];

	if (s->ops->peek) {
		s->ops->peek(s, function, ret);
		return;
	}
	ret->text_length = s->ops->read(s, sys_path(path, "sys/bus/pci/devices/%s/%s", function, sys_peek_file(s)),
	    ret->text, sizeof(ret->text));
	if (s->is_live)
		ret->driver_error = s->ops->link(
		    s, sys_path(path, "sys/bus/pci/devices/%s/driver", function), ret->driver, sizeof(ret->driver));
	ret->group_error = s->ops->link(
	    s, sys_path(path, "sys/bus/pci/devices/%s/iommu_group", function), ret->group, sizeof(ret->group));
}

char *sys_text(struct sys *s, struct arena *mem, const char *path, int *ret_code)
{
	char buf[SYS_TEXT + 1];
	int n = s->ops->read(s, path, buf, sizeof(buf));

	if (n >= 0 && strlen(buf) != (size_t)n)
		n = -EILSEQ;
	if (ret_code)
		*ret_code = n < 0 ? n : 0;
	if (n < 0)
		return NULL;
	str_chomp(buf);
	return arena_strdup(mem, buf);
}

int sys_lines(struct sys *s, const char *path, sys_each *each, void *data)
{
	enum { MOST = 64 * 1024 };
	char *text, *rest;
	int r;

	if (s->ops->lines)
		return s->ops->lines(s, path, each, data);
	text = malloc(MOST);
	if (!text)
		return -ENOMEM;
	r = s->ops->read(s, path, text, MOST);
	rest = text;
	if (r > 0)
		r = 0;
	for (char *line; r == 0 && (line = strsep(&rest, "\n")) && (*line || rest);)
		r = each(data, line);
	free(text);
	return r;
}

char *sys_link_base(struct sys *s, struct arena *mem, const char *path)
{
	char buf[SYS_PATH];

	if (s->ops->link(s, path, buf, sizeof(buf)) < 0)
		return NULL;
	return arena_strdup(mem, str_base(buf));
}

const char *sys_path(char buf[SYS_PATH], const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(buf, SYS_PATH, format, args);
	va_end(args);
	/* A name out of a directory may be 255 bytes long; what does not fit names nothing we know. */
	if (n < 0 || n >= SYS_PATH)
		buf[0] = '\0';
	return buf;
}

uint64_t process_start(struct sys *s, struct arena *mem, int pid)
{
	char path[SYS_PATH];
	char *text = sys_text(s, mem, sys_path(path, "proc/%d/stat", pid), NULL);
	char *field = text ? strrchr(text, ')') : NULL;
	uint64_t start;

	/* proc(5): comm, field 2, may hold blanks and parentheses; field 3 follows the last one. */
	for (int i = 2; field && i < 22; i++) {
		field = strchr(field, ' ');
		field = field ? field + 1 : NULL;
	}
	if (!field)
		return 0;
	return str_number_n(field, strcspn(field, " "), 10, UINT64_MAX, &start) ? start : 0;
}
