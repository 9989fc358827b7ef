/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Owner, group and mode of a device node. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "sys/real.h"

/* What is looked at is what is changed: one descriptor for both, which opens nothing and follows no link. */
static int open_node(struct sys *s, const char *node, struct stat *ret)
{
	cleanup_close int fd = -1;

	if (!s->is_live)
		return -EXDEV; /* a recorded host's nodes are none of this machine's */
	fd = sys_real_openat((struct sys_real *)s, node, O_PATH | O_NOFOLLOW);
	if (fd < 0)
		return fd;
	if (fstat(fd, ret) < 0)
		return -errno;
	return S_ISCHR(ret->st_mode) ? TAKE(fd, -1) : -ENOTTY;
}

int sys_access_get(struct sys *s, const char *node, struct access *ret, struct sys_device *ret_device)
{
	struct stat st;
	cleanup_close int fd = open_node(s, node, &st);

	if (fd < 0)
		return fd;
	*ret = (struct access){st.st_uid, st.st_gid, st.st_mode & 07777};
	*ret_device = (struct sys_device){false, major(st.st_rdev), minor(st.st_rdev)};
	return 0;
}

int sys_access_set(struct sys *s, const char *node, const struct access *want)
{
	char again[64];
	struct stat st;
	cleanup_close int fd = open_node(s, node, &st);

	if (fd < 0)
		return fd;
	if (fchownat(fd, "", want->uid, want->gid, AT_EMPTY_PATH) < 0)
		return -errno;
	/* fchmod(2) refuses descriptors like this one, and fchmodat2(2) is of Linux 6.6. */
	(void)snprintf(again, sizeof(again), "/proc/self/fd/%d", fd);
	return chmod(again, want->mode) < 0 ? -errno : 0;
}
