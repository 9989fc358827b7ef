/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words in files of others, what loaders have, and programs of the host's owner: on real files and real processes. */
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "apply/kinds.h"
#include "base/str.h"
#include "model/boot_word.h"
#include "sys/read_boot_state.h"

#define GRUB "etc/default/grub"
#define WORD "/etc/default/grub GRUB_CMDLINE_LINUX_DEFAULT iommu=pt"

static const char *full(struct tree *t, const char *path)
{
	return arena_printf(&t->mem, "%s/%s", t->root, path);
}

static const char *text_of(struct tree *t, const char *path)
{
	char buf[4096];

	assert_true(t->real.sys.ops->read(&t->real.sys, path, buf, sizeof(buf)) >= 0);
	return arena_strdup(&t->mem, buf);
}

static int move_word(struct tree *t, const char *target, bool to, struct err *e)
{
	struct step step = {.type = STEP_MOVE, .kind = KIND_WORD, .target = target, .have = {.flag = !to}, .want = {.flag = to}};
	struct value now = {0};

	assert_int_equal(move_state(&t->real.sys, &t->mem, &step, &now, e), STATE_HAVE);
	return move_set(&t->real.sys, &t->mem, &step, &now, e);
}

static void a_word_comes_and_goes_and_all_else_stays(void **state)
{
	static const char before[] = "# mine\nGRUB_DISTRIBUTOR=`lsb_release`\nGRUB_CMDLINE_LINUX_DEFAULT='quiet  splash'\t# why\n\n";
	struct tree t;
	struct stat st;
	char label[16];
	bool has_attributes;
	struct err e = {0};

	(void)state;
	tree_open(&t);
	tree_file(&t, GRUB, before);
	assert_int_equal(chmod(full(&t, GRUB), 0640), 0);
	assert_int_equal(chown(full(&t, GRUB), 1, 2), 0);
	/* tmpfs has them since Linux 6.6. */
	has_attributes = setxattr(full(&t, GRUB), "user.mine", "kept", 4, 0) == 0;
	assert_int_equal(move_word(&t, WORD, true, &e), 0);
	assert_non_null(strstr(text_of(&t, GRUB), "'quiet  splash iommu=pt'\t# why\n\n"));
	assert_int_equal(stat(full(&t, GRUB), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(st.st_uid, 1);
	assert_int_equal(st.st_gid, 2);
	assert_true(!has_attributes || getxattr(full(&t, GRUB), "user.mine", label, sizeof(label)) == 4);
	assert_int_equal(move_word(&t, WORD, false, &e), 0);
	assert_string_equal(text_of(&t, GRUB), before);
	tree_done(&t);
}

static void a_link_and_a_file_of_several_names_are_refused(void **state)
{
	struct tree t;
	struct err e = {0};

	(void)state;
	tree_open(&t);
	tree_file(&t, "etc/kernel/cmdline", "root=1\n");
	tree_file(&t, "etc/kernel/other", "root=1\n");
	assert_int_equal(link(full(&t, "etc/kernel/cmdline"), full(&t, "etc/kernel/second")), 0);
	assert_int_equal(t.real.sys.ops->file_edit(&t.real.sys, "etc/kernel/cmdline", "x\n"), -EPERM);
	assert_int_equal(move_word(&t, "/etc/kernel/cmdline iommu=pt", true, &e), -EPERM);
	assert_string_equal(text_of(&t, "etc/kernel/cmdline"), "root=1\n");
	assert_int_equal(unlink(full(&t, "etc/kernel/cmdline")), 0);
	tree_link(&t, "etc/kernel/cmdline", "other");
	assert_true(t.real.sys.ops->file_edit(&t.real.sys, "etc/kernel/cmdline", "x\n") < 0);
	assert_string_equal(text_of(&t, "etc/kernel/other"), "root=1\n");
	assert_int_equal(t.real.sys.ops->file_edit(&t.real.sys, "etc/kernel/none", "x\n"), -ENOENT);
	tree_done(&t);
}

static void what_a_shell_would_compute_is_not_edited(void **state)
{
	struct step step = {.type = STEP_MOVE, .kind = KIND_WORD, .target = WORD, .want = {.flag = true}};
	struct value now = {0};
	struct tree t;
	struct err e = {0};

	(void)state;
	tree_open(&t);
	tree_file(&t, GRUB, "GRUB_CMDLINE_LINUX_DEFAULT=\"$(words)\"\n");
	assert_true(move_state(&t.real.sys, &t.mem, &step, &now, &e) < 0);
	assert_true(move_set(&t.real.sys, &t.mem, &step, &now, &e) < 0);
	assert_string_equal(text_of(&t, GRUB), "GRUB_CMDLINE_LINUX_DEFAULT=\"$(words)\"\n");
	tree_done(&t);
}

/* ---- what loaders have ---- */

static void generated_is(struct tree *t, const char *place, const char *want)
{
	struct step step = {.type = STEP_REQUIRE, .kind = KIND_GENERATED, .want = {.text = GENERATED_IN_ALL}};
	struct err e = {0};
	int r;

	step.target = boot_word_target(&t->mem, place, NULL, "iommu=pt");
	r = condition_check(&t->real.sys, &t->mem, &step, &e);
	assert_int_equal(r == 0, str_eq(want, GENERATED_IN_ALL));
	if (r < 0 && !strstr(e.what, want))
		fail_msg("%s: %s", place, e.what);
}

static void every_entry_is_looked_at_but_those_of_others_and_for_repairs(void **state)
{
	struct tree t;

	(void)state;
	tree_open(&t);
	tree_file(&t, "etc/machine-id", "0123\n");
	tree_file(&t, "boot/loader/entries/a.conf", "title A\nlinux /a\noptions root=1\noptions iommu=pt\n");
	tree_file(&t, "boot/loader/entries/b.conf", "title B\nlinux /b\nmachine-id 9999\noptions root=1\n");
	tree_file(&t, "boot/loader/entries/c-0-rescue.conf", "title C\nlinux /c\noptions root=1\n");
	tree_file(&t, "boot/loader/entries/d.conf", "title D\nlinux /d\noptions root=1 systemd.unit=rescue.target\n");
	generated_is(&t, "/boot/loader/entries", GENERATED_IN_ALL);
	/* GRUB reads the first line alone. */
	tree_file(&t, "boot/grub2/grub.cfg", "blscfg\n");
	generated_is(&t, "/boot/loader/entries", "in no entry");
	tree_file(&t, "boot/limine.conf", "/A\n  path: /a\n  cmdline: iommu=pt\n/B\n  path: /b\n  cmdline: root=1\n");
	generated_is(&t, "/boot/limine.conf", "in some entries (1 of 2) of /boot/limine.conf, not in \"B\"");
	generated_is(&t, "/boot/none/grub.cfg", "it is not there");
	generated_is(&t, "/boot/extlinux/other", "is no place of a loader's");
	tree_file(&t, "boot/extlinux/extlinux.conf", "# none\n");
	generated_is(&t, "/boot/extlinux/extlinux.conf", "there is no entry");
	tree_done(&t);
}

/* ---- before ---- */

static void a_mount_that_is_read_only_and_a_sealed_disk_are_seen(void **state)
{
	static const char *const folders[] = {"etc", "boot/grub"};
	struct boot_state s;
	struct tree t;

	(void)state;
	tree_open(&t);
	tree_file(&t, "proc/self/mountinfo",
	    "21 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n22 21 8:2 / /boot ro,relatime - ext4 /dev/sda2 rw\n23 21 8:3 / /boot2 rw - ext4 /dev/sda3 rw\n");
	tree_file(&t, "etc/crypttab", "# tpm2-device=auto\nroot UUID=1 none luks\n");
	read_boot_state(&t.real.sys, &t.mem, folders, 2, false, &s);
	assert_string_equal(s.read_only_point, "/boot");
	assert_null(s.seal_evidence);
	read_boot_state(&t.real.sys, &t.mem, folders, 1, false, &s);
	assert_null(s.read_only_point);
	tree_file(&t, "etc/crypttab", "root UUID=1 none luks,tpm2-device=auto\n");
	tree_file(&t, "proc/self/mountinfo", "21 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n22 21 8:2 / /boot rw - vfat /dev/sda2 ro\n");
	read_boot_state(&t.real.sys, &t.mem, folders, 2, false, &s);
	assert_string_equal(s.read_only_point, "/boot");
	assert_string_equal(s.seal_evidence, "/etc/crypttab");
	tree_done(&t);
}

/* ---- programs ---- */

static int run(const char *const *argv, unsigned limit_ms, char *output, size_t size, int *status)
{
	struct sys_real real;
	struct err e = {0};
	int r;

	assert_int_equal(sys_real_open(&real, NULL, &e), 0);
	r = real.sys.ops->run_tool(&real.sys, (char *const *)(uintptr_t)argv, limit_ms, output, size, status);
	sys_real_close(&real);
	return r;
}

static void a_program_is_run_with_nothing_but_its_words(void **state)
{
	static const char *const yes[] = {"true", NULL}, *const no[] = {"false", NULL}, *const none[] = {"passthru-none", NULL},
	    *const relative[] = {"../../tmp/x", NULL}, *const slow[] = {"sleep", "60", NULL}, *const numbers[] = {"seq", "1", "50000", NULL},
	    *const environment[] = {"env", NULL};
	char output[256];
	int status = -1;

	(void)state;
	assert_int_equal(run(yes, 10000, output, sizeof(output), &status), 0);
	assert_int_equal(status, 0);
	assert_int_equal(run(no, 10000, output, sizeof(output), &status), 0);
	assert_int_equal(status, 1);
	assert_int_equal(run(none, 10000, output, sizeof(output), &status), -ENOENT);
	assert_int_equal(run(relative, 10000, output, sizeof(output), &status), -ENOENT);
	assert_int_equal(run(slow, 300, output, sizeof(output), &status), -ETIMEDOUT);
	/* The end of what it said is kept. */
	assert_int_equal(run(numbers, 10000, output, sizeof(output), &status), 0);
	assert_int_equal(strlen(output), sizeof(output) - 1);
	assert_string_equal(output + sizeof(output) - 1 - strlen("49999\n50000\n"), "49999\n50000\n");
	assert_int_equal(setenv("LD_LIBRARY_PATH", "/tmp", 1), 0);
	assert_int_equal(run(environment, 10000, output, sizeof(output), &status), 0);
	assert_null(strstr(output, "LD_LIBRARY_PATH"));
	assert_non_null(strstr(output, "LC_ALL=C.UTF-8"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_word_comes_and_goes_and_all_else_stays),
	    cmocka_unit_test(a_link_and_a_file_of_several_names_are_refused),
	    cmocka_unit_test(what_a_shell_would_compute_is_not_edited),
	    cmocka_unit_test(every_entry_is_looked_at_but_those_of_others_and_for_repairs),
	    cmocka_unit_test(a_mount_that_is_read_only_and_a_sealed_disk_are_seen),
	    cmocka_unit_test(a_program_is_run_with_nothing_but_its_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
