/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asking a block device itself: who holds it, what is on it. */
#include <blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/library.h"
#include "base/str.h"
#include "sys/real.h"

static struct {
	__typeof__(blkid_new_probe) *new;
	__typeof__(blkid_free_probe) *free;
	__typeof__(blkid_probe_set_device) *set_device;
	__typeof__(blkid_probe_enable_partitions) *enable_partitions;
	__typeof__(blkid_do_safeprobe) *probe;
	__typeof__(blkid_probe_lookup_value) *lookup;
} bl;

/* Never waits for a medium, and opens nothing but block devices: opening others may act. */
static int open_disk(struct sys *sys, const char *node, int flags)
{
	const struct sys_real *s = (const struct sys_real *)sys;
	struct stat st;

	if (!sys->is_live)
		return -EROFS;
	if (fstatat(s->root, node, &st, 0) < 0)
		return -errno;
	if (!S_ISBLK(st.st_mode))
		return -ENOTBLK;
	return sys_real_openat(s, node, O_RDONLY | O_NONBLOCK | flags);
}

int sys_disk_is_claimed(struct sys *s, const char *node)
{
	cleanup_close int fd = open_disk(s, node, O_EXCL);

	if (fd == -EBUSY)
		return 1;
	return fd == -ENOMEDIUM || fd >= 0 ? 0 : fd;
}

static int describe(blkid_probe probe, char *buf, size_t size)
{
	int r = bl.probe(probe);
	const char *value;

	if (r == 1)
		return 0;
	if (r == -2)
		return snprintf(buf, size, "several signatures") < 0 ? -EIO : 1;
	if (r != 0)
		return -EIO;
	if (bl.lookup(probe, "TYPE", &value, NULL) == 0)
		return snprintf(buf, size, "%s", value) < 0 ? -EIO : 1;
	if (bl.lookup(probe, "PTTYPE", &value, NULL) == 0)
		return snprintf(buf, size, "%s partition table", value) < 0 ? -EIO : 1;
	return 0;
}

int sys_disk_signature(struct sys *s, const char *node, char *buf, size_t size)
{
	static const struct library_symbol symbols[] = {
	    {"blkid_new_probe", (void **)&bl.new},
	    {"blkid_free_probe", (void **)&bl.free},
	    {"blkid_probe_set_device", (void **)&bl.set_device},
	    {"blkid_probe_enable_partitions", (void **)&bl.enable_partitions},
	    {"blkid_do_safeprobe", (void **)&bl.probe},
	    {"blkid_probe_lookup_value", (void **)&bl.lookup},
	};
	cleanup_close int fd = open_disk(s, node, 0);
	blkid_probe probe;
	int r = -EIO;

	if (fd < 0)
		return fd == -ENOMEDIUM ? 0 : fd;
	if (!bl.new && !library_load("libblkid.so.1", symbols, ARRAY_LEN(symbols)))
		return -ENOSYS;
	probe = bl.new();
	if (!probe)
		return -ENOMEM;
	/* Superblocks are looked for as a matter of course. */
	errno = 0;
	if (bl.set_device(probe, fd, 0, 0) == 0 && bl.enable_partitions(probe, 1) == 0)
		r = describe(probe, buf, size);
	else if (errno == ENOMEDIUM)
		r = 0;
	bl.free(probe);
	return r;
}
