/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/recorded.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/str.h"

enum {
	LINKS = 40,	   /* followed on one way, as the kernel does */
	PATH_MOST = 4096,
	NAME_MOST = 255,
	FIRST_SLOTS = 1024,
};

enum node_type {
	NODE_UNREAD = RECORDED_UNREAD, /* a name in its folder */
	NODE_FOLDER = RECORDED_FOLDER,
	NODE_FILE = RECORDED_FILE,
	NODE_LINK = RECORDED_LINK,
};

struct node {
	const char *name;
	const char *content; /* of a file; target of a link */
	size_t size;
	int error;
	enum node_type type;
	uint32_t parent, first, last, next; /* 0: none, for the root is nobody's child */
};

struct recorded {
	struct sys sys; /* first, so that struct sys * leads back here */
	struct arena *mem;
	struct node *nodes; /* 0 is the root */
	size_t n_nodes, n_bytes;
	uint32_t *slots; /* hash of parent and name: number of the node, 0: free */
	size_t n_slots;
};

static struct recorded *of(const struct sys *s)
{
	return (struct recorded *)(uintptr_t)s;
}

/* ---- the tree ---- */

static size_t hash(uint32_t parent, const char *name, size_t length)
{
	uint64_t h = 0xcbf29ce484222325ULL ^ parent;

	for (size_t i = 0; i < length; i++)
		h = (h ^ (unsigned char)name[i]) * 0x100000001b3ULL;
	return (size_t)(h ^ h >> 29);
}

static uint32_t find_child(const struct recorded *r, uint32_t parent, const char *name, size_t length)
{
	size_t at = hash(parent, name, length) & (r->n_slots - 1);

	for (; r->slots[at] != 0; at = (at + 1) & (r->n_slots - 1)) {
		const struct node *n = &r->nodes[r->slots[at]];

		if (n->parent == parent && strlen(n->name) == length && memcmp(n->name, name, length) == 0)
			return r->slots[at];
	}
	return 0;
}

static void put_slot(struct recorded *r, uint32_t number)
{
	const struct node *n = &r->nodes[number];
	size_t at = hash(n->parent, n->name, strlen(n->name)) & (r->n_slots - 1);

	while (r->slots[at] != 0)
		at = (at + 1) & (r->n_slots - 1);
	r->slots[at] = number;
}

static uint32_t add_child(struct recorded *r, uint32_t parent, const char *name, size_t length, enum node_type type)
{
	struct node node = {.name = arena_strndup(r->mem, name, length), .parent = parent, .type = type};
	uint32_t number = (uint32_t)r->n_nodes;

	if (r->n_nodes == RECORDED_NODES)
		return 0;
	*ARENA_PUSH(r->mem, r->nodes, r->n_nodes) = node;
	if (r->nodes[parent].last)
		r->nodes[r->nodes[parent].last].next = number;
	else
		r->nodes[parent].first = number;
	r->nodes[parent].last = number;
	if (r->n_nodes * 2 > r->n_slots) {
		r->n_slots *= 4;
		r->slots = arena_alloc(r->mem, r->n_slots * sizeof(*r->slots));
		for (uint32_t i = 1; i < r->n_nodes; i++)
			put_slot(r, i);
	} else {
		put_slot(r, number);
	}
	return number;
}

static bool is_name(const char *s, size_t length)
{
	return length > 0 && length <= NAME_MOST && !(length == 1 && s[0] == '.') && !(length == 2 && s[0] == '.' && s[1] == '.');
}

/* The node of a path that is filled in, folders on the way made; links are not followed. */
static int make(struct recorded *r, const char *path, enum node_type type, uint32_t *ret)
{
	uint32_t at = 0;

	if (strlen(path) >= PATH_MOST)
		return -EINVAL;
	for (;;) {
		size_t length = strcspn(path, "/");
		bool is_last = path[length] == '\0';
		enum node_type wanted = is_last ? type : NODE_FOLDER;
		uint32_t child;

		if (!is_name(path, length))
			return -EINVAL;
		child = find_child(r, at, path, length);
		if (!child)
			child = add_child(r, at, path, length, wanted);
		if (!child)
			return -ENOSPC;
		if (r->nodes[child].type == NODE_UNREAD)
			r->nodes[child].type = wanted;
		if (r->nodes[child].type != wanted && wanted != NODE_UNREAD)
			return -EEXIST;
		at = child;
		if (is_last)
			break;
		path += length + 1;
	}
	*ret = at;
	return 0;
}

int sys_recorded_folder(struct sys *s, const char *path)
{
	uint32_t at;

	return make(of(s), path, NODE_FOLDER, &at);
}

int sys_recorded_unread(struct sys *s, const char *path)
{
	uint32_t at;

	return make(of(s), path, NODE_UNREAD, &at);
}

int sys_recorded_file(struct sys *s, const char *path, const char *content, size_t n, int error)
{
	struct recorded *r = of(s);
	uint32_t at;
	int code;

	if (n > RECORDED_BYTES - r->n_bytes)
		return -ENOSPC;
	code = make(r, path, NODE_FILE, &at);
	if (code < 0)
		return code;
	if ((!r->nodes[at].content && r->nodes[at].error == 0) || (r->nodes[at].content && error == 0 && n > r->nodes[at].size)) {
		r->nodes[at].content = content ? content : "";
		r->nodes[at].size = n;
		r->nodes[at].error = error;
		r->n_bytes += n;
	}
	return 0;
}

int sys_recorded_link(struct sys *s, const char *path, const char *target)
{
	struct recorded *r = of(s);
	uint32_t at;
	int code;

	if (*target == '\0' || strlen(target) >= PATH_MOST)
		return -EINVAL;
	code = make(r, path, NODE_LINK, &at);
	if (code == 0 && !r->nodes[at].content)
		r->nodes[at].content = arena_strdup(r->mem, target);
	return code;
}

/* Depth first, without recursion: a hostile archive may be deep. */
int sys_recorded_each(struct sys *s, recorded_each *each, void *data)
{
	const struct recorded *r = of(s);
	char path[PATH_MOST + NAME_MOST + 2];
	size_t length = 0;
	int code = 0;

	for (uint32_t at = r->nodes[0].first; code == 0 && at != 0;) {
		const struct node *n = &r->nodes[at];
		size_t name = strlen(n->name);
		struct recorded_entry entry = {.path = path, .type = (enum recorded_type)n->type, .content = n->content, .size = n->size, .error = n->error};

		if (length + name + 1 >= PATH_MOST)
			return -ENAMETOOLONG;
		memcpy(path + length, n->name, name + 1);
		code = each(data, &entry);
		if (n->first) {
			path[length + name] = '/';
			length += name + 1;
			at = n->first;
			continue;
		}
		/* Up to where something comes next. */
		while (at != 0 && r->nodes[at].next == 0) {
			at = r->nodes[at].parent;
			length -= at ? strlen(r->nodes[at].name) + 1 : length;
		}
		at = at ? r->nodes[at].next : 0;
	}
	return code;
}

/* ---- a way through it ---- */

/* As openat2 with RESOLVE_IN_ROOT: an absolute link begins at the root, ".." ends there. */
static int walk(const struct recorded *r, const char *path, bool follows_last, uint32_t *ret)
{
	char buf[2][PATH_MOST];
	uint32_t at = 0;
	int links = 0;

	if (*path == '\0' || strlen(path) >= PATH_MOST)
		return -ENAMETOOLONG;
	while (*path) {
		size_t length = strcspn(path, "/");
		const char *rest = path + length + strspn(path + length, "/");
		const struct node *n = &r->nodes[at];
		uint32_t child;

		if (n->type != NODE_FOLDER)
			return n->type == NODE_UNREAD ? -EACCES : -ENOTDIR;
		if (length == 2 && path[0] == '.' && path[1] == '.') {
			at = n->parent;
		} else if (length > 0 && !(length == 1 && path[0] == '.')) {
			child = find_child(r, at, path, length);
			if (!child)
				return -ENOENT;
			n = &r->nodes[child];
			if (n->type == NODE_LINK && (*rest || path[length] == '/' || follows_last)) {
				char *next = buf[links % 2];

				if (++links > LINKS)
					return -ELOOP;
				if (snprintf(next, PATH_MOST, "%s/%s", n->content, rest) >= PATH_MOST)
					return -ENAMETOOLONG;
				if (*n->content == '/')
					at = 0;
				path = next;
				continue;
			}
			at = child;
		}
		path = rest;
	}
	*ret = at;
	return 0;
}

static const struct node *find(struct sys *s, const char *path, int *ret_code)
{
	struct recorded *r = of(s);
	uint32_t at = 0;

	*ret_code = walk(r, path, true, &at);
	if (*ret_code < 0)
		return NULL;
	if (r->nodes[at].type == NODE_UNREAD)
		*ret_code = -EACCES;
	else if (r->nodes[at].type == NODE_FILE)
		*ret_code = r->nodes[at].error;
	return &r->nodes[at];
}

/* ---- operations ---- */

static int recorded_read_part(struct sys *s, const char *path, uint64_t offset, char *buf, size_t size)
{
	int code;
	const struct node *n = find(s, path, &code);

	if (code < 0)
		return code;
	if (n->type != NODE_FILE)
		return n->type == NODE_FOLDER ? -EISDIR : -EINVAL;
	if (offset >= n->size)
		return 0;
	if (size > n->size - offset)
		size = n->size - (size_t)offset;
	memcpy(buf, n->content + offset, size);
	return (int)size;
}

static int recorded_read(struct sys *s, const char *path, char *buf, size_t size)
{
	int n = recorded_read_part(s, path, 0, buf, size);

	if (n < 0)
		return n;
	if ((size_t)n == size)
		return -EFBIG;
	buf[n] = '\0';
	return n;
}

static int recorded_file_get(struct sys *s, const char *path, char *buf, size_t size, struct sys_file *ret)
{
	int n = recorded_read(s, path, buf, size);

	/* Its files belong to whoever made the archive, as those of a recorded host in a directory do. */
	if (n >= 0)
		*ret = (struct sys_file){.is_trusted = true, .mode = 0644};
	return n;
}

static int recorded_lines(struct sys *s, const char *path, sys_each *each, void *data)
{
	char line[SYS_TEXT + 1];
	const char *at, *end;
	int r = 0;
	const struct node *n = find(s, path, &r);

	if (r < 0)
		return r;
	if (n->type != NODE_FILE)
		return n->type == NODE_FOLDER ? -EISDIR : -EINVAL;
	for (at = n->content, end = at + n->size; r == 0 && at < end;) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t length = (size_t)((newline ? newline : end) - at);
		size_t kept = length < SYS_TEXT ? length : SYS_TEXT;

		memcpy(line, at, kept);
		line[kept] = '\0';
		r = each(data, line);
		at += length + 1;
	}
	return r;
}

static int recorded_link(struct sys *s, const char *path, char *buf, size_t size)
{
	struct recorded *r = of(s);
	uint32_t at = 0;
	int code = walk(r, path, false, &at);

	if (code < 0)
		return code;
	if (r->nodes[at].type == NODE_UNREAD)
		return -EACCES;
	if (r->nodes[at].type != NODE_LINK)
		return -EINVAL;
	(void)snprintf(buf, size, "%s", r->nodes[at].content);
	return 0;
}

static int recorded_list(struct sys *s, const char *path, sys_each *each, void *data)
{
	struct recorded *r = of(s);
	int code;
	const struct node *n = find(s, path, &code);

	if (code < 0)
		return code;
	if (n->type != NODE_FOLDER)
		return -ENOTDIR;
	for (uint32_t child = n->first; code == 0 && child != 0; child = r->nodes[child].next)
		code = each(data, r->nodes[child].name);
	return code;
}

static int recorded_exists(struct sys *s, const char *path)
{
	uint32_t at;
	int code = walk(of(s), path, true, &at);

	if (code == 0)
		return 1;
	return code == -ENOENT || code == -ENOTDIR ? 0 : code;
}

static int64_t recorded_now_ms(struct sys *s)
{
	struct timespec t;

	(void)s;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t recorded_clock_s(struct sys *s)
{
	(void)s;
	return (int64_t)time(NULL);
}

static int recorded_sleep_ms(struct sys *s, unsigned ms)
{
	(void)s, (void)ms;
	return 0;
}

/* Nothing of it can be written, taken, started or asked. */
static int no_poke(struct sys *s, const char *busy, const char *path, const char *value, unsigned limit_ms)
{
	(void)s, (void)busy, (void)path, (void)value, (void)limit_ms;
	return -EROFS;
}

static int no_busy(struct sys *s, const char *busy)
{
	(void)s, (void)busy;
	return 0;
}

static int no_path(struct sys *s, const char *path)
{
	(void)s, (void)path;
	return -EROFS;
}

static int no_two(struct sys *s, const char *path, const char *text)
{
	(void)s, (void)path, (void)text;
	return -EROFS;
}

static int no_put(struct sys *s, const char *path, const char *text, unsigned mode)
{
	(void)s, (void)path, (void)text, (void)mode;
	return -EROFS;
}

static int no_lock(struct sys *s, const char *path, const char *text, char *holder, size_t holder_size)
{
	(void)s, (void)path, (void)text, (void)holder, (void)holder_size;
	return -EROFS;
}

static int no_look_at_lock(struct sys *s, const char *path, char *holder, size_t holder_size)
{
	(void)s, (void)path, (void)holder, (void)holder_size;
	return -EXDEV;
}

static void no_unlock(struct sys *s, int handle)
{
	(void)s, (void)handle;
}

static int no_chain(struct sys *s, const char *name, sys_each_module *each, void *data)
{
	(void)s, (void)name, (void)each, (void)data;
	return -EXDEV;
}

static int no_text(struct sys *s, const char *name, char *buf, size_t size)
{
	(void)s, (void)name, (void)buf, (void)size;
	return -EXDEV;
}

static int no_run(struct sys *s, const char *path, char **argv, const struct sys_credentials *as, int *ret_status)
{
	(void)s, (void)path, (void)argv, (void)as, (void)ret_status;
	return -EXDEV;
}

static int no_linger(struct sys *s, const int *pids, size_t n, unsigned ms)
{
	(void)s, (void)pids, (void)n, (void)ms;
	return 0;
}

const struct sys_ops sys_recorded_ops = {
    .read = recorded_read,
    .read_own = recorded_read,
    .lines = recorded_lines,
    .read_part = recorded_read_part,
    .link = recorded_link,
    .list = recorded_list,
    .exists = recorded_exists,
    .poke = no_poke,
    .is_busy = no_busy,
    .group_viable = no_path,
    .put = no_two,
    .rename = no_two,
    .remove = no_path,
    .make_dir = no_path,
    .file_get = recorded_file_get,
    .file_put = no_put,
    .file_edit = no_two,
    .file_remove = no_path,
    .file_tidy = no_path,
    .lock = no_lock,
    .unlock = no_unlock,
    .is_locked = no_look_at_lock,
    .module_chain = no_chain,
    .module_for = no_text,
    .module_load = no_path,
    .module_unload = no_path,
    .find_command = no_text,
    .run = no_run,
    .linger = no_linger,
    .now_ms = recorded_now_ms,
    .each_logged = sys_each_recorded,
    .clock_s = recorded_clock_s,
    .sleep_ms = recorded_sleep_ms,
};

struct sys *sys_recorded_new(struct arena *mem)
{
	struct recorded *r = arena_alloc(mem, sizeof(*r));

	r->sys = (struct sys){.ops = &sys_recorded_ops, .is_parallel = true, .pid = getpid(), .write_limit_ms = SYS_WRITE_LIMIT_MS,
	    .unit_limit_ms = SYS_UNIT_LIMIT_MS};
	r->mem = mem;
	r->n_slots = FIRST_SLOTS;
	r->slots = arena_alloc(mem, r->n_slots * sizeof(*r->slots));
	*ARENA_PUSH(mem, r->nodes, r->n_nodes) = (struct node){.name = "", .type = NODE_FOLDER};
	return &r->sys;
}

bool sys_recorded_is(const struct sys *s)
{
	return s->ops == &sys_recorded_ops;
}
