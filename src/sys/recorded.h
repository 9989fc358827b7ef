/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A recorded host in memory: folders, files and links, as an archive of `passthru record` holds them. Stands in for a
 * recorded host in a directory: read only, links never lead out of it, whatever they say.
 */
#pragma once

#include "sys/sys.h"

enum {
	RECORDED_NODES = 1000 * 1000,
	RECORDED_BYTES = 256 * 1024 * 1024, /* of all files */
};

/* An empty one, in mem. */
struct sys *sys_recorded_new(struct arena *mem);

/* Is s such a host? */
bool sys_recorded_is(const struct sys *s);

/* Fill it. Paths as the readers have them; folders on the way are made. -EINVAL: "..", ".", an empty part, or no name;
 * -EEXIST: something of another kind is there; -ENOSPC: more than the limits. What is there already stays, but for what
 * was unread, and a file's beginning that is followed by the longer one. error: what reading it answers, 0: the content. The content is not copied. */
int sys_recorded_folder(struct sys *s, const char *path);
int sys_recorded_file(struct sys *s, const char *path, const char *content, size_t n, int error);
int sys_recorded_link(struct sys *s, const char *path, const char *target);
/* What is in it, folders before what they hold. path is relative; what each answers but 0 ends it. */
struct recorded_entry {
	const char *path;
	enum recorded_type {
		RECORDED_UNREAD,
		RECORDED_FOLDER,
		RECORDED_FILE,
		RECORDED_LINK,
	} type;
	const char *content; /* of a file; target of a link */
	size_t size;
	int error;
};
typedef int recorded_each(void *data, const struct recorded_entry *entry);
int sys_recorded_each(struct sys *s, recorded_each *each, void *data);

/* What the kernel said in the boot that was recorded, of any recorded host, this kind or a folder: each_logged. */
int sys_each_recorded(struct sys *s, sys_each_entry *each, void *data);

/* Its operations, for those that stand before another host (sys/recording.c). */
extern const struct sys_ops sys_recorded_ops;

/* A name that is in its folder; nothing else is known of it. */
int sys_recorded_unread(struct sys *s, const char *path);
