/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's own log: of the running host from its ring buffer (Documentation/ABI/testing/dev-kmsg), of a recorded one
 * from a file with what was read there, or with what dmesg printed.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/str.h"
#include "sys/real.h"
#include "sys/recorded.h"

enum { LONGEST_RECORD = 8192, MOST_RECORDS = 1 << 20, MOST_RECORDED = 16 * 1024 * 1024 };

/* The number in front is facility * 8 + level. What programs write into the buffer has never the kernel's facility, 0
 * (kernel/printk/printk.c, devkmsg_write). */
static bool is_of_kernel(const char *record)
{
	uint64_t number;

	return str_number_n(record, strspn(record, "0123456789"), 10, UINT32_MAX, &number) && number < 8;
}

/* "6,339,5140900,-;text\n KEY=value\n…" */
static int tell(char *record, sys_each_entry *each, void *data)
{
	char *text = strchr(record, ';');

	if (!text)
		return 0;
	text[1 + strcspn(text + 1, "\n")] = '\0';
	return each(data, &(struct sys_logged){text + 1, "/dev/kmsg", is_of_kernel(record)});
}

int sys_each_kmsg(struct sys *s, sys_each_entry *each, void *data)
{
	cleanup_close int fd = -1;
	char record[LONGEST_RECORD + 1];

	if (!s->is_live)
		return -EXDEV;
	fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return errno == EPERM ? -EACCES : -errno;
	for (int i = 0; i < MOST_RECORDS; i++) {
		ssize_t n = read(fd, record, LONGEST_RECORD);
		int r;

		if (n < 0 && errno == EPIPE)
			continue; /* overwritten while we read: the next one is there */
		if (n <= 0)
			return n == 0 || errno == EAGAIN ? 0 : errno == EPERM ? -EACCES : -errno;
		record[n] = '\0';
		r = tell(record, each, data);
		if (r != 0)
			return r;
	}
	return 0;
}

/* ---- of a recorded host ---- */

struct telling {
	const char *file;
	sys_each_entry *each;
	void *data;
	size_t n_bytes;
};

/* Behind what the ring buffer puts before a text, where it was kept as it came: "6,339,5140900,-;". */
static const char *text_of(const char *line)
{
	const char *at = line;

	for (int i = 0; i < 3; i++) {
		size_t n = strspn(at, "0123456789");

		if (n == 0 || at[n] != ',')
			return line;
		at += n + 1;
	}
	at += strcspn(at, ";");
	return *at == ';' ? at + 1 : line;
}

/* " SUBSYSTEM=pci" goes with the record above it. */
static bool is_property(const char *line)
{
	size_t n = *line == ' ' ? strspn(line + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") : 0;

	return n > 0 && line[1 + n] == '=';
}

static int tell_recorded(void *data, const char *line)
{
	struct telling *t = data;
	const char *text = text_of(line);

	t->n_bytes += strlen(line) + 1;
	if (t->n_bytes > MOST_RECORDED || is_property(line))
		return t->n_bytes > MOST_RECORDED;
	return t->each(t->data, &(struct sys_logged){text, t->file, text == line || is_of_kernel(line)});
}

int sys_each_recorded(struct sys *s, sys_each_entry *each, void *data)
{
	/* The second is written at each boot, so it is of the boot that was recorded, if one was. */
	static const struct {
		const char *path, *witness, *name;
	} files[] = {{"dev/kmsg", "dev/kmsg", "/dev/kmsg"}, {"var/log/dmesg", "proc/cmdline", "/var/log/dmesg"}};
	int r = -EXDEV;

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		struct telling t = {files[i].name, each, data, 0};

		if (s->ops->exists(s, files[i].witness) <= 0 || s->ops->exists(s, files[i].path) <= 0)
			continue;
		r = sys_lines(s, files[i].path, tell_recorded, &t);
		if (r >= 0 || t.n_bytes > 0)
			return t.n_bytes > MOST_RECORDED ? 0 : r;
		r = r == -EPERM ? -EACCES : r == -EACCES ? r : -EXDEV;
	}
	return r;
}
