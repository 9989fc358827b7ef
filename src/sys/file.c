/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lasting files of passthru's, which others may read. Every folder on the way is opened by itself and no link is
 * followed, so that what is written to is what was looked at. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

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

/* The name in between: nobody else's, and none that a program which runs or reads a whole folder takes. */
static bool make_temporary_name(char buf[256], const char *name)
{
	return snprintf(buf, 256, ".%s.passthru-new", name) < 256;
}

/* What the file that is replaced was: its owner and attributes (SELinux's label, an ACL), where the file system has
 * them. A label that cannot be given is an error: the file might not be read again. */
static int copy_attributes(int from, int to, const struct stat *st)
{
	char names[4096], value[4096];
	ssize_t length = flistxattr(from, names, sizeof(names));

	if ((st->st_uid != 0 || st->st_gid != 0) && fchown(to, st->st_uid, st->st_gid) < 0)
		return -errno;
	for (ssize_t at = 0; at < length; at += (ssize_t)strlen(names + at) + 1) {
		ssize_t size = fgetxattr(from, names + at, value, sizeof(value));

		if (size < 0 || fsetxattr(to, names + at, value, (size_t)size, 0) < 0)
			return -errno;
	}
	return length < 0 && errno != ENOTSUP ? -errno : 0;
}

/* Mode and attributes last, so that nobody reads a part of it, whatever the umask. */
static int write_new(int fd, const char *text, unsigned mode, int model, const struct stat *st)
{
	int r = sys_write_fd(fd, text);

	if (r == 0 && model >= 0)
		r = copy_attributes(model, fd, st);
	if (r == 0 && fchmod(fd, mode) < 0)
		r = -errno;
	return r < 0 ? r : sync_fd(fd);
}

/* model: the file whose attributes it gets, -1: none. */
static int replace(int folder, const char *name, const char *text, unsigned mode, int model, const struct stat *st)
{
	cleanup_close int file = -1;
	char temporary[256];
	int r;

	if (!make_temporary_name(temporary, name))
		return -ENAMETOOLONG;
	/* One writer has the lock, so a left-over is our own. */
	if (unlinkat(folder, temporary, 0) < 0 && errno != ENOENT)
		return -errno;
	file = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (file < 0)
		return -errno;
	r = write_new(file, text, mode, model, st);
	if (r == 0 && renameat(folder, temporary, folder, name) < 0)
		r = -errno;
	if (r < 0) {
		(void)unlinkat(folder, temporary, 0);
		return r;
	}
	return sync_fd(folder);
}

int sys_file_put(struct sys *s, const char *path, const char *text, unsigned mode)
{
	const char *name;
	bool is_safe;
	cleanup_close int folder = open_folder(s, path, true, &is_safe, &name);

	if (folder < 0)
		return folder;
	return is_safe ? replace(folder, name, text, mode, -1, NULL) : -EPERM;
}

int sys_file_edit(struct sys *s, const char *path, const char *text)
{
	cleanup_close int file = -1;
	const char *name;
	struct stat st;
	bool is_safe;
	cleanup_close int folder = open_folder(s, path, false, &is_safe, &name);

	if (folder < 0)
		return folder;
	file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (file < 0 || fstat(file, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (!is_safe || !is_trusted(s, &st) || st.st_nlink != 1)
		return -EPERM;
	return replace(folder, name, text, st.st_mode & 07777, file, &st);
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
