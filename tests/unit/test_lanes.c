/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moves side by side: by group, in order within one, none begun after a failure. */
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "apply/lanes.h"
#include "base/str.h"

/* Functions of one slot share a group: "…/0000:05:00.1/iommu_group" leads to group 5. */
static int link_by_slot(struct sys *s, const char *path, char *buf, size_t size)
{
	const char *address = strstr(path, "0000:");

	(void)s;
	(void)snprintf(buf, size, "../iommu_groups/%.2s", address + 5);
	return 0;
}

static const struct sys_ops ops = {.link = link_by_slot};

struct log {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	int n_done, n_inside, most_inside;
	char order[64][PCI_ADDR_TEXT];
	const char *fails; /* this target fails… */
	int code;	   /* …with this */
	const char *also_stuck;
	int wait_for; /* leave a step only when so many are inside at once, 0: at once */
};

static int record(void *data, struct arena *mem, const struct step *step, struct err *e)
{
	struct log *log = data;
	int r = 0;

	(void)arena_printf(mem, "each lane has memory of its own: %s", step->target);
	(void)pthread_mutex_lock(&log->mutex);
	if (++log->n_inside > log->most_inside)
		log->most_inside = log->n_inside;
	(void)pthread_cond_broadcast(&log->changed);
	while (log->most_inside < log->wait_for)
		(void)pthread_cond_wait(&log->changed, &log->mutex);
	(void)snprintf(log->order[log->n_done++], PCI_ADDR_TEXT, "%s", step->target);
	if (str_eq(step->target, log->fails))
		r = err_set(e, log->code, "%s fails", step->target);
	if (str_eq(step->target, log->also_stuck))
		r = err_set(e, -ETIME, "%s is stuck", step->target);
	log->n_inside--;
	(void)pthread_mutex_unlock(&log->mutex);
	return r;
}

static int place(const struct log *log, const char *target)
{
	for (int i = 0; i < log->n_done; i++)
		if (str_eq(log->order[i], target))
			return i;
	return -1;
}

static const struct step three_groups[] = {
    {.kind = KIND_BINDING, .target = "0000:01:00.1"},
    {.kind = KIND_BINDING, .target = "0000:01:00.0"},
    {.kind = KIND_BINDING, .target = "0000:02:00.1"},
    {.kind = KIND_BINDING, .target = "0000:02:00.0"},
    {.kind = KIND_BINDING, .target = "0000:03:00.0"},
};

static int run(struct log *log, bool is_parallel, struct err *e)
{
	struct sys s = {.ops = &ops, .is_parallel = is_parallel};
	struct arena mem = {0};
	int r;

	(void)pthread_mutex_init(&log->mutex, NULL);
	(void)pthread_cond_init(&log->changed, NULL);
	r = lanes_run(&s, &mem, three_groups, ARRAY_LEN(three_groups), record, log, e);
	arena_done(&mem);
	return r;
}

static void groups_run_side_by_side(void **state)
{
	struct log log = {.wait_for = 3}; /* would never come back otherwise */
	struct err e = {0};

	(void)state;
	assert_int_equal(run(&log, true, &e), 0);
	assert_int_equal(log.n_done, 5);
	assert_int_equal(log.most_inside, 3);
}

static void a_group_keeps_its_order(void **state)
{
	(void)state;
	for (int i = 0; i < 200; i++) {
		struct log log = {0};
		struct err e = {0};

		assert_int_equal(run(&log, true, &e), 0);
		assert_true(place(&log, "0000:01:00.1") < place(&log, "0000:01:00.0"));
		assert_true(place(&log, "0000:02:00.1") < place(&log, "0000:02:00.0"));
	}
}

/* A card whose functions have groups of their own still goes in the plan's order. */
static int link_by_function(struct sys *s, const char *path, char *buf, size_t size)
{
	(void)s;
	(void)snprintf(buf, size, "../iommu_groups/%.7s", strstr(path, "0000:") + 5);
	return 0;
}

static void a_slot_keeps_its_order_over_groups(void **state)
{
	static const struct sys_ops split = {.link = link_by_function};
	struct sys s = {.ops = &split, .is_parallel = true};

	(void)state;
	for (int i = 0; i < 200; i++) {
		struct log log = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
		struct arena mem = {0};
		struct err e = {0};

		assert_int_equal(lanes_run(&s, &mem, three_groups, ARRAY_LEN(three_groups), record, &log, &e), 0);
		assert_true(place(&log, "0000:01:00.1") < place(&log, "0000:01:00.0"));
		assert_true(place(&log, "0000:02:00.1") < place(&log, "0000:02:00.0"));
		arena_done(&mem);
	}
}

static void nothing_of_a_group_follows_its_failure(void **state)
{
	(void)state;
	for (int i = 0; i < 200; i++) {
		struct log log = {.fails = "0000:01:00.1", .code = -EBUSY};
		struct err e = {0};

		assert_int_equal(run(&log, true, &e), -EBUSY);
		assert_string_equal(e.what, "0000:01:00.1 fails");
		assert_int_equal(place(&log, "0000:01:00.0"), -1);
	}
}

static void stuck_comes_before_any_other_error(void **state)
{
	(void)state;
	for (int i = 0; i < 200; i++) {
		struct log log = {.fails = "0000:01:00.1", .code = -EBUSY, .also_stuck = "0000:03:00.0", .wait_for = 3};
		struct err e = {0};

		assert_int_equal(run(&log, true, &e), -ETIME);
		assert_string_equal(e.what, "0000:03:00.0 is stuck");
	}
}

static void a_door_that_is_not_parallel_is_used_in_order(void **state)
{
	struct log log = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(run(&log, false, &e), 0);
	assert_int_equal(log.most_inside, 1);
	for (size_t i = 0; i < ARRAY_LEN(three_groups); i++)
		assert_string_equal(log.order[i], three_groups[i].target);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(groups_run_side_by_side),
	    cmocka_unit_test(a_group_keeps_its_order),
	    cmocka_unit_test(a_slot_keeps_its_order_over_groups),
	    cmocka_unit_test(nothing_of_a_group_follows_its_failure),
	    cmocka_unit_test(stuck_comes_before_any_other_error),
	    cmocka_unit_test(a_door_that_is_not_parallel_is_used_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
