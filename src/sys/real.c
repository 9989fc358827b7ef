/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/real.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/str.h"

int sys_real_openat(const struct sys_real *s, const char *path, int flags)
{
	/* openat2 refuses O_PATH beside what O_PATH ignores. */
	int all = flags | O_CLOEXEC | (flags & O_PATH ? 0 : O_NOCTTY);
	struct open_how how = {
	    .flags = (uint64_t)all,
	    .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	enum { TRIES = 1000 };
	int fd;

	if (*path == '\0')
		return -ENAMETOOLONG;
	if (s->sys.is_live)
		fd = openat(s->root, path, all);
	else
		fd = (int)syscall(SYS_openat2, s->root, path, &how, sizeof(how));
	/* Any rename or mount on the whole machine, while a ".." of a link is followed, makes it EAGAIN (openat2(2)); a
	 * package manager at work does so all the time. */
	for (int i = 0; fd < 0 && errno == EAGAIN && !s->sys.is_live && i < TRIES; i++)
		fd = (int)syscall(SYS_openat2, s->root, path, &how, sizeof(how));
	return fd < 0 ? -errno : fd;
}

/* A recorded host may hold a FIFO or a device node where a file should be: not even opened, for opening some nodes
 * acts already. */
static int open_recorded(const struct sys_real *s, const char *path)
{
	cleanup_close int seen = sys_real_openat(s, path, O_PATH);
	char again[64];
	struct stat st;
	int fd;

	if (seen < 0)
		return seen;
	if (fstat(seen, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	(void)snprintf(again, sizeof(again), "/proc/self/fd/%d", seen);
	fd = open(again, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int open_regular(struct sys *sys, const char *path, struct stat *ret_stat)
{
	const struct sys_real *s = (const struct sys_real *)sys;
	cleanup_close int fd = sys->is_live ? sys_real_openat(s, path, O_RDONLY | O_NONBLOCK) : open_recorded(s, path);

	if (fd < 0 || !ret_stat)
		return TAKE(fd, -1);
	if (fstat(fd, ret_stat) < 0)
		return -errno;
	return S_ISREG(ret_stat->st_mode) ? TAKE(fd, -1) : -EINVAL;
}

static int read_all(int fd, char *buf, size_t size, bool is_short_read_the_end)
{
	size_t used = 0;

	for (;;) {
		ssize_t n = read(fd, buf + used, size - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		used += (size_t)n;
		if (used == size)
			return -EFBIG;
		/* An attribute comes in one piece, and a regular file's short read is its end: asking again
		 * would be half of all system calls. */
		if (is_short_read_the_end)
			break;
	}
	buf[used] = '\0';
	return (int)used;
}

int sys_write_fd(int fd, const char *text)
{
	for (size_t length = strlen(text); length > 0;) {
		ssize_t n = write(fd, text, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		length -= (size_t)n;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

int sys_read_fd(int fd, char *buf, size_t size)
{
	return read_all(fd, buf, size, false);
}

static int real_read(struct sys *sys, const char *path, char *buf, size_t size)
{
	cleanup_close int fd = open_regular(sys, path, NULL);

	return fd < 0 ? fd : read_all(fd, buf, size, size <= SYS_TEXT + 1);
}

static int real_lines(struct sys *sys, const char *path, sys_each *each, void *data)
{
	cleanup_close int fd = open_regular(sys, path, NULL);
	char buf[SYS_TEXT + 1];
	size_t used = 0;
	bool is_cut = false; /* the rest of this line is passed over */
	int r = fd < 0 ? fd : 0;

	while (r == 0) {
		ssize_t n = read(fd, buf + used, SYS_TEXT - used);
		char *line = buf, *end;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		used += (size_t)n;
		buf[used] = '\0';
		for (; r == 0 && (end = memchr(line, '\n', (size_t)(buf + used - line))); line = end + 1) {
			*end = '\0';
			if (!is_cut)
				r = each(data, line);
			is_cut = false;
		}
		used = (size_t)(buf + used - line);
		memmove(buf, line, used + 1);
		if (r != 0 || (n > 0 && used < SYS_TEXT))
			continue;
		if (used > 0 && !is_cut)
			r = each(data, buf);
		is_cut = true;
		used = 0;
		if (n == 0)
			break;
	}
	return r;
}

static int real_read_part(struct sys *sys, const char *path, uint64_t offset, char *buf, size_t size)
{
	cleanup_close int fd = open_regular(sys, path, NULL);
	size_t used = 0;

	if (fd < 0)
		return fd;
	while (used < size) {
		ssize_t n = pread(fd, buf + used, size - used, (off_t)(offset + used));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		used += (size_t)n;
	}
	return (int)used;
}

static int real_device(struct sys *sys, const char *path, struct sys_device *ret)
{
	struct statx st;

	/* A recorded host's nodes are none of this machine's. */
	if (!sys->is_live)
		return 0;
	/* Links of /proc lead into other file systems too; one whose server does not answer is not waited for. */
	if (statx(((struct sys_real *)sys)->root, path, AT_STATX_DONT_SYNC, STATX_TYPE, &st) < 0)
		return -errno;
	if (!S_ISBLK(st.stx_mode) && !S_ISCHR(st.stx_mode))
		return 0;
	*ret = (struct sys_device){S_ISBLK(st.stx_mode), st.stx_rdev_major, st.stx_rdev_minor};
	return 1;
}

static int real_read_own(struct sys *sys, const char *path, char *buf, size_t size)
{
	struct stat st;
	cleanup_close int fd = open_regular(sys, path, &st);

	if (fd < 0)
		return fd;
	if (st.st_uid != geteuid() || (st.st_mode & 022) != 0 || st.st_nlink != 1)
		return -EPERM;
	return read_all(fd, buf, size, false);
}

static int real_link(struct sys *sys, const char *path, char *buf, size_t size)
{
	struct sys_real *s = (struct sys_real *)sys;
	ssize_t n;

	if (*path == '\0')
		return -ENAMETOOLONG;
	if (sys->is_live) {
		n = readlinkat(s->root, path, buf, size - 1);
	} else {
		/* The link itself, reached without leaving the root. */
		cleanup_close int fd = sys_real_openat(s, path, O_PATH | O_NOFOLLOW);

		if (fd < 0)
			return fd;
		n = readlinkat(fd, "", buf, size - 1);
		if (n < 0 && errno == ENOENT)
			return -EINVAL; /* readlinkat(2): not a symbolic link */
	}
	if (n < 0)
		return -errno;
	buf[n] = '\0';
	return 0;
}

static int peek_text(struct sys *sys, int folder, char *buf, size_t size)
{
	const char *name = sys_peek_file(sys);
	cleanup_close int fd = -1;
	struct stat st;

	if (!sys->is_live && fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (!sys->is_live && !S_ISREG(st.st_mode))
		return -EINVAL;
	fd = openat(folder, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return read_all(fd, buf, size, true);
}

static int peek_link(int folder, const char *name, char buf[SYS_PATH])
{
	ssize_t n = readlinkat(folder, name, buf, SYS_PATH - 1);

	if (n < 0)
		return -errno;
	buf[n] = '\0';
	return 0;
}

static void real_peek(struct sys *sys, const char *function, struct sys_peek *ret)
{
	char path[SYS_PATH];
	cleanup_close int folder = sys_real_openat(
	    (struct sys_real *)sys, sys_path(path, "sys/bus/pci/devices/%s", function), O_PATH | O_DIRECTORY);

	ret->text_length = ret->driver_error = ret->group_error = folder;
	if (folder < 0)
		return;
	ret->text_length = peek_text(sys, folder, ret->text, sizeof(ret->text));
	if (sys->is_live)
		ret->driver_error = peek_link(folder, "driver", ret->driver);
	ret->group_error = peek_link(folder, "iommu_group", ret->group);
}

static int real_list(struct sys *sys, const char *path, sys_each *each, void *data)
{
	int fd = sys_real_openat((struct sys_real *)sys, path, O_RDONLY | O_DIRECTORY);
	struct dirent *entry;
	DIR *dir;
	int r = 0;

	if (fd < 0)
		return fd;
	dir = fdopendir(fd);
	if (!dir) {
		r = -errno;
		(void)close(fd);
		return r;
	}
	for (errno = 0; r == 0 && (entry = readdir(dir));) {
		if (str_eq(entry->d_name, ".") || str_eq(entry->d_name, ".."))
			continue;
		r = each(data, entry->d_name);
		errno = 0;
	}
	if (r == 0 && errno != 0)
		r = -errno;
	(void)closedir(dir);
	return r;
}

static int real_exists(struct sys *sys, const char *path)
{
	cleanup_close int fd = sys_real_openat((struct sys_real *)sys, path, O_PATH);

	if (fd >= 0)
		return 1;
	return fd == -ENOENT || fd == -ENOTDIR ? 0 : fd;
}

static int real_group_viable(struct sys *sys, const char *node)
{
	struct vfio_group_status status = {.argsz = sizeof(status)};
	cleanup_close int fd = sys_real_openat((struct sys_real *)sys, node, O_RDWR);

	if (fd < 0)
		return fd;
	if (ioctl(fd, VFIO_GROUP_GET_STATUS, &status) < 0)
		return -errno;
	return (status.flags & VFIO_GROUP_FLAGS_VIABLE) != 0;
}

static int64_t real_now_ms(struct sys *sys)
{
	struct timespec t;

	(void)sys;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int real_space(struct sys *sys, const char *path, struct sys_space *ret)
{
	cleanup_close int fd = sys_real_openat((struct sys_real *)sys, path, O_PATH);
	struct statvfs fs;
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0 || fstatvfs(fd, &fs) < 0)
		return -errno;
	*ret = (struct sys_space){.size_bytes = (uint64_t)st.st_size, .free_bytes = (uint64_t)fs.f_bavail * fs.f_frsize};
	return 0;
}

static int real_changed(struct sys *sys, const char *path, int64_t *ret)
{
	cleanup_close int fd = sys_real_openat((struct sys_real *)sys, path, O_PATH);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISREG(st.st_mode) && st.st_size == 0)
		return -ENODATA;
	*ret = (int64_t)st.st_mtim.tv_sec;
	return 0;
}

static int64_t real_clock_s(struct sys *sys)
{
	(void)sys;
	return (int64_t)time(NULL);
}

static int real_sleep_ms(struct sys *sys, unsigned ms)
{
	struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};

	(void)sys;
	(void)nanosleep(&t, NULL);
	return 0;
}

static const struct sys_ops real_ops = {
    .space = real_space,
    .changed = real_changed,
    .read = real_read,
    .peek = real_peek,
    .read_own = real_read_own,
    .lines = real_lines,
    .read_part = real_read_part,
    .device = real_device,
    .routes = sys_routes_each,
    .link = real_link,
    .list = real_list,
    .exists = real_exists,
    .poke = sys_writer_poke,
    .is_busy = sys_writer_is_busy,
    .is_claimed = sys_disk_is_claimed,
    .signature = sys_disk_signature,
    .group_viable = real_group_viable,
    .put = sys_state_put,
    .rename = sys_state_rename,
    .remove = sys_state_remove,
    .make_dir = sys_state_make_dir,
    .file_get = sys_file_get,
    .file_put = sys_file_put,
    .file_edit = sys_file_edit,
    .file_remove = sys_file_remove,
    .file_tidy = sys_file_tidy,
    .lock = sys_state_lock,
    .unlock = sys_state_unlock,
    .is_locked = sys_state_is_locked,
    .find_tool = sys_tool_find,
    .run_tool = sys_tool_run,
    .find_command = sys_command_find,
    .run = sys_command_run,
    .linger = sys_command_linger,
    .module_chain = sys_modules_chain,
    .module_for = sys_modules_for,
    .module_load = sys_modules_load,
    .module_unload = sys_modules_unload,
    .unit_active = sys_units_active,
    .unit_set = sys_units_set,
    .system_state = sys_units_system_state,
    .run_transient = sys_units_run_transient,
    .transient_ended = sys_units_transient_ended,
    .signal_process = sys_command_signal,
    .set_interface = sys_set_interface,
    .find_user = sys_users_find,
    .access_get = sys_access_get,
    .access_set = sys_access_set,
    .log = sys_log,
    .each_logged = sys_each_logged,
    .become_nobody = sys_become_nobody,
    .now_ms = real_now_ms,
    .clock_s = real_clock_s,
    .sleep_ms = real_sleep_ms,
};

int sys_real_open(struct sys_real *s, const char *root_path, struct err *e)
{
	struct stat st, slash;

	*s = (struct sys_real){.sys = {.ops = &real_ops, .write_limit_ms = SYS_WRITE_LIMIT_MS, .unit_limit_ms = SYS_UNIT_LIMIT_MS}};
	s->root = open(root_path ? root_path : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (s->root < 0)
		return err_set(e, -errno, "cannot open %s as a root directory: %s", root_path, strerror(errno));
	/* "--root /." is this host as well: compared by what it is, not by how it is spelled. */
	s->sys.is_live = !root_path ||
	    (fstat(s->root, &st) == 0 && stat("/", &slash) == 0 && st.st_dev == slash.st_dev && st.st_ino == slash.st_ino);
	s->sys.may_write = s->sys.is_live && geteuid() == 0;
	s->sys.is_parallel = true;
	s->sys.pid = getpid();
	return 0;
}

void sys_real_close(struct sys_real *s)
{
	if (s->root >= 0)
		(void)close(s->root);
	s->root = -1;
}
