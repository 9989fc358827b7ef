/* SPDX-License-Identifier: GPL-2.0-or-later */
/* passthru's own files under /run/passthru: whole or not at all, and locks that die with their holder. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "sys/real.h"

static int root_of(struct sys *s)
{
	return ((struct sys_real *)s)->root;
}

/* A directory entry is only safe once its folder is on disk; on the tmpfs of /run it costs nothing. */
static int sync_folder(struct sys *s, const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[SYS_PATH];
	cleanup_close int fd = -1;

	if (!slash)
		return 0;
	(void)sys_path(folder, "%.*s", (int)(slash - path), path);
	fd = openat(root_of(s), folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		return -errno;
	return 0;
}

int sys_state_put(struct sys *s, const char *path, const char *text)
{
	char temporary[SYS_PATH];
	cleanup_close int fd = -1;
	int r;

	(void)sys_path(temporary, "%s.new", path);
	/* The folder is ours alone (0700) and one writer holds the lock, so a left-over is our own. */
	if (unlinkat(root_of(s), temporary, 0) < 0 && errno != ENOENT)
		return -errno;
	fd = openat(root_of(s), temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	r = sys_write_fd(fd, text);
	if (r == 0 && renameat(root_of(s), temporary, root_of(s), path) < 0)
		r = -errno;
	if (r < 0) {
		(void)unlinkat(root_of(s), temporary, 0);
		return r;
	}
	return sync_folder(s, path);
}

int sys_state_rename(struct sys *s, const char *from, const char *to)
{
	int r;

	if (renameat(root_of(s), from, root_of(s), to) < 0)
		return -errno;
	r = sync_folder(s, to);
	return r < 0 ? r : sync_folder(s, from);
}

int sys_state_remove(struct sys *s, const char *path)
{
	if (unlinkat(root_of(s), path, 0) < 0)
		return -errno;
	return sync_folder(s, path);
}

/* Somebody else's folder, or one that others may write, would let them stand in for our records and locks. */
static int check_own_folder(struct sys *s, const char *path)
{
	cleanup_close int fd = openat(root_of(s), path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	return st.st_uid == geteuid() && (st.st_mode & 022) == 0 ? 0 : -EPERM;
}

int sys_state_make_dir(struct sys *s, const char *path)
{
	char part[SYS_PATH];
	int r = 0;

	for (const char *slash = strchr(path, '/'); r == 0 && slash;) {
		slash = strchr(slash + 1, '/');
		(void)sys_path(part, "%.*s", slash ? (int)(slash - path) : (int)strlen(path), path);
		if (mkdirat(root_of(s), part, 0700) < 0 && errno != EEXIST)
			return -errno;
		r = check_own_folder(s, part);
	}
	return r;
}

static void read_holder(int fd, char *holder, size_t holder_size)
{
	ssize_t n = pread(fd, holder, holder_size - 1, 0);

	holder[n > 0 ? n : 0] = '\0';
}

/* Open file description locks, as busy locks are: they go with their holder, as those of flock(2) do, and unlike
 * those they can be asked about. */
int sys_state_lock(struct sys *s, const char *path, const char *text, char *holder, size_t holder_size)
{
	cleanup_close int fd = openat(root_of(s), path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	struct flock whole = {.l_type = F_WRLCK};

	if (fd < 0)
		return -errno;
	if (fcntl(fd, F_OFD_SETLK, &whole) < 0) {
		int code = errno == EACCES ? -EWOULDBLOCK : -errno;

		read_holder(fd, holder, holder_size);
		return code;
	}
	/* Who has it, for the message of whoever comes next; the lock itself is what counts. */
	if (ftruncate(fd, 0) < 0 || pwrite(fd, text, strlen(text), 0) < 0)
		return -errno;
	return TAKE(fd, -1);
}

void sys_state_unlock(struct sys *s, int handle)
{
	(void)s;
	if (handle >= 0)
		(void)close(handle);
}

int sys_state_is_locked(struct sys *s, const char *path, char *holder, size_t holder_size)
{
	struct flock whole = {.l_type = F_WRLCK};
	cleanup_close int fd = -1;

	if (!s->is_live)
		return -EXDEV;
	fd = openat(root_of(s), path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (fcntl(fd, F_OFD_GETLK, &whole) < 0)
		return -errno;
	if (whole.l_type == F_UNLCK)
		return 0;
	read_holder(fd, holder, holder_size);
	return 1;
}
