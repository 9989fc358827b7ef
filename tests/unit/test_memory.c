/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory for guests: pools of huge pages, their ledger and plans; the limit of locked memory; QEMU's -m. */
#include "check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "apply/hugepages.h"
#include "base/str.h"
#include "judge/memlock.h"
#include "model/hugepages.h"
#include "plan/hugepages.h"
#include "sys/read_hugepages.h"
#include "sys/read_limits.h"
#include "text/meminfo.h"
#include "text/proc_limits.h"
#include "text/qemu_memory.h"
#include "tree.h"

#define GIB (1024ull * 1024 * 1024)

/* ---- names and sizes ---- */

static void a_pool_is_named_as_the_kernel_names_it_and_no_other_way(void **state)
{
	static const char *const bad[] = {"", "kB", "0kB", "02048kB", "2048", "2048KB", "2048kB ", "node0", "node0/", "node/2048kB",
	    "node00/2048kB", "node0/02048kB", "node0/2048kB/..", "../2048kB", "node0/../2048kB", "node1024/2048kB", "node-1/2048kB",
	    "Node0/2048kB", "node0//2048kB", "node0/99999999999kB", "noden/2048kB"};
	uint64_t kb = 7;
	int node = 7;

	(void)state;
	assert_true(huge_target_parse("node12/1048576kB", &node, &kb));
	assert_int_equal(node, 12);
	assert_int_equal(kb, 1048576);
	assert_true(huge_target_parse("2048kB", &node, &kb));
	assert_int_equal(node, NODE_ANY);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (huge_target_parse(bad[i], &node, &kb))
			fail_msg("\"%s\" passes", bad[i]);
}

static void a_page_size_is_a_number_and_a_unit(void **state)
{
	static const struct {
		const char *text;
		uint64_t kb;
	} good[] = {{"2M", 2048}, {"2m", 2048}, {"2MiB", 2048}, {"1G", 1048576}, {"1g", 1048576}, {"64K", 64}, {"16384k", 16384}};
	static const char *const bad[] = {"", "M", "2", "0M", "-2M", "2MB", "2T", "1.5G", "2 M", "2Mi", "99999999999G", "2048G"};
	uint64_t kb;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(huge_size_parse(good[i].text, &kb));
		assert_int_equal(kb, good[i].kb);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (huge_size_parse(bad[i], &kb))
			fail_msg("\"%s\" passes", bad[i]);
}

static void sizes_are_said_in_the_unit_that_fits(void **state)
{
	cleanup_arena struct arena mem = {0};

	(void)state;
	assert_string_equal(size_words(&mem, 0), "0 KiB");
	assert_string_equal(size_words(&mem, 1023), "1023 KiB");
	assert_string_equal(size_words(&mem, 2048), "2 MiB");
	assert_string_equal(size_words(&mem, 1536), "1.5 MiB");
	assert_string_equal(size_words(&mem, 1048576), "1 GiB");
	assert_non_null(size_words(&mem, UINT64_MAX));
}

/* ---- the ledger ---- */

static struct huge_ledger ledger_of(const char *text)
{
	struct huge_ledger l;

	if (!huge_ledger_parse(text, "boot", &l))
		fail_msg("refused: %s", text);
	return l;
}

static void a_settled_ledger_says_what_is_ours_and_never_more_than_there_is(void **state)
{
	struct huge_ledger l = ledger_of("boot 8");

	(void)state;
	assert_int_equal(huge_ledger_ours(&l, 100), 8);
	assert_int_equal(huge_ledger_ours(&l, 8), 8);
	assert_int_equal(huge_ledger_ours(&l, 3), 3);
}

static void an_open_ledger_is_read_off_the_pool(void **state)
{
	struct huge_ledger more = ledger_of("boot 2 10 20"), less = ledger_of("boot 10 2 20");

	(void)state;
	assert_int_equal(huge_ledger_ours(&more, 20), 2);
	assert_int_equal(huge_ledger_ours(&more, 25), 7);
	assert_int_equal(huge_ledger_ours(&more, 28), 10);
	assert_int_equal(huge_ledger_ours(&more, 40), 10); /* the rest is somebody else's */
	assert_int_equal(huge_ledger_ours(&more, 17), 2);
	assert_int_equal(huge_ledger_ours(&less, 20), 10);
	assert_int_equal(huge_ledger_ours(&less, 15), 5);
	assert_int_equal(huge_ledger_ours(&less, 12), 2);
	assert_int_equal(huge_ledger_ours(&less, 5), 2);
	assert_int_equal(huge_ledger_ours(&less, 30), 10);
}

static void a_ledger_comes_back_as_it_was_written(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct huge_ledger open = {.ours = 3, .is_open = true, .want = 11, .from = 5}, closed = {.ours = 4}, l;
	char text[128];

	(void)state;
	(void)snprintf(text, sizeof(text), "%s", huge_ledger_text(&mem, "boot", &open));
	str_chomp(text);
	l = ledger_of(text);
	assert_true(l.is_open && l.ours == 3 && l.want == 11 && l.from == 5);
	(void)snprintf(text, sizeof(text), "%s", huge_ledger_text(&mem, "boot", &closed));
	str_chomp(text);
	l = ledger_of(text);
	assert_true(!l.is_open && l.ours == 4);
}

static void a_ledger_of_another_boot_is_empty_and_junk_is_refused(void **state)
{
	static const char *const junk[] = {"", "boot", "boot ", "boot 1 2", "boot 1 2 3 4", "boot x", "boot 1  2 3", "boot -1",
	    "boot 1 2 3 ", " 1", "boot 99999999999", "boot 1\n2"};
	struct huge_ledger l;

	(void)state;
	l = ledger_of("other 8 16 5");
	assert_true(l.ours == 0 && !l.is_open);
	for (size_t i = 0; i < ARRAY_LEN(junk); i++)
		if (huge_ledger_parse(junk[i], "boot", &l))
			fail_msg("\"%s\" passes", junk[i]);
}

static void half_way_is_strictly_between(void **state)
{
	struct step more = {.kind = KIND_HUGEPAGES, .have.number = 2, .want.number = 10};
	struct step less = {.kind = KIND_HUGEPAGES, .have.number = 10, .want.number = 2};

	(void)state;
	for (uint64_t n = 0; n < 13; n++) {
		struct value now = {.number = n};

		assert_int_equal(hugepages_between(&more, &now), n > 2 && n < 10);
		assert_int_equal(hugepages_between(&less, &now), n > 2 && n < 10);
	}
}

static void fewer_are_as_good_where_the_want_says_so(void **state)
{
	struct value want = {.number = 8, .short_by = 3};

	(void)state;
	for (uint64_t n = 0; n < 12; n++)
		assert_int_equal(value_equal(KIND_HUGEPAGES, &(struct value){.number = n}, &want), n >= 5 && n <= 8);
	want.short_by = 0;
	for (uint64_t n = 0; n < 12; n++)
		assert_int_equal(value_equal(KIND_HUGEPAGES, &(struct value){.number = n}, &want), n == 8);
}

/* ---- planning ---- */

struct pool_row {
	int node;
	uint64_t page_kb, ours, room;
};

static struct hugepages pools_of(struct arena *mem, const struct pool_row *rows, size_t n)
{
	struct hugepages h = {.pools = arena_alloc(mem, n * sizeof(*h.pools)), .n_pools = n};

	for (size_t i = 0; i < n; i++) {
		struct huge_pool *p = &h.pools[i];

		*p = (struct huge_pool){.node = rows[i].node, .page_kb = rows[i].page_kb, .ours = rows[i].ours, .has_memory = true,
		    .has_ours = tri_from(rows[i].ours > 0), .free_kb = rows[i].room * rows[i].page_kb + 64 * 1024};
		huge_target_format(p->node, p->page_kb, p->target);
	}
	return h;
}

#define POOLS(mem, ...)                                                                                                \
	pools_of((mem), (const struct pool_row[]){__VA_ARGS__}, ARRAY_LEN(((const struct pool_row[]){__VA_ARGS__})))

static uint64_t want_of(const struct plan *p, const char *target)
{
	for (size_t i = 0; i < p->n_steps; i++)
		if (str_eq(p->steps[i].target, target))
			return p->steps[i].want.number - p->steps[i].have.number;
	return 0;
}

static void shares_are_alike_and_a_full_node_gives_less(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct hugepages h = POOLS(&mem, {0, 2048, 7, 100}, {1, 2048, 0, 2}, {2, 2048, 0, 100});
	struct hugepages_wish wish = {.node = NODE_ANY, .count = 13};
	struct plan p;
	struct err e = {0};

	(void)state;
	assert_int_equal(plan_hugepages(&mem, &h, &wish, &p, &e), 0);
	assert_int_equal(want_of(&p, "node0/2048kB"), 6);
	assert_int_equal(want_of(&p, "node1/2048kB"), 2);
	assert_int_equal(want_of(&p, "node2/2048kB"), 5);
	wish.count = 202;
	assert_int_equal(plan_hugepages(&mem, &h, &wish, &p, &e), 0);
	assert_int_equal(want_of(&p, "node0/2048kB") + want_of(&p, "node1/2048kB") + want_of(&p, "node2/2048kB"), 202);
	wish.count = 203;
	assert_int_equal(plan_hugepages(&mem, &h, &wish, &p, &e), -ENOSPC);
	assert_non_null(strstr(e.what, "memory for 202 more"));
}

/* Whatever may be missing on each node, in sum it is no more than was allowed. */
static void least_shares_add_up_to_at_least_what_was_asked(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct hugepages h = POOLS(&mem, {0, 2048, 3, 50}, {1, 2048, 0, 3}, {2, 2048, 9, 70});

	(void)state;
	for (uint64_t count = 1; count < 140; count++)
		for (uint64_t least = 1; least <= count; least += 3) {
			struct hugepages_wish wish = {.node = NODE_ANY, .count = count, .at_least = least};
			uint64_t all = 0, fewest = 0;
			struct plan p;
			struct err e = {0};
			int r = plan_hugepages(&mem, &h, &wish, &p, &e);

			assert_int_equal(r, least > 123 ? -ENOSPC : 0);
			for (size_t i = 0; r == 0 && i < p.n_steps; i++) {
				const struct step *s = &p.steps[i];

				all += s->want.number - s->have.number;
				fewest += s->want.number - s->have.number - s->want.short_by;
				assert_true(s->want.number - s->want.short_by > s->have.number);
			}
			if (r == 0 && (all != (count < 123 ? count : 123) || fewest < least))
				fail_msg("%u at least %u: %u, %u", (unsigned)count, (unsigned)least, (unsigned)all, (unsigned)fewest);
		}
}

static void size_and_node_must_be_there(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct hugepages h = POOLS(&mem, {0, 2048, 0, 9}, {0, 1048576, 0, 9}, {1, 2048, 0, 9}, {1, 1048576, 0, 9}), none = {0};
	struct hugepages_wish wish = {.node = 1, .count = 1, .page_kb = 1048576};
	struct plan p;
	struct err e = {0};

	(void)state;
	assert_int_equal(plan_hugepages(&mem, &h, &wish, &p, &e), 0);
	assert_int_equal(p.n_steps, 1);
	assert_string_equal(p.steps[0].target, "node1/1048576kB");
	wish.page_kb = 64;
	assert_int_equal(plan_hugepages(&mem, &h, &wish, &p, &e), -ENODEV);
	assert_non_null(strstr(e.hint, "2 MiB, 1 GiB"));
	wish.page_kb = 0;
	wish.node = 2;
	assert_int_equal(plan_hugepages(&mem, &h, &wish, &p, &e), -ENODEV);
	wish.node = 0;
	assert_int_equal(plan_hugepages(&mem, &none, &wish, &p, &e), -ENODEV);
	assert_int_equal(plan_hugepages(&mem, &h, &wish, &p, &e), 0);
	assert_string_equal(p.steps[0].target, "node0/2048kB");
}

static void giving_back_goes_to_what_was_before_the_record(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct hugepages h = POOLS(&mem, {0, 2048, 13, 100}, {1, 2048, 4, 100});
	struct plan taken = {0}, p;

	(void)state;
	plan_add_move(&mem, &taken, KIND_HUGEPAGES, "node0/2048kB", (struct value){.number = 5}, (struct value){.number = 15});
	plan_add_move(&mem, &taken, KIND_HUGEPAGES, "node7/2048kB", (struct value){.number = 0}, (struct value){.number = 5});
	plan_hugepages_release(&mem, &h, &taken, &p);
	assert_int_equal(p.n_steps, 1);
	assert_int_equal(p.steps[0].have.number, 13);
	assert_int_equal(p.steps[0].want.number, 5);
	plan_hugepages_release(&mem, &h, NULL, &p);
	assert_int_equal(p.n_steps, 2);
	assert_int_equal(p.steps[1].want.number, 0);
}

/* ---- reading ---- */

static void add_counts(struct tree *t, const char *folder, const char *total, const char *idle, const char *surplus)
{
	tree_file(t, arena_printf(&t->mem, "%s/nr_hugepages", folder), total);
	tree_file(t, arena_printf(&t->mem, "%s/free_hugepages", folder), idle);
	tree_file(t, arena_printf(&t->mem, "%s/surplus_hugepages", folder), surplus);
}

static void pools_are_read_by_node_with_its_memory(void **state)
{
	struct hugepages h;
	struct err e = {0};
	struct tree t;

	(void)state;
	tree_open(&t);
	add_counts(&t, "sys/devices/system/node/node1/hugepages/hugepages-2048kB", "7\n", "3\n", "2\n");
	add_counts(&t, "sys/devices/system/node/node0/hugepages/hugepages-1048576kB", "0\n", "0\n", "0\n");
	add_counts(&t, "sys/devices/system/node/node0/hugepages/hugepages-2048kB", "1\n", "1\n", "0\n");
	add_counts(&t, "sys/kernel/mm/hugepages/hugepages-2048kB", "8\n", "4\n", "2\n");
	tree_folder(&t, "sys/devices/system/node/node2");
	tree_folder(&t, "sys/devices/system/node/node0/hugepages/hugepages-junk");
	tree_file(&t, "sys/devices/system/node/online", "0-2\n");
	tree_file(&t, "sys/devices/system/node/node1/meminfo",
	    "Node 1 MemTotal:  900000 kB\nNode 1 MemFree:  100000 kB\nNode 1 Active(file):  100 kB\nNode 1 Inactive(file): 20 kB\n"
	    "Node 1 KReclaimable: 3 kB\nNode 1 FilePages: 999999 kB\n");
	tree_file(&t, "proc/sys/kernel/random/boot_id", "boot\n");
	tree_file(&t, "run/passthru/hugepages/node1-2048kB", "boot 4\n");
	assert_int_equal(read_hugepages(&t.real.sys, &t.mem, &h, &e), 0);
	assert_int_equal(h.n_pools, 3);
	assert_string_equal(h.pools[0].target, "node0/2048kB");
	assert_string_equal(h.pools[1].target, "node0/1048576kB");
	assert_string_equal(h.pools[2].target, "node1/2048kB");
	assert_int_equal(huge_pool_count(&h.pools[2]), 5);
	assert_int_equal(h.pools[2].free, 3);
	assert_int_equal(h.pools[2].ours, 4);
	assert_int_equal(h.pools[2].free_kb, 100000);
	assert_int_equal(h.pools[2].cache_kb, 123);
	assert_int_equal(huge_pool_room(&h.pools[2]), (100123 - 65536) / 2048);
	assert_false(h.pools[0].has_memory);
	assert_true(huge_pool_room(&h.pools[0]) == UINT64_MAX);
	tree_done(&t);
}

static void a_kernel_without_nodes_has_pools_of_the_whole_machine(void **state)
{
	struct hugepages h;
	struct err e = {0};
	struct tree t;
	struct huge_pool p;

	(void)state;
	tree_open(&t);
	assert_int_equal(read_hugepages(&t.real.sys, &t.mem, &h, &e), 0);
	assert_int_equal(h.n_pools, 0);
	add_counts(&t, "sys/kernel/mm/hugepages/hugepages-2048kB", "8\n", "4\n", "2\n");
	tree_file(&t, "proc/meminfo", "MemTotal: 900000 kB\nMemFree:  200000 kB\n");
	assert_int_equal(read_hugepages(&t.real.sys, &t.mem, &h, &e), 0);
	assert_int_equal(h.n_pools, 1);
	assert_string_equal(h.pools[0].target, "2048kB");
	assert_int_equal(h.pools[0].free_kb, 200000);
	assert_int_equal(read_huge_pool(&t.real.sys, &t.mem, "node0/2048kB", &p, &e), -ENODEV);
	assert_int_equal(read_huge_pool(&t.real.sys, &t.mem, "../2048kB", &p, &e), -EINVAL);
	tree_file(&t, "sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "many\n");
	assert_int_equal(read_hugepages(&t.real.sys, &t.mem, &h, &e), -EINVAL);
	tree_done(&t);
}

static void a_line_of_meminfo_that_is_none_says_nothing(void **state)
{
	static const char *const lines[] = {"", "MemFree", "MemFree:", "MemFree: x kB", "Node MemFree: 5 kB", "Node 0MemFree: 5 kB",
	    "xMemFree: 5 kB", "MemFreex: 5 kB", "MemFree: -5 kB", "Active: 5 kB"};
	struct meminfo m = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		meminfo_line(&m, lines[i]);
	assert_false(m.has_free);
	assert_int_equal(m.cache_kb, 0);
}

/* ---- locked memory ---- */

static void the_limit_is_read_from_its_line_alone(void **state)
{
	static const char *const junk[] = {"", "Max locked memory", "Max locked memory   x y bytes", "Max locked memory 5",
	    "Max locked memory 5 6", "Max locked memory 5 6 pages", "Max file size 1 2 bytes", "Max locked memory -1 5 bytes"};
	struct memlock m = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(junk); i++)
		proc_limits_line(&m, junk[i]);
	assert_false(m.has_limits);
	proc_limits_line(&m, "Max locked memory         8388608              unlimited            bytes     ");
	assert_true(m.has_limits);
	assert_int_equal(m.soft_bytes, 8388608);
	assert_true(m.hard_bytes == MEMLOCK_UNLIMITED);
}

static void bit_fourteen_is_the_right_to_lock(void **state)
{
	(void)state;
	assert_int_equal(proc_status_has_ipc_lock("CapEff:\t0000000000004000"), TRI_YES);
	assert_int_equal(proc_status_has_ipc_lock("CapEff:\t000001ffffffbfff"), TRI_NO);
	assert_int_equal(proc_status_has_ipc_lock("CapPrm:\t0000000000004000"), TRI_UNKNOWN);
	assert_int_equal(proc_status_has_ipc_lock("CapEff:\tzz"), TRI_UNKNOWN);
}

static void root_of_a_container_has_the_bit_and_not_the_right(void **state)
{
	static const char limits[] = "Limit  Soft Limit  Hard Limit  Units\nMax cpu time  unlimited unlimited seconds\n"
				     "Max locked memory  65536  131072  bytes\n";
	struct memlock m;
	struct tree t;

	(void)state;
	tree_open(&t);
	m = read_memlock(&t.real.sys, 5);
	assert_true(!m.has_limits && m.is_privileged == TRI_UNKNOWN);
	tree_file(&t, "proc/5/limits", limits);
	tree_file(&t, "proc/5/status", "Name:\tx\nCapInh:\t0000000000000000\nCapEff:\t000001ffffffffff\n");
	m = read_memlock(&t.real.sys, 5);
	assert_int_equal(m.is_privileged, TRI_UNKNOWN);
	assert_int_equal(m.hard_bytes, 131072);
	tree_link(&t, "proc/5/ns/user", "user:[4026531837]");
	assert_int_equal(read_memlock(&t.real.sys, 5).is_privileged, TRI_YES);
	tree_file(&t, "proc/6/status", "CapEff:\t000001ffffffffff\n");
	tree_link(&t, "proc/6/ns/user", "user:[4026532000]");
	assert_int_equal(read_memlock(&t.real.sys, 6).is_privileged, TRI_NO);
	tree_done(&t);
}

static struct memlock_answer ask(struct arena *mem, uint64_t guest, uint64_t soft, uint64_t hard, enum tri privileged, unsigned n)
{
	struct memlock_question q = {.guest_bytes = guest, .limit = {true, soft, hard, privileged}, .n_containers = n};

	return judge_memlock(mem, &q);
}

static void a_guest_must_fit_into_the_limit_with_some_to_spare(void **state)
{
	cleanup_arena struct arena mem = {0};

	(void)state;
	assert_int_equal(ask(&mem, 8 * GIB, 9 * GIB, 9 * GIB, TRI_NO, 0).is_enough, TRI_YES);
	assert_int_equal(ask(&mem, 8 * GIB, 9 * GIB - 1, 9 * GIB, TRI_NO, 1).is_enough, TRI_UNKNOWN);
	assert_int_equal(ask(&mem, 8 * GIB, 8 * GIB, 9 * GIB, TRI_NO, 1).is_enough, TRI_UNKNOWN);
	assert_int_equal(ask(&mem, 8 * GIB, 8 * GIB - 1, 9 * GIB, TRI_NO, 1).is_enough, TRI_NO);
	assert_int_equal(ask(&mem, 8 * GIB, 0, 0, TRI_NO, 1).is_enough, TRI_NO);
	assert_int_equal(ask(&mem, 8 * GIB, MEMLOCK_UNLIMITED, MEMLOCK_UNLIMITED, TRI_NO, 9).is_enough, TRI_YES);
	assert_int_equal(ask(&mem, UINT64_MAX, MEMLOCK_UNLIMITED - 1, 0, TRI_NO, 3).is_enough, TRI_NO);
}

static void the_right_to_lock_lifts_the_limit_and_an_unknown_right_may(void **state)
{
	cleanup_arena struct arena mem = {0};

	(void)state;
	assert_int_equal(ask(&mem, 8 * GIB, 65536, 65536, TRI_YES, 1).is_enough, TRI_YES);
	assert_int_equal(ask(&mem, 8 * GIB, 65536, 65536, TRI_UNKNOWN, 1).is_enough, TRI_UNKNOWN);
}

static void with_a_viommu_every_device_pins_all_of_it(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct memlock_answer a = ask(&mem, 8 * GIB, 9 * GIB, 9 * GIB, TRI_NO, 2);

	(void)state;
	assert_int_equal(a.is_enough, TRI_NO);
	assert_int_equal(a.needed_bytes, 18 * GIB);
	assert_non_null(strstr(a.text, "each of 2 devices"));
	assert_int_equal(ask(&mem, 8 * GIB, 18 * GIB, 18 * GIB, TRI_NO, 2).is_enough, TRI_YES);
}

static void the_nearest_mend_comes_first(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct memlock_answer soft = ask(&mem, 8 * GIB, 65536, MEMLOCK_UNLIMITED, TRI_NO, 1);
	struct memlock_answer hard = ask(&mem, 8 * GIB, 65536, 65536, TRI_NO, 1);
	struct memlock_answer fine = ask(&mem, 8 * GIB, 16 * GIB, 65536, TRI_NO, 1);

	(void)state;
	assert_non_null(strstr(soft.mends[0], "ulimit -l 9437184"));
	assert_non_null(strstr(hard.mends[0], "limits.d"));
	assert_non_null(strstr(hard.text, "8 GiB, but only 64 KiB"));
	assert_int_equal(fine.n_mends, 0);
}

static void a_limit_that_is_not_known_is_no_answer(void **state)
{
	cleanup_arena struct arena mem = {0};
	struct memlock_question q = {.guest_bytes = GIB};
	struct memlock_answer a = judge_memlock(&mem, &q);

	(void)state;
	assert_int_equal(a.is_enough, TRI_UNKNOWN);
	assert_non_null(strstr(a.text, "cannot be read"));
}

/* ---- QEMU's words ---- */

static struct qemu_memory memory_of(const char *words)
{
	char text[1024], *argv[64], *rest = text;
	size_t n = 0;

	(void)snprintf(text, sizeof(text), "%s", words);
	for (char *word; n + 1 < ARRAY_LEN(argv) && (word = strsep(&rest, " "));)
		argv[n++] = word;
	argv[n] = NULL;
	return qemu_memory_of(argv);
}

static void check_memory(const char *words, uint64_t want)
{
	struct qemu_memory m = memory_of(words);

	if (!m.is_qemu || !m.is_known || m.bytes != want)
		fail_msg("%s: %d %d %llu", words, m.is_qemu, m.is_known, (unsigned long long)m.bytes);
}

static void memory_is_what_m_says(void **state)
{
	(void)state;
	check_memory("qemu-system-x86_64", 128 * GIB / 1024);
	check_memory("/usr/bin/qemu-system-x86_64 -m 8G", 8 * GIB);
	check_memory("qemu-system-x86_64 -m 4096", 4 * GIB);
	check_memory("qemu-system-x86_64 --m 4096M", 4 * GIB);
	check_memory("qemu-kvm -m size=8192M,slots=4,maxmem=64G -smp 4", 8 * GIB);
	check_memory("kvm -m 8g,slots=4,maxmem=64G", 8 * GIB);
	check_memory("qemu-system-x86_64 -m slots=4,maxmem=64G", 128 * GIB / 1024);
	check_memory("qemu-system-x86_64 -m 1.5G", GIB + GIB / 2);
	check_memory("qemu-system-x86_64 -m 1G -m 2G", 2 * GIB);
	check_memory("qemu-system-x86_64 -m 1G,size=3G", 3 * GIB);
	check_memory("qemu-system-x86_64 -m 0", 128 * GIB / 1024);
	check_memory("qemu-system-x86_64 -append -m -m 1G", GIB);
	check_memory("qemu-system-x86_64 disk.img -m", 128 * GIB / 1024);
}

static void backends_count_where_something_names_them(void **state)
{
	(void)state;
	check_memory("qemu-system-x86_64 -m 4G -object memory-backend-memfd,id=ram,size=4G -machine q35,memory-backend=ram", 4 * GIB);
	check_memory("qemu-system-x86_64 -object memory-backend-file,id=ram,size=4G,mem-path=/dev/hugepages -M q35,memory-backend=ram",
	    4 * GIB);
	check_memory("qemu-system-x86_64 -object memory-backend-ram,size=1073741824,id=a,,b -M memory-backend=a,,b", GIB);
	check_memory("qemu-system-x86_64 -m 1G -object memory-backend-ram,id=d,size=2G -device pc-dimm,id=x,memdev=d", 3 * GIB);
	check_memory("qemu-system-x86_64 -m 1G -object memory-backend-ram,id=d,size=2G -object rng-random,id=r", GIB);
	check_memory("qemu-system-x86_64 -m 1G -object memory-backend-ram,id=n0,size=1G -numa node,memdev=n0", GIB);
}

static void what_cannot_be_understood_is_not_known(void **state)
{
	static const char *const unknown[] = {
	    "qemu-system-x86_64 -m lots",
	    "qemu-system-x86_64 -m 8GB",
	    "qemu-system-x86_64 -m -1",
	    "qemu-system-x86_64 -m 99999999999999999999",
	    "qemu-system-x86_64 -m 99999999E",
	    "qemu-system-x86_64 -readconfig vm.cfg -m 1G",
	    "qemu-system-x86_64 -M memory-backend=ram",
	    "qemu-system-x86_64 -object memory-backend-ram,id=ram -M memory-backend=ram",
	    "qemu-system-x86_64 -object {\"qom-type\":\"memory-backend-ram\",\"id\":\"ram\",\"size\":1} -m 1G",
	    "qemu-system-x86_64 -m 1G -device pc-dimm",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(unknown); i++)
		if (memory_of(unknown[i]).is_known)
			fail_msg("it claims to know: %s", unknown[i]);
	assert_false(memory_of("virsh start vm -m 8G").is_qemu);
	assert_false(memory_of("").is_qemu);
}

static void devices_and_a_viommu_are_seen(void **state)
{
	struct qemu_memory m = memory_of("qemu-system-x86_64 -device intel-iommu,intremap=on -device vfio-pci,host=01:00.0 "
					 "-device vfio-pci,host=01:00.1 -device e1000e");

	(void)state;
	assert_true(m.has_viommu);
	assert_int_equal(m.n_vfio, 2);
	m = memory_of("qemu-system-aarch64 -M virt,iommu=smmuv3 -device {\"driver\":\"vfio-pci\",\"host\":\"01:00.0\"}");
	assert_true(m.has_viommu && m.is_known);
	assert_int_equal(m.n_vfio, 1);
	m = memory_of("qemu-system-x86_64 -device vfio-pci,host=01:00.0");
	assert_false(m.has_viommu);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    T(a_pool_is_named_as_the_kernel_names_it_and_no_other_way),
	    T(a_page_size_is_a_number_and_a_unit),
	    T(sizes_are_said_in_the_unit_that_fits),
	    T(a_settled_ledger_says_what_is_ours_and_never_more_than_there_is),
	    T(an_open_ledger_is_read_off_the_pool),
	    T(a_ledger_comes_back_as_it_was_written),
	    T(a_ledger_of_another_boot_is_empty_and_junk_is_refused),
	    T(half_way_is_strictly_between),
	    T(fewer_are_as_good_where_the_want_says_so),
	    T(shares_are_alike_and_a_full_node_gives_less),
	    T(least_shares_add_up_to_at_least_what_was_asked),
	    T(size_and_node_must_be_there),
	    T(giving_back_goes_to_what_was_before_the_record),
	    T(pools_are_read_by_node_with_its_memory),
	    T(a_kernel_without_nodes_has_pools_of_the_whole_machine),
	    T(a_line_of_meminfo_that_is_none_says_nothing),
	    T(the_limit_is_read_from_its_line_alone),
	    T(bit_fourteen_is_the_right_to_lock),
	    T(root_of_a_container_has_the_bit_and_not_the_right),
	    T(a_guest_must_fit_into_the_limit_with_some_to_spare),
	    T(the_right_to_lock_lifts_the_limit_and_an_unknown_right_may),
	    T(with_a_viommu_every_device_pins_all_of_it),
	    T(the_nearest_mend_comes_first),
	    T(a_limit_that_is_not_known_is_no_answer),
	    T(memory_is_what_m_says),
	    T(backends_count_where_something_names_them),
	    T(what_cannot_be_understood_is_not_known),
	    T(devices_and_a_viommu_are_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
