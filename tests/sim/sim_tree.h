/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file tree in memory: directories, files and symbolic links by path, without a leading slash. */
#pragma once

#include "base/base.h"

enum node_type {
	NODE_DIR,
	NODE_FILE,
	NODE_LINK,
};

struct node {
	char *path;
	enum node_type type;
	char *text; /* of a file; the target of a link */
	bool is_foreign; /* not ours alone: read_own refuses it */
	unsigned mode;	 /* 0: 0644 */
};

struct tree {
	struct node *nodes; /* by path */
	size_t n, room;
};

enum { TREE_PATH = 512 };

void tree_done(struct tree *t);
struct tree tree_copy(const struct tree *t);

/* Parents are made as needed; what is there already is replaced. */
void tree_dir(struct tree *t, const char *path);
void tree_file(struct tree *t, const char *path, const char *text);
void tree_link(struct tree *t, const char *path, const char *target);

/* With everything below; nothing where there is none. */
void tree_remove(struct tree *t, const char *path);

/* The same with the path of a printf. */
void tree_file_at(struct tree *t, const char *text, const char *format, ...) __attribute__((format(printf, 3, 4)));
void tree_link_at(struct tree *t, const char *target, const char *format, ...) __attribute__((format(printf, 3, 4)));
void tree_remove_at(struct tree *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The node of exactly this name, NULL: none. */
struct node *tree_find(const struct tree *t, const char *path);

/* The node a path leads to through links, the last one followed or not; NULL: none. */
struct node *tree_resolve(const struct tree *t, const char *path, bool follow_last);

/* Names in a directory; a copy is walked, so each may change the tree. Stops where each answers non-zero. */
int tree_list(const struct tree *t, const char *path, int (*each)(void *data, const char *name), void *data);

/* Is path below folder? */
bool tree_is_below(const char *path, const char *folder);
