/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sys/read_idle_disks: what hangs below a function and is not mounted. Who holds it, and what is on it? */
#include "disks.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

/* ---- nobody's ---- */

static void an_unused_disk_that_carries_something_says_so_once(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	begin(&t);
	two_nvme(&t);
	block(&t, SDA, "8:0");
	udev(&t, "8:0", "E:ID_FS_USAGE=crypto\nE:ID_FS_TYPE=crypto_LUKS\n");
	h = host_in(&t);
	HAS(&h, USE_SIGNATURE, NVME0, "vfat on nvme0n1p1");
	assert_int_equal(tree_uses(&h, USE_SIGNATURE, NVME0, NULL), 1);
	HAS(&h, USE_SIGNATURE, NVME1, "ext4 on nvme1n1p1");
	HAS(&h, USE_SIGNATURE, SATA, "crypto_LUKS on sda");
	for (size_t i = 0; i < h.n_uses; i++)
		if (str_eq(h.uses[i].subject, "crypto_LUKS on sda"))
			assert_string_equal(h.uses[i].evidence, "/run/udev/data/b8:0");
	assert_int_equal(h.n_blind, 0);
	tree_done(&t);
}

static void a_partition_table_alone_is_something(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	begin(&t);
	two_nvme(&t);
	udev(&t, "259:5", "E:DEVTYPE=partition\n");
	h = host_in(&t);
	HAS(&h, USE_SIGNATURE, NVME1, "gpt partition table on nvme1n1");
	tree_done(&t);
}

static void an_empty_disk_is_no_use(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	begin(&t);
	block(&t, SDA, "8:0");
	udev(&t, "8:0", "E:DEVTYPE=disk\n");
	h = host_in(&t);
	assert_int_equal(all_uses(&h, SATA), 0);
	assert_int_equal(h.n_blind, 0);
	tree_done(&t);
}

static void a_disk_that_nobody_looked_at_is_unknown(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	begin(&t);
	block(&t, SDA, "8:0");
	h = host_in(&t);
	assert_int_equal(all_uses(&h, SATA), 0);
	assert_true(is_blind(&h, "not recorded"));
	tree_done(&t);
}

static void without_a_disk_nothing_is_unknown(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	begin(&t);
	block(&t, VIRTUAL "loop0", "7:0");
	assert_int_equal(remove(joined(&t, t.root, "/proc/swaps")), 0);
	h = host_in(&t);
	assert_int_equal(h.n_blind, 0);
	tree_done(&t);

	tree_open(&t);
	tree_function(&t, NVME0, 0x010802, "144D:A80A", "nvme");
	h = host_in(&t);
	assert_true(is_blind(&h, "block devices"));
	tree_done(&t);
}

/* ---- a live host is asked as well ---- */

static struct {
	const char *claimed; /* the node that is held, NULL: none */
	const char *carries; /* what every other one has */
	int code, n_claims, n_signatures;
} answers;

static int answer_claim(struct sys *s, const char *node)
{
	(void)s;
	answers.n_claims++;
	if (answers.code < 0)
		return answers.code;
	/* A partition that is held holds its disk. */
	return answers.claimed && strncmp(node, answers.claimed, strlen(node)) == 0;
}

static int answer_signature(struct sys *s, const char *node, char *buf, size_t size)
{
	(void)s;
	(void)node;
	answers.n_signatures++;
	if (answers.code < 0)
		return answers.code;
	return answers.carries ? (void)snprintf(buf, size, "%s", answers.carries), 1 : 0;
}

static struct host live_host(struct tree *t, bool may_write)
{
	static struct sys_ops ops;

	ops = *t->real.sys.ops;
	ops.is_claimed = answer_claim;
	ops.signature = answer_signature;
	answers.n_claims = answers.n_signatures = 0;
	t->real.sys.ops = &ops;
	t->real.sys.is_live = true;
	t->real.sys.may_write = may_write;
	return host_in(t);
}

static void an_exclusive_open_is_a_claim(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	memset(&answers, 0, sizeof(answers));
	answers.claimed = "dev/nvme0n1p2";
	begin(&t);
	two_nvme(&t);
	h = live_host(&t, true);
	HAS(&h, USE_DISK_CLAIM, NVME0, "exclusive open on nvme0n1p2");
	assert_int_equal(tree_uses(&h, USE_DISK_CLAIM, NVME0, NULL), 1);
	HAS_NONE(&h, USE_DISK_CLAIM, NVME1);
	assert_int_equal(h.n_blind, 0);
	tree_done(&t);

	answers.claimed = "dev/sda";
	begin(&t);
	block(&t, SDA, "8:0");
	h = live_host(&t, true);
	HAS(&h, USE_DISK_CLAIM, SATA, "exclusive open on sda");
	HAS_NONE(&h, USE_SIGNATURE, SATA);
	tree_done(&t);
}

static void what_is_known_to_be_used_is_not_asked(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	memset(&answers, 0, sizeof(answers));
	begin(&t);
	block(&t, SDA, "8:0");
	mount_lines(&t, "22 1 8:0 / / rw - ext4 /dev/sda rw\n");
	h = live_host(&t, true);
	HAS(&h, USE_SYSTEM_DISK, SATA, "/ on sda");
	assert_int_equal(answers.n_claims + answers.n_signatures, 0);
	h = live_host(&t, false);
	assert_int_equal(h.n_blind, 0);
	tree_done(&t);
}

static void without_rights_a_claim_is_unknown(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	memset(&answers, 0, sizeof(answers));
	begin(&t);
	block(&t, SDA, "8:0");
	h = live_host(&t, false);
	assert_int_equal(answers.n_claims + answers.n_signatures, 0);
	assert_true(is_blind(&h, "only root can see whether"));
	assert_true(is_blind(&h, "only root can see what is on"));
	answers.code = -EIO;
	h = live_host(&t, true);
	assert_true(is_blind(&h, "it cannot be seen whether"));
	assert_true(is_blind(&h, "it cannot be seen what is on"));
	tree_done(&t);
}

static void where_udev_knows_nothing_the_disk_is_looked_at(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	memset(&answers, 0, sizeof(answers));
	answers.carries = "xfs";
	begin(&t);
	block(&t, SDA, "8:0");
	block(&t, SDB, "8:16");
	udev(&t, "8:16", "E:DEVTYPE=disk\n");
	h = live_host(&t, true);
	HAS(&h, USE_SIGNATURE, SATA, "xfs on sda");
	assert_int_equal(tree_uses(&h, USE_SIGNATURE, SATA, NULL), 1);
	assert_int_equal(answers.n_signatures, 1);
	for (size_t i = 0; i < h.n_uses; i++)
		assert_string_equal(h.uses[i].evidence, "/dev/sda");
	answers.carries = NULL;
	h = live_host(&t, true);
	assert_int_equal(all_uses(&h, SATA), 0);
	assert_int_equal(h.n_blind, 0);
	tree_done(&t);
}

static void a_recorded_host_is_never_asked(void **state)
{
	struct tree t;
	struct host h;

	(void)state;
	memset(&answers, 0, sizeof(answers));
	answers.claimed = "dev/sda";
	begin(&t);
	block(&t, SDA, "8:0");
	udev(&t, "8:0", "E:DEVTYPE=disk\n");
	(void)live_host(&t, true);
	answers.n_claims = 0;
	t.real.sys.is_live = t.real.sys.may_write = false;
	h = host_in(&t);
	assert_int_equal(answers.n_claims + answers.n_signatures, 0);
	assert_int_equal(all_uses(&h, SATA) + h.n_blind, 0);
	tree_done(&t);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    T(an_unused_disk_that_carries_something_says_so_once),
	    T(a_partition_table_alone_is_something),
	    T(an_empty_disk_is_no_use),
	    T(a_disk_that_nobody_looked_at_is_unknown),
	    T(without_a_disk_nothing_is_unknown),
	    T(an_exclusive_open_is_a_claim),
	    T(what_is_known_to_be_used_is_not_asked),
	    T(without_rights_a_claim_is_unknown),
	    T(where_udev_knows_nothing_the_disk_is_looked_at),
	    T(a_recorded_host_is_never_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
