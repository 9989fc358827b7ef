/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/foreign.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/base.h"
#include "base/str.h"
#include "sys/real.h"

struct opening {
	struct arena *mem;
	struct foreign_file *files;
	size_t n;
};

static int add_file(struct opening *o, const char *name, int fd, struct err *e)
{
	if (o->n == FOREIGN_FILES) {
		(void)close(fd);
		return err_set(e, -E2BIG, "more than %d files", FOREIGN_FILES);
	}
	*ARENA_PUSH(o->mem, o->files, o->n) = (struct foreign_file){name, fd};
	return 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int open_folder(struct opening *o, const char *path, int folder, struct err *e)
{
	struct dirent **entries;
	int n = scandirat(folder, ".", &entries, is_shown, by_name), r = 0;

	if (n < 0)
		return err_set(e, -errno, "cannot list %s: %s", path, strerror(errno));
	for (int i = 0; i < n; i++) {
		/* O_NONBLOCK: a FIFO among them must not hold us. */
		int fd = r == 0 ? openat(folder, entries[i]->d_name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1;
		struct stat st;

		if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
			r = add_file(o, arena_printf(o->mem, "%s/%s", path, entries[i]->d_name), fd, e);
		else if (fd >= 0)
			(void)close(fd);
		else if (r == 0)
			r = err_set(e, -errno, "cannot open %s/%s: %s", path, entries[i]->d_name, strerror(errno));
		free(entries[i]);
	}
	free(entries);
	return r;
}

static int open_one(struct opening *o, const char *path, struct err *e)
{
	struct stat st;
	int fd, r;

	if (str_eq(path, "-"))
		return add_file(o, "standard input", STDIN_FILENO, e);
	fd = open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return err_set(e, -errno, "cannot open %s: %s", path, strerror(errno));
	if (fstat(fd, &st) < 0 || !S_ISDIR(st.st_mode))
		return add_file(o, path, fd, e);
	r = open_folder(o, path, fd, e);
	(void)close(fd);
	return r;
}

int foreign_open(struct arena *mem, const char *const *paths, size_t n_paths, struct foreign_file **ret, size_t *n_ret, struct err *e)
{
	struct opening o = {.mem = mem};
	int r = 0;

	for (size_t i = 0; r == 0 && i < n_paths; i++)
		r = open_one(&o, paths[i], e);
	if (r < 0) {
		foreign_close(o.files, o.n);
		return r;
	}
	*ret = o.files;
	*n_ret = o.n;
	return 0;
}

void foreign_close(struct foreign_file *files, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (files[i].fd > STDERR_FILENO)
			(void)close(files[i].fd);
}

int foreign_drop_root(struct err *e)
{
	int r = sys_become_nobody(NULL);

	if (r == 0)
		return 0;
	(void)err_set(e, r, "cannot give up root before reading a stranger's text: %s", strerror(-r));
	return err_hint(e, "run it as another user");
}

int foreign_read(const struct foreign_file *file, foreign_each *each, void *data, struct err *e)
{
	char buf[64 * 1024];
	size_t total = 0;

	for (;;) {
		ssize_t n = read(file->fd, buf, sizeof(buf));
		int r;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, -errno, "cannot read %s: %s", file->name, strerror(errno));
		if (n == 0)
			return 0;
		total += (size_t)n;
		if (total > FOREIGN_BYTES) {
			(void)err_set(e, -EFBIG, "%s has more than %d MiB", file->name, FOREIGN_BYTES >> 20);
			return err_hint(e, "cut it down to the listings");
		}
		r = each(data, buf, (size_t)n);
		if (r != 0)
			return r;
	}
}
