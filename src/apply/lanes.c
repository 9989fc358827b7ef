/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/lanes.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/str.h"

enum { MOST_LANES = 32 };

struct lane {
	const char *group; /* of its first function */
	const struct step **steps;
	size_t n;
	lane_step *run;
	void *data;
	atomic_bool *is_stopped;
	struct arena mem;
	struct err e;
	int code;
	pthread_t thread;
	bool is_started;
};

size_t lanes_length(const struct plan *p, size_t first)
{
	size_t n = 0;

	while (first + n < p->n_steps && p->steps[first + n].kind == KIND_BINDING)
		n++;
	return n;
}

static void *run_lane(void *data)
{
	struct lane *lane = data;

	for (size_t i = 0; i < lane->n && lane->code == 0 && !atomic_load(lane->is_stopped); i++)
		lane->code = lane->run(lane->data, &lane->mem, lane->steps[i], &lane->e);
	if (lane->code < 0)
		atomic_store(lane->is_stopped, true);
	return NULL;
}

/* The functions of a card go in the plan's order, also where each has a group of its own. */
static bool share_slot(const char *a, const char *b)
{
	struct pci_addr x, y;

	return pci_addr_parse(a, &x) && pci_addr_parse(b, &y) && pci_addr_same_slot(x, y);
}

/* The lane of a function's group or slot; where two lanes fit, the first, and the plan's order within. Those beyond
 * the last lane share it: in order, which is always right. */
static struct lane *find_lane(struct sys *s, struct arena *mem, struct lane *lanes, size_t *n, const char *function)
{
	char path[SYS_PATH];
	const char *group = sys_link_base(s, mem, sys_path(path, "sys/bus/pci/devices/%s/iommu_group", function));

	for (size_t i = 0; i < *n; i++)
		if (str_eq(lanes[i].group, group) || share_slot(lanes[i].steps[0]->target, function))
			return &lanes[i];
	if (*n == MOST_LANES)
		return &lanes[MOST_LANES - 1];
	lanes[*n].group = group;
	return &lanes[(*n)++];
}

static int first_error(const struct lane *lanes, size_t n, struct err *e)
{
	const struct lane *failed = NULL;

	for (size_t i = 0; i < n; i++)
		if (lanes[i].code < 0 && (!failed || (lanes[i].code == -ETIME && failed->code != -ETIME)))
			failed = &lanes[i];
	if (!failed)
		return 0;
	if (e)
		*e = failed->e;
	return failed->code;
}

int lanes_run(struct sys *s, struct arena *mem, const struct step *steps, size_t n, lane_step *run, void *data,
    struct err *e)
{
	struct lane *lanes = arena_alloc(mem, MOST_LANES * sizeof(*lanes));
	atomic_bool is_stopped = false;
	size_t n_lanes = 0;
	int r = 0;

	for (size_t i = 0; i < n && s->is_parallel; i++) {
		struct lane *lane = find_lane(s, mem, lanes, &n_lanes, steps[i].target);

		*ARENA_PUSH(mem, lane->steps, lane->n) = &steps[i];
	}
	if (n_lanes <= 1) {
		for (size_t i = 0; r == 0 && i < n; i++)
			r = run(data, mem, &steps[i], e);
		return r;
	}
	for (size_t i = 0; i < n_lanes; i++) {
		struct lane *lane = &lanes[i];

		lane->run = run;
		lane->data = data;
		lane->is_stopped = &is_stopped;
		lane->is_started = pthread_create(&lane->thread, NULL, run_lane, lane) == 0;
		if (!lane->is_started)
			(void)run_lane(lane);
	}
	for (size_t i = 0; i < n_lanes; i++) {
		if (lanes[i].is_started)
			(void)pthread_join(lanes[i].thread, NULL);
		arena_adopt(mem, &lanes[i].mem);
	}
	return first_error(lanes, n_lanes, e);
}
