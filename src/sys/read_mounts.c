/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/read_mounts.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "text/mountinfo.h"

/* sysctl fs.mount-max: what a kernel lets a namespace have, if nobody changed it. */
enum { MOST_MOUNTS = 100000 };

struct mount_reading {
	struct block_graph *g;
	struct mounts *mounts;
	const char *evidence;
};

/* btrfs, bcachefs and overlays have anonymous numbers; their source tells more ("/dev/sda1:/dev/sdb1" is
 * bcachefs on two). */
static void find_by_source(const struct block_graph *g, const char *source, struct mount *m)
{
	char first[SYS_PATH];

	if (!str_starts(source, "/dev/"))
		return;
	m->device = block_by_node(g, source);
	if (m->device < 0 && strchr(source, ':')) {
		(void)sys_path(first, "%.*s", (int)strcspn(source, ":"), source);
		m->device = block_by_node(g, first);
	}
	m->is_unfound = m->device < 0;
}

static int take_mount(void *data, const char *line)
{
	struct mount_reading *r = data;
	struct arena *mem = r->g->r->mem;
	char copy[SYS_TEXT + 1];
	struct mountinfo info;
	struct mount m = {.device = -1, .evidence = r->evidence};

	if (r->mounts->n >= MOST_MOUNTS) {
		uses_blind(r->g->r, AREA_STORAGE, "there are more mounts than can be looked at", r->evidence);
		return 1;
	}
	(void)snprintf(copy, sizeof(copy), "%s", line);
	if (!mountinfo_parse(copy, &info))
		return 0;
	if (info.major != 0)
		m.device = block_by_number(r->g, info.major, info.minor);
	if (str_eq(info.type, "zfs"))
		m.pool = arena_strndup(mem, info.source, strcspn(info.source, "/"));
	else if (m.device < 0)
		find_by_source(r->g, info.source, &m);
	m.point = arena_strdup(mem, info.point);
	m.type = arena_strdup(mem, info.type);
	*ARENA_PUSH(mem, r->mounts->list, r->mounts->n) = m;
	return 0;
}

/* A namespace's number cannot be asked for without rights; then both are read. */
static bool is_same_namespace(struct sys *s)
{
	char own[SYS_PATH], first[SYS_PATH];

	return s->ops->link(s, "proc/self/ns/mnt", own, sizeof(own)) == 0 &&
	    s->ops->link(s, "proc/1/ns/mnt", first, sizeof(first)) == 0 && str_eq(own, first);
}

void mounts_read(struct block_graph *g, struct mounts *ret)
{
	struct mount_reading r = {g, ret, "proc/self/mountinfo"};
	struct sys *s = g->r->s;

	*ret = (struct mounts){0};
	if (sys_lines(s, r.evidence, take_mount, &r) < 0)
		uses_blind(g->r, AREA_STORAGE, "it cannot be seen what is mounted", r.evidence);
	ret->n_own = ret->n;
	if (is_same_namespace(s))
		return;
	/* Not to be seen from a container: what is mounted outside still shows as an exclusive open. */
	r.evidence = "proc/1/mountinfo";
	(void)sys_lines(s, r.evidence, take_mount, &r);
}

static bool is_below(const char *path, const char *point, size_t length)
{
	return length == 1 || (strncmp(path, point, length) == 0 && (path[length] == '/' || path[length] == '\0'));
}

const struct mount *mounts_of_path(const struct mounts *m, const char *path)
{
	const struct mount *found = NULL;
	size_t longest = 0;

	/* Of equals the last: it lies on top. */
	for (size_t i = 0; i < m->n_own; i++) {
		size_t length = strlen(m->list[i].point);

		if (length >= longest && is_below(path, m->list[i].point, length)) {
			found = &m->list[i];
			longest = length;
		}
	}
	return found;
}
