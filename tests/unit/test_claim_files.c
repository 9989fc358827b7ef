/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lasting files on a real file system: whole or not at all, never through a link, believed only when root's alone. */
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "apply/kinds.h"
#include "apply/kinds_file.h"
#include "base/str.h"
#include "flow/claim.h"
#include "sys/read_claims.h"
#include "sys/read_host.h"

#define FOLDER "etc/passthru/claims.d"
#define NAME FOLDER "/0000-00-01.0-00.0.conf"
#define BESIDE FOLDER "/.0000-00-01.0-00.0.conf.passthru-new"
#define CARD \
	"path = 0000:00/01.0/00.0\nvendor = 10de\ndevice = 2204\nclass = 030000\naddress = 0000:01:00.0\n" \
	"card = 0000:00/01.0/00.0\nfor = win11\nclaimed = 2026-11-20T18:00:01Z\nwish = x\n"

static const char *at(struct tree *t, const char *path)
{
	return arena_printf(&t->mem, "%s/%s", t->root, path);
}

/* As on the running host: owner, mode and links count. Only root can have files of root's. */
static bool be_live(struct tree *t)
{
	t->real.sys.is_live = true;
	return geteuid() == 0;
}

static unsigned mode_of(struct tree *t, const char *path)
{
	struct stat st;

	assert_int_equal(lstat(at(t, path), &st), 0);
	return st.st_mode & 07777;
}

static int get(struct tree *t, char buf[4096], struct sys_file *ret)
{
	return t->real.sys.ops->file_get(&t->real.sys, NAME, buf, 4096, ret);
}

static int put(struct tree *t, const char *text)
{
	return t->real.sys.ops->file_put(&t->real.sys, NAME, text, 0644);
}

static void what_is_put_is_there_for_all_to_read(void **state)
{
	struct tree t;
	struct sys_file about;
	mode_t before = umask(077);
	char buf[4096];

	(void)state;
	tree_open(&t);
	tree_folder(&t, "etc");
	assert_int_equal(chmod(at(&t, "etc"), 0755), 0);
	(void)be_live(&t);
	if (geteuid() == 0) {
		assert_int_equal(put(&t, "one\n"), 0);
		assert_int_equal(put(&t, "two\n"), 0);
		assert_int_equal(get(&t, buf, &about), 4);
		assert_string_equal(buf, "two\n");
		assert_true(about.is_trusted);
		assert_int_equal(about.mode, 0644);
		assert_int_equal(mode_of(&t, FOLDER), 0755);
		assert_int_equal(mode_of(&t, "etc/passthru"), 0755);
		assert_int_equal(t.real.sys.ops->file_remove(&t.real.sys, NAME), 0);
		assert_int_equal(t.real.sys.ops->file_remove(&t.real.sys, NAME), -ENOENT);
		assert_int_equal(get(&t, buf, &about), -ENOENT);
	}
	tree_done(&t);
	(void)umask(before);
}

static void what_a_kill_left_is_written_over_and_tidied(void **state)
{
	struct tree t;

	(void)state;
	tree_open(&t);
	tree_file(&t, BESIDE, "half a fi");
	assert_int_equal(put(&t, "whole\n"), 0);
	assert_int_equal(access(at(&t, BESIDE), F_OK), -1);
	tree_file(&t, BESIDE, "half a fi");
	assert_int_equal(t.real.sys.ops->file_tidy(&t.real.sys, NAME), 0);
	assert_int_equal(access(at(&t, BESIDE), F_OK), -1);
	assert_int_equal(access(at(&t, NAME), F_OK), 0);
	assert_int_equal(t.real.sys.ops->file_tidy(&t.real.sys, NAME), 0);
	tree_done(&t);
}

static void no_link_is_followed(void **state)
{
	struct tree t;
	struct sys_file about;
	char buf[4096];

	(void)state;
	tree_open(&t);
	tree_file(&t, "victim/0000-00-01.0-00.0.conf", "theirs\n");
	tree_folder(&t, FOLDER);
	tree_link(&t, NAME, "../../../victim/0000-00-01.0-00.0.conf");
	assert_int_equal(get(&t, buf, &about), -ELOOP);
	/* A link is replaced, not written through. */
	assert_int_equal(put(&t, "ours\n"), 0);
	assert_int_equal(get(&t, buf, &about), 5);
	tree_done(&t);

	tree_open(&t);
	tree_file(&t, "victim/0000-00-01.0-00.0.conf", "theirs\n");
	tree_link(&t, FOLDER, "../../victim");
	assert_int_equal(get(&t, buf, &about), -ENOTDIR);
	assert_int_equal(put(&t, "ours\n"), -ENOTDIR);
	assert_int_equal(t.real.sys.ops->file_remove(&t.real.sys, NAME), -ENOTDIR);
	assert_int_equal(access(at(&t, "victim/0000-00-01.0-00.0.conf"), F_OK), 0);
	tree_done(&t);
}

static void nothing_but_a_regular_file_is_opened(void **state)
{
	struct tree t;
	struct sys_file about;
	char buf[4096];

	(void)state;
	tree_open(&t);
	tree_folder(&t, FOLDER);
	assert_int_equal(mkfifo(at(&t, NAME), 0644), 0);
	assert_int_equal(get(&t, buf, &about), -EINVAL);
	tree_done(&t);
}

/* Trusted, then not any more. */
static void check_distrust(struct tree *t, const char *path, unsigned mode)
{
	struct sys_file about;
	unsigned before = mode_of(t, path);
	char buf[4096];

	assert_int_equal(chmod(at(t, path), mode), 0);
	assert_true(get(t, buf, &about) >= 0);
	if (about.is_trusted)
		fail_msg("%s with mode %o is trusted", path, mode);
	assert_int_equal(chmod(at(t, path), before), 0);
	assert_true(get(t, buf, &about) >= 0);
	assert_true(about.is_trusted);
}

static void what_others_may_write_is_not_believed(void **state)
{
	struct tree t;
	struct sys_file about;
	char buf[4096];

	(void)state;
	tree_open(&t);
	tree_file(&t, NAME, "x\n");
	if (be_live(&t)) {
		check_distrust(&t, NAME, 0664);
		check_distrust(&t, NAME, 0646);
		check_distrust(&t, FOLDER, 0775);
		check_distrust(&t, "etc/passthru", 0757);
		check_distrust(&t, "etc", 0777);
		assert_int_equal(chown(at(&t, NAME), 1234, 0), 0);
		assert_true(get(&t, buf, &about) >= 0 && !about.is_trusted);
		assert_int_equal(chown(at(&t, NAME), 0, 0), 0);
		assert_int_equal(chown(at(&t, FOLDER), 1234, 0), 0);
		assert_true(get(&t, buf, &about) >= 0 && !about.is_trusted);
		assert_int_equal(put(&t, "y\n"), -EPERM);
		assert_int_equal(chown(at(&t, FOLDER), 0, 0), 0);
		assert_int_equal(link(at(&t, NAME), at(&t, "second")), 0);
		assert_true(get(&t, buf, &about) >= 0 && !about.is_trusted);
	}
	tree_done(&t);
}

/* ---- as a move ---- */

static struct value value_at(struct tree *t)
{
	struct value v;
	struct err e = {0};

	assert_int_equal(file_get(&t->real.sys, &t->mem, "/" NAME, &v, &e), 0);
	return v;
}

static void a_file_of_another_kind_is_no_value_of_a_plan(void **state)
{
	struct tree t;
	struct value is_one = {.text = "x\n"}, none = {0}, now;

	(void)state;
	tree_open(&t);
	now = value_at(&t);
	assert_true(value_equal(KIND_FILE, &now, &none));
	tree_file(&t, NAME, "x\n");
	assert_int_equal(chmod(at(&t, NAME), 0644), 0);
	now = value_at(&t);
	assert_true(value_equal(KIND_FILE, &now, &is_one));
	assert_int_equal(chmod(at(&t, NAME), 0600), 0);
	now = value_at(&t);
	assert_false(value_equal(KIND_FILE, &now, &is_one));
	assert_int_equal(unlink(at(&t, NAME)), 0);
	assert_int_equal(mkdir(at(&t, NAME), 0755), 0);
	now = value_at(&t);
	assert_false(value_equal(KIND_FILE, &now, &none));
	tree_done(&t);
}

static void going_back_restores_the_bytes(void **state)
{
	struct tree t;
	struct step there = {.type = STEP_MOVE, .kind = KIND_FILE, .target = "/" NAME,
	    .have = {.text = "# caf\xe9\tby hand\r\n\n"}, .want = {0}},
		    back = there;
	struct value now = {0};
	struct err e = {0};

	(void)state;
	tree_open(&t);
	tree_file(&t, NAME, there.have.text);
	assert_int_equal(chmod(at(&t, NAME), 0644), 0);
	back.have = there.want;
	back.want = there.have;
	assert_int_equal(move_state(&t.real.sys, &t.mem, &there, &now, &e), STATE_HAVE);
	assert_int_equal(move_set(&t.real.sys, &t.mem, &there, &now, &e), 0);
	assert_int_equal(move_state(&t.real.sys, &t.mem, &there, &now, &e), STATE_WANT);
	assert_int_equal(move_set(&t.real.sys, &t.mem, &back, &now, &e), 0);
	assert_string_equal(value_at(&t).text, there.have.text);
	assert_int_equal(mode_of(&t, NAME), 0644);
	tree_file(&t, NAME, "somebody else's\n");
	assert_int_equal(move_state(&t.real.sys, &t.mem, &there, &now, &e), STATE_FOREIGN);
	tree_done(&t);
}

/* ---- reading claims ---- */

static bool has_trouble(const struct claims *c, const char *file, const char *says)
{
	for (size_t i = 0; i < c->n_troubles; i++)
		if (strstr(c->troubles[i].file, file) && strstr(c->troubles[i].text, says))
			return true;
	return false;
}

static void a_bad_file_is_named_and_the_good_ones_are_read(void **state)
{
	char *large = calloc(1, 20000);
	struct claims c;
	struct tree t;
	struct err e = {0};

	(void)state;
	assert_non_null(large);
	memset(large, '#', 19999);
	tree_open(&t);
	tree_file(&t, NAME, CARD);
	tree_file(&t, FOLDER "/0000-00-02.0-00.0.conf", CARD); /* a copy */
	tree_file(&t, FOLDER "/0000-00-03.0-00.0.conf", "colour = red\n");
	tree_file(&t, FOLDER "/Mine.conf", CARD);
	tree_file(&t, FOLDER "/large.conf", large);
	tree_folder(&t, FOLDER "/folder.conf");
	tree_link(&t, FOLDER "/link.conf", "0000-00-01.0-00.0.conf");
	tree_file(&t, FOLDER "/.0000-00-04.0-00.0.conf.passthru-new", "half");
	tree_file(&t, FOLDER "/README", "not a claim\n");
	assert_int_equal(read_claims(&t.real.sys, &t.mem, &c, &e), 0);
	assert_int_equal(c.n, 1);
	assert_string_equal(c.items[0].name, "0000-00-01.0-00.0");
	assert_string_equal(c.items[0].file, "/" NAME);
	assert_string_equal(c.items[0].text, CARD);
	assert_int_equal(c.n_troubles, 6);
	assert_true(has_trouble(&c, "0000-00-02.0-00.0.conf", "its path is that of 0000-00-01.0-00.0.conf"));
	assert_true(has_trouble(&c, "0000-00-03.0-00.0.conf", "line 1: there is no key colour"));
	assert_true(has_trouble(&c, "Mine.conf", "no claim is called so"));
	assert_true(has_trouble(&c, "large.conf", "larger"));
	assert_true(has_trouble(&c, "folder.conf", "no regular file"));
	assert_true(has_trouble(&c, "link.conf", "it is a link"));
	tree_done(&t);
	free(large);
}

static void on_the_running_host_only_roots_own_is_believed(void **state)
{
	struct claims c;
	struct tree t;
	struct err e = {0};

	(void)state;
	tree_open(&t);
	tree_file(&t, NAME, CARD);
	if (be_live(&t)) {
		assert_int_equal(read_claims(&t.real.sys, &t.mem, &c, &e), 0);
		assert_int_equal(c.n, 1);
		assert_int_equal(chmod(at(&t, FOLDER), 0777), 0);
		assert_int_equal(read_claims(&t.real.sys, &t.mem, &c, &e), 0);
		assert_int_equal(c.n, 0);
		assert_true(has_trouble(&c, NAME, "not root's alone"));
	}
	tree_done(&t);
}

static void without_a_folder_nothing_is_claimed(void **state)
{
	struct claims c = {.n = 9};
	struct tree t;
	struct err e = {0};

	(void)state;
	tree_open(&t);
	assert_int_equal(read_claims(&t.real.sys, &t.mem, &c, &e), 0);
	assert_int_equal(c.n + c.n_troubles, 0);
	tree_done(&t);
}

static void the_functions_that_are_meant_are_marked(void **state)
{
	struct read_request request = {.facets = FACET_PATH};
	struct flow f;
	struct claims c;
	struct host h;
	struct tree t;
	struct err e = {0};

	(void)state;
	tree_open(&t);
	f = (struct flow){.s = &t.real.sys, .mem = &t.mem};
	tree_function(&t, "0000:00:01.0", 0x060400, "8086:1901", NULL);
	/* Another bus number than when it was claimed. */
	tree_function(&t, "0000:00:01.0/0000:05:00.0", 0x030000, "10DE:2204", NULL);
	tree_function(&t, "0000:00:02.0", 0x060400, "8086:1901", NULL);
	tree_function(&t, "0000:00:02.0/0000:01:00.0", 0x030000, "10DE:2204", NULL);
	tree_file(&t, NAME, CARD);
	assert_int_equal(read_host(&t.real.sys, &t.mem, &request, &h, &e), 0);
	assert_int_equal(flow_mark_claims(&f, &h, &c, &e), 0);
	assert_string_equal(host_find(&h, addr_of("0000:05:00.0"))->claim, "win11");
	assert_null(host_find(&h, addr_of("0000:01:00.0"))->claim);
	assert_null(host_find(&h, addr_of("0000:00:01.0"))->claim);
	tree_done(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    T(what_is_put_is_there_for_all_to_read),
	    T(what_a_kill_left_is_written_over_and_tidied),
	    T(no_link_is_followed),
	    T(nothing_but_a_regular_file_is_opened),
	    T(what_others_may_write_is_not_believed),
	    T(a_file_of_another_kind_is_no_value_of_a_plan),
	    T(going_back_restores_the_bytes),
	    T(a_bad_file_is_named_and_the_good_ones_are_read),
	    T(on_the_running_host_only_roots_own_is_believed),
	    T(without_a_folder_nothing_is_claimed),
	    T(the_functions_that_are_meant_are_marked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
