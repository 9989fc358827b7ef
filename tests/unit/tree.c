/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/str.h"
#include "sys/read_host.h"
#include "sys/read_uses.h"

void tree_open(struct tree *t)
{
	struct err e = {0};

	*t = (struct tree){.root = "/tmp/passthru-tree-XXXXXX"};
	assert_non_null(mkdtemp(t->root));
	assert_int_equal(sys_real_open(&t->real, t->root, &e), 0);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

void tree_done(struct tree *t)
{
	sys_real_close(&t->real);
	(void)nftw(t->root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	arena_done(&t->mem);
}

/* The whole path, its parents made. */
static const char *place(struct tree *t, const char *path)
{
	char *whole = arena_printf(&t->mem, "%s/%s", t->root, path);

	for (char *slash = strchr(whole + strlen(t->root) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		assert_true(mkdir(whole, 0755) == 0 || errno == EEXIST);
		*slash = '/';
	}
	return whole;
}

void tree_bytes(struct tree *t, const char *path, const void *bytes, size_t n)
{
	FILE *f = fopen(place(t, path), "we");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

void tree_file(struct tree *t, const char *path, const char *text)
{
	tree_bytes(t, path, text, strlen(text));
}

void tree_link(struct tree *t, const char *path, const char *target)
{
	assert_int_equal(symlink(target, place(t, path)), 0);
}

void tree_folder(struct tree *t, const char *path)
{
	(void)place(t, arena_printf(&t->mem, "%s/.", path));
}

void tree_function(struct tree *t, const char *below, unsigned class_code, const char *ids, const char *driver)
{
	const char *name = str_base(below);
	const char *folder = arena_printf(&t->mem, "sys/devices/pci0000:00/%s", below);

	tree_file(t, arena_printf(&t->mem, "%s/uevent", folder),
	    arena_printf(&t->mem, "%s%s%sPCI_CLASS=%X\nPCI_ID=%s\nPCI_SUBSYS_ID=0000:0000\nPCI_SLOT_NAME=%s\n",
		driver ? "DRIVER=" : "", driver ? driver : "", driver ? "\n" : "", class_code, ids, name));
	tree_link(t, arena_printf(&t->mem, "sys/bus/pci/devices/%s", name),
	    arena_printf(&t->mem, "../../../devices/pci0000:00/%s", below));
	if (driver)
		tree_link(t, arena_printf(&t->mem, "%s/driver", folder), arena_printf(&t->mem, "/sys/bus/pci/drivers/%s", driver));
}

void tree_read(struct tree *t, struct host *ret)
{
	struct read_request request = {.facets = FACET_TOPOLOGY};
	struct err e = {0};

	assert_int_equal(read_host(&t->real.sys, &t->mem, &request, ret, &e), 0);
	read_uses(&t->real.sys, &t->mem, ret, &(struct uses_request){.areas = (1u << AREAS) - 1, .may_try = true});
}

size_t tree_uses(const struct host *h, enum use_kind kind, const char *function, const char *subject)
{
	size_t n = 0;

	for (size_t i = 0; i < h->n_uses; i++) {
		const struct use *u = &h->uses[i];

		n += u->kind == kind && (!subject || str_eq(u->subject, subject)) &&
		    (function ? u->function >= 0 && str_eq(h->functions[u->function].name, function) : u->function < 0);
	}
	return n;
}
