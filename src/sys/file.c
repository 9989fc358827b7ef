/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lasting files of passthru's, which others may read. Every folder on the way is opened by itself and no link is
 * followed, so that what is written to is what was looked at. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/str.h"
#include "sys/real.h"

static bool is_trusted(const struct sys *s, const struct stat *st)
{
	/* A recorded host's files belong to whoever unpacked them. */
	return !s->is_live || (st->st_uid == 0 && (st->st_mode & 022) == 0);
}

static int sync_fd(int fd)
{
	return fsync(fd) < 0 ? -errno : 0;
}

/* Others must be able to read it, whatever the umask; and it must be there after a power cut. */
static int make_folder(int parent, const char *name)
{
	cleanup_close int fd = -1;

	if (mkdirat(parent, name, 0755) < 0)
		return errno == EEXIST ? 0 : -errno;
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fchmod(fd, 0755) < 0)
		return -errno;
	return sync_fd(parent);
}

/* The folder of path; *ret_is_trusted: all on the way to it are. Only what lies below makes is made. */
static int open_folder(struct sys *s, const char *path, bool makes, bool *ret_is_trusted, const char **ret_name)
{
	cleanup_close int at = sys_real_openat((struct sys_real *)s, ".", O_RDONLY | O_DIRECTORY);
	const char *name = path;

	*ret_is_trusted = true;
	for (const char *slash = strchr(path, '/'); at >= 0 && slash; slash = strchr(name, '/')) {
		char part[256];
		struct stat st;
		int next, r;

		if (slash == name || (size_t)(slash - name) >= sizeof(part))
			return -EINVAL;
		(void)snprintf(part, sizeof(part), "%.*s", (int)(slash - name), name);
		if (str_eq(part, "..") || str_eq(part, "."))
			return -EINVAL;
		next = openat(at, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0 && errno == ENOENT && makes && *ret_is_trusted) {
			r = make_folder(at, part);
			if (r < 0)
				return r;
			next = openat(at, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		}
		if (next < 0)
			return -errno;
		(void)close(at);
		at = next;
		if (fstat(at, &st) < 0)
			return -errno;
		*ret_is_trusted &= is_trusted(s, &st);
		name = slash + 1;
	}
	*ret_name = name;
	if (*name == '\0' || str_eq(name, ".") || str_eq(name, ".."))
		return -EINVAL;
	return TAKE(at, -1);
}

int sys_file_get(struct sys *s, const char *path, char *buf, size_t size, struct sys_file *ret)
{
	cleanup_close int file = -1;
	const char *name;
	struct stat st;
	bool is_safe;
	cleanup_close int folder = open_folder(s, path, false, &is_safe, &name);

	if (folder < 0)
		return folder;
	/* Looked at before it is opened: to open some nodes acts already. */
	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return S_ISLNK(st.st_mode) ? -ELOOP : -EINVAL;
	file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (file < 0 || fstat(file, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	*ret = (struct sys_file){
	    .is_trusted = is_safe && is_trusted(s, &st) && (!s->is_live || st.st_nlink == 1), .mode = st.st_mode & 07777};
	return sys_read_fd(file, buf, size);
}

static int write_new(int fd, const char *text)
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
	/* Last, so that nobody reads a part of it, whatever the umask. */
	if (fchmod(fd, 0644) < 0)
		return -errno;
	return sync_fd(fd);
}

/* The name in between, which no reader takes for a file of ours. */
static bool make_temporary_name(char buf[256], const char *name)
{
	return snprintf(buf, 256, "%s.new", name) < 256;
}

int sys_file_put(struct sys *s, const char *path, const char *text)
{
	cleanup_close int file = -1;
	char temporary[256];
	const char *name;
	bool is_safe;
	int r;
	cleanup_close int folder = open_folder(s, path, true, &is_safe, &name);

	if (folder < 0)
		return folder;
	if (!is_safe)
		return -EPERM;
	if (!make_temporary_name(temporary, name))
		return -ENAMETOOLONG;
	/* One writer has the lock, so a left-over is our own. */
	if (unlinkat(folder, temporary, 0) < 0 && errno != ENOENT)
		return -errno;
	file = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (file < 0)
		return -errno;
	r = write_new(file, text);
	if (r == 0 && renameat(folder, temporary, folder, name) < 0)
		r = -errno;
	if (r < 0) {
		(void)unlinkat(folder, temporary, 0);
		return r;
	}
	return sync_fd(folder);
}

static int remove_in_folder(struct sys *s, const char *path, bool is_temporary)
{
	char temporary[256];
	const char *name;
	bool is_safe;
	cleanup_close int folder = open_folder(s, path, false, &is_safe, &name);

	if (folder < 0)
		return folder;
	if (!is_safe)
		return -EPERM;
	if (is_temporary && !make_temporary_name(temporary, name))
		return -ENAMETOOLONG;
	if (unlinkat(folder, is_temporary ? temporary : name, 0) < 0)
		return -errno;
	return sync_fd(folder);
}

int sys_file_remove(struct sys *s, const char *path)
{
	return remove_in_folder(s, path, false);
}

int sys_file_tidy(struct sys *s, const char *path)
{
	int r = remove_in_folder(s, path, true);

	return r == -ENOENT ? 0 : r;
}
