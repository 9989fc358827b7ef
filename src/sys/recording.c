/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/recording.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "sys/recorded.h"

enum { LINKS = 40, PATH_MOST = 4096 };

struct recording {
	struct sys sys; /* first, so that struct sys * leads back here */
	struct sys_ops ops;
	struct arena *mem;
	struct sys *base, *kept;
	pthread_mutex_t lock; /* the readers read in several threads */
	bool is_full;
};

static struct recording *of(struct sys *s)
{
	return (struct recording *)s;
}

/* The way to a path, without links: each link on it is kept. False: it cannot be said. */
static bool find_way(struct recording *r, const char *path, bool follows_last, char ret[PATH_MOST])
{
	char rest[PATH_MOST], target[SYS_PATH], next[PATH_MOST];
	size_t used = 0;
	int links = 0;

	if (snprintf(rest, sizeof(rest), "%s", path) >= PATH_MOST)
		return false;
	ret[0] = '\0';
	for (char *at = rest; *at;) {
		size_t length = strcspn(at, "/"), before = used;
		char *after = at + length + strspn(at + length, "/");

		if (length == 0 || (length == 1 && *at == '.')) {
			at = after;
			continue;
		}
		if (length == 2 && at[0] == '.' && at[1] == '.') {
			while (used > 0 && ret[used - 1] != '/')
				used--;
			used -= used > 0;
			ret[used] = '\0';
			at = after;
			continue;
		}
		if (used + length + 2 >= PATH_MOST)
			return false;
		if (used > 0)
			ret[used++] = '/';
		memcpy(ret + used, at, length);
		used += length;
		ret[used] = '\0';
		if ((*after || follows_last) && r->base->ops->link(r->base, ret, target, sizeof(target)) == 0) {
			if (++links > LINKS || sys_recorded_link(r->kept, ret, target) < 0 ||
			    snprintf(next, sizeof(next), "%s/%s", target, after) >= PATH_MOST)
				return false;
			used = *target == '/' ? 0 : before;
			ret[used] = '\0';
			memcpy(rest, next, strlen(next) + 1);
			at = rest;
			continue;
		}
		at = after;
	}
	return used > 0;
}

static void note_full(struct recording *r, int code)
{
	r->is_full |= code == -ENOSPC;
}

/* Something that is there, of whatever kind it is. */
static void keep_name(struct recording *r, const char *path, bool follows_last)
{
	char way[PATH_MOST];

	if (find_way(r, path, follows_last, way))
		note_full(r, sys_recorded_unread(r->kept, way));
}

/* Only what is there and cannot be read is kept as that. */
static bool is_kept_error(int error)
{
	return error != -ENOENT && error != -ENOTDIR && error != -ELOOP && error != -ENAMETOOLONG && error != -EISDIR && error != -EINVAL;
}

static void keep_file(struct recording *r, const char *path, const char *content, size_t n, int error)
{
	char way[PATH_MOST];
	char *copy = NULL;

	if (error < 0 && !is_kept_error(error)) {
		if (error == -EISDIR && find_way(r, path, true, way))
			note_full(r, sys_recorded_folder(r->kept, way));
		else if (error == -EINVAL)
			keep_name(r, path, true);
		return;
	}
	if (!find_way(r, path, true, way))
		return;
	if (n > 0) {
		copy = arena_alloc(r->mem, n);
		memcpy(copy, content, n);
	}
	note_full(r, sys_recorded_file(r->kept, way, copy, n, error));
}

/* ---- operations ---- */

static int recording_read(struct sys *s, const char *path, char *buf, size_t size)
{
	struct recording *r = of(s);
	int n = r->base->ops->read(r->base, path, buf, size), part;

	pthread_mutex_lock(&r->lock);
	if (n == -EFBIG && r->base->ops->read_part) {
		/* It is longer than the reader takes; it must be so again. */
		part = r->base->ops->read_part(r->base, path, 0, buf, size);
		keep_file(r, path, buf, part > 0 ? (size_t)part : 0, part < 0 ? part : 0);
	} else {
		keep_file(r, path, buf, n > 0 ? (size_t)n : 0, n < 0 ? n : 0);
	}
	pthread_mutex_unlock(&r->lock);
	return n;
}

static int recording_file_get(struct sys *s, const char *path, char *buf, size_t size, struct sys_file *ret)
{
	struct recording *r = of(s);
	int n = r->base->ops->file_get ? r->base->ops->file_get(r->base, path, buf, size, ret) : -ENOSYS;

	/* Whose it is does not go along: a recorded host's files are trusted. */
	pthread_mutex_lock(&r->lock);
	keep_file(r, path, buf, n > 0 ? (size_t)n : 0, n < 0 ? n : 0);
	pthread_mutex_unlock(&r->lock);
	if (n >= 0)
		*ret = (struct sys_file){.is_trusted = true, .mode = 0644};
	return n;
}

/* Files in /proc have no size and cannot be read twice the same: as much as there is, once. */
static int read_whole(struct recording *r, const char *path, char *buf)
{
	return r->base->ops->read_part ? r->base->ops->read_part(r->base, path, 0, buf, RECORDING_FILE)
				       : r->base->ops->read(r->base, path, buf, RECORDING_FILE);
}

static int recording_lines(struct sys *s, const char *path, sys_each *each, void *data)
{
	struct recording *r = of(s);
	cleanup_free char *buf = malloc(RECORDING_FILE);
	int n = buf ? read_whole(r, path, buf) : -ENOMEM;

	pthread_mutex_lock(&r->lock);
	keep_file(r, path, buf, n > 0 ? (size_t)n : 0, n < 0 ? n : 0);
	pthread_mutex_unlock(&r->lock);
	return n < 0 ? n : r->kept->ops->lines(r->kept, path, each, data);
}

static int recording_read_part(struct sys *s, const char *path, uint64_t offset, char *buf, size_t size)
{
	struct recording *r = of(s);
	cleanup_free char *all = malloc(RECORDING_FILE);
	int n = all ? read_whole(r, path, all) : -ENOMEM;

	pthread_mutex_lock(&r->lock);
	keep_file(r, path, all, n > 0 ? (size_t)n : 0, n < 0 ? n : 0);
	pthread_mutex_unlock(&r->lock);
	return n < 0 ? n : r->kept->ops->read_part(r->kept, path, offset, buf, size);
}

static int recording_link(struct sys *s, const char *path, char *buf, size_t size)
{
	struct recording *r = of(s);
	int n = r->base->ops->link(r->base, path, buf, size);
	char way[PATH_MOST];

	pthread_mutex_lock(&r->lock);
	if (n == 0 && find_way(r, path, false, way))
		note_full(r, sys_recorded_link(r->kept, way, buf));
	else if (n == -EINVAL || n == -EACCES)
		keep_name(r, path, false);
	pthread_mutex_unlock(&r->lock);
	return n;
}

struct listing {
	struct recording *r;
	const char *way;
	sys_each *each;
	void *data;
	const char **names;
	size_t n;
};

static int keep_listed(void *data, const char *name)
{
	struct listing *l = data;

	*ARENA_PUSH(l->r->mem, l->names, l->n) = arena_strdup(l->r->mem, name);
	return 0;
}

static int recording_list(struct sys *s, const char *path, sys_each *each, void *data)
{
	struct recording *r = of(s);
	struct listing l = {.r = r};
	char way[PATH_MOST];
	int n;

	pthread_mutex_lock(&r->lock);
	n = r->base->ops->list(r->base, path, keep_listed, &l);
	if (n == 0 && find_way(r, path, true, way)) {
		note_full(r, sys_recorded_folder(r->kept, way));
		for (size_t i = 0; i < l.n; i++) {
			const char *child = arena_printf(r->mem, "%s/%s", way, l.names[i]);
			char target[SYS_PATH];

			/* What is a link stays one: its name alone would say that nothing is behind it. */
			if (r->base->ops->link(r->base, child, target, sizeof(target)) == 0)
				note_full(r, sys_recorded_link(r->kept, child, target));
			else
				note_full(r, sys_recorded_unread(r->kept, child));
		}
	}
	pthread_mutex_unlock(&r->lock);
	for (size_t i = 0; n == 0 && i < l.n; i++)
		n = each(data, l.names[i]);
	return n;
}

static int recording_exists(struct sys *s, const char *path)
{
	struct recording *r = of(s);
	int n = r->base->ops->exists(r->base, path);

	pthread_mutex_lock(&r->lock);
	if (n == 1)
		keep_name(r, path, true);
	pthread_mutex_unlock(&r->lock);
	return n;
}

struct sys *sys_recording_new(struct arena *mem, struct sys *base, struct sys *kept)
{
	struct recording *r = arena_alloc(mem, sizeof(*r));

	r->ops = sys_recorded_ops;
	r->ops.read = r->ops.read_own = recording_read;
	r->ops.file_get = recording_file_get;
	r->ops.lines = recording_lines;
	r->ops.read_part = recording_read_part;
	r->ops.link = recording_link;
	r->ops.list = recording_list;
	r->ops.exists = recording_exists;
	r->sys = *kept;
	r->sys.ops = &r->ops;
	r->mem = mem;
	r->base = base;
	r->kept = kept;
	(void)pthread_mutex_init(&r->lock, NULL);
	return &r->sys;
}

bool sys_recording_is_full(struct sys *s)
{
	return of(s)->is_full;
}
