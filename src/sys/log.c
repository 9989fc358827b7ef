/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The system's log, to journald by its own socket. Not by sd_journal_sendv(3): that waits, without limit, where
 * journald does not read any more, eleven entries long by the kernel's default (net.unix.max_dgram_qlen). A change
 * must not wait for whoever writes it down.
 */
#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "sys/real.h"
#include "text/log_entry.h"

int sys_log(struct sys *s, const struct log_field *fields, size_t n)
{
	static const struct sockaddr_un journald = {.sun_family = AF_UNIX, .sun_path = "/run/systemd/journal/socket"};
	cleanup_arena struct arena mem = {0};
	cleanup_close int fd = -1;
	const char *entry;
	size_t length;

	if (!s->is_live)
		return -EXDEV;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	length = log_entry_format(&mem, fields, n, &entry);
	if (sendto(fd, entry, length, MSG_NOSIGNAL | MSG_DONTWAIT, (const struct sockaddr *)&journald, sizeof(journald)) < 0)
		return -errno;
	return 0;
}
