/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim_tree.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

void tree_done(struct tree *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->nodes[i].path);
		free(t->nodes[i].text);
	}
	free(t->nodes);
	*t = (struct tree){0};
}

/* Where path is, or would be. */
static size_t position(const struct tree *t, const char *path)
{
	size_t low = 0, high = t->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(t->nodes[middle].path, path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct node *tree_find(const struct tree *t, const char *path)
{
	size_t i = position(t, path);

	return i < t->n && str_eq(t->nodes[i].path, path) ? &t->nodes[i] : NULL;
}

static void make_parent(struct tree *t, const char *path)
{
	const char *slash = strrchr(path, '/');
	char parent[TREE_PATH];

	if (!slash)
		return;
	(void)snprintf(parent, sizeof(parent), "%.*s", (int)(slash - path), path);
	if (!tree_find(t, parent))
		tree_dir(t, parent);
}

static void add(struct tree *t, const char *path, enum node_type type, const char *text)
{
	struct node *there = tree_find(t, path);
	size_t i;

	if (there) {
		char *copy = text ? strdup(text) : NULL;

		free(there->text);
		there->type = type;
		there->text = copy;
		return;
	}
	make_parent(t, path);
	if (t->n == t->room) {
		t->room = t->room ? t->room * 2 : 64;
		t->nodes = realloc(t->nodes, t->room * sizeof(*t->nodes));
		if (!t->nodes)
			abort();
	}
	i = position(t, path);
	memmove(&t->nodes[i + 1], &t->nodes[i], (t->n - i) * sizeof(*t->nodes));
	t->nodes[i] = (struct node){.path = strdup(path), .type = type, .text = text ? strdup(text) : NULL};
	t->n++;
}

void tree_dir(struct tree *t, const char *path)
{
	if (!tree_find(t, path))
		add(t, path, NODE_DIR, NULL);
}

void tree_file(struct tree *t, const char *path, const char *text)
{
	add(t, path, NODE_FILE, text);
}

void tree_link(struct tree *t, const char *path, const char *target)
{
	add(t, path, NODE_LINK, target);
}

void tree_file_at(struct tree *t, const char *text, const char *format, ...)
{
	char path[TREE_PATH];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	tree_file(t, path, text);
}

void tree_link_at(struct tree *t, const char *target, const char *format, ...)
{
	char path[TREE_PATH];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	tree_link(t, path, target);
}

bool tree_is_below(const char *path, const char *folder)
{
	size_t length = strlen(folder);

	return strncmp(path, folder, length) == 0 && path[length] == '/';
}

void tree_remove(struct tree *t, const char *path)
{
	size_t first = position(t, path), kept = first, i = first;

	/* "a-b" sorts between "a" and "a/b", so some of the run stays. */
	for (; i < t->n && str_starts(t->nodes[i].path, path); i++) {
		struct node *node = &t->nodes[i];

		if (str_eq(node->path, path) || tree_is_below(node->path, path)) {
			free(node->path);
			free(node->text);
		} else {
			t->nodes[kept++] = *node;
		}
	}
	if (kept == i)
		return;
	memmove(&t->nodes[kept], &t->nodes[i], (t->n - i) * sizeof(*t->nodes));
	t->n -= i - kept;
}

void tree_remove_at(struct tree *t, const char *format, ...)
{
	char path[TREE_PATH];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	tree_remove(t, path);
}

struct tree tree_copy(const struct tree *t)
{
	struct tree copy = {.nodes = calloc(t->room + 1, sizeof(*t->nodes)), .n = t->n, .room = t->room};

	if (!copy.nodes)
		abort();
	for (size_t i = 0; i < t->n; i++) {
		copy.nodes[i] = t->nodes[i];
		copy.nodes[i].path = strdup(t->nodes[i].path);
		copy.nodes[i].text = t->nodes[i].text ? strdup(t->nodes[i].text) : NULL;
	}
	return copy;
}

/* Puts one component behind a folder; ".." takes the last one away. */
static void append(char *folder, const char *word, size_t length)
{
	size_t used = strlen(folder);

	if (length == 2 && word[0] == '.' && word[1] == '.') {
		char *slash = strrchr(folder, '/');

		*(slash ? slash : folder) = '\0';
		return;
	}
	if (length == 0 || used + 1 + length >= TREE_PATH)
		return;
	if (used > 0)
		folder[used++] = '/';
	memcpy(folder + used, word, length);
	folder[used + length] = '\0';
}

/* Nothing lies below a link, so what is there by its whole name needs no walk. */
static struct node *find_plain(const struct tree *t, const char *path, bool follow_last)
{
	struct node *node = tree_find(t, path);

	return node && (node->type != NODE_LINK || !follow_last) ? node : NULL;
}

struct node *tree_resolve(const struct tree *t, const char *path, bool follow_last)
{
	char done[TREE_PATH] = "", buffer[TREE_PATH], next[TREE_PATH];
	struct node *node = find_plain(t, path, follow_last);
	const char *rest = path;
	int hops = 0;

	if (node)
		return node;
	while (*rest) {
		size_t length = strcspn(rest, "/");

		append(done, rest, length);
		rest += length;
		rest += *rest == '/';
		node = tree_find(t, done);
		if (!node)
			return NULL;
		if (node->type != NODE_LINK || (!*rest && !follow_last))
			continue;
		if (++hops > 16 || snprintf(next, sizeof(next), "%s/%s", node->text, rest) >= (int)sizeof(next))
			return NULL;
		append(done, "..", 2);
		memcpy(buffer, next, sizeof(buffer));
		rest = buffer;
	}
	return node;
}

int tree_list(const struct tree *t, const char *path, int (*each)(void *data, const char *name), void *data)
{
	char start[TREE_PATH];
	char **names = NULL;
	size_t n = 0;
	int r = 0;

	(void)snprintf(start, sizeof(start), "%s/", path);
	names = calloc(t->n + 1, sizeof(*names));
	for (size_t i = position(t, start); i < t->n && tree_is_below(t->nodes[i].path, path); i++)
		if (!strchr(t->nodes[i].path + strlen(start), '/'))
			names[n++] = strdup(t->nodes[i].path + strlen(start));
	for (size_t i = 0; i < n; i++) {
		if (r == 0)
			r = each(data, names[i]);
		free(names[i]);
	}
	free(names);
	return r;
}
