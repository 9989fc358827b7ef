/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's own log, from its ring buffer (Documentation/ABI/testing/dev-kmsg). */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "sys/real.h"

enum { LONGEST_RECORD = 8192, MOST_RECORDS = 1 << 20 };

/* "6,339,5140900,-;text\n KEY=value\n…" */
static int tell(char *record, sys_each *each, void *data)
{
	char *text = strchr(record, ';');

	if (!text)
		return 0;
	text[1 + strcspn(text + 1, "\n")] = '\0';
	return each(data, text + 1);
}

int sys_each_kmsg(struct sys *s, sys_each *each, void *data)
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
