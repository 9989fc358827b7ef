/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/free.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "judge/verdict.h"
#include "model/unit.h"
#include "sys/read_freeing.h"
#include "sys/read_holders.h"

struct unit_list {
	struct flow *f;
	struct unit_fact *items;
	size_t n;
};

/* A unit that cannot be asked for is not active: then it is not stopped, and what it holds is a reason to refuse. */
static bool add_unit(struct unit_list *list, const char *target)
{
	const struct sys_ops *ops = list->f->s->ops;
	struct sys_unit unit;
	bool is_active;

	for (size_t i = 0; i < list->n; i++)
		if (str_eq(list->items[i].target, target))
			return list->items[i].is_active;
	if (!unit_target_parse(target, &unit.name, &unit.is_user, &unit.uid))
		return false;
	is_active = ops->unit_active && ops->unit_active(list->f->s, &unit) == 1;
	*ARENA_PUSH(list->f->mem, list->items, list->n) = (struct unit_fact){target, is_active};
	return is_active;
}

/* The unit itself, and a socket that would start it again. */
static void add_units_of(struct unit_list *list, const struct holder *holder)
{
	struct arena *mem = list->f->mem;
	const char *target, *dot;

	if (!holder->unit)
		return;
	target = holder->is_user_unit ? arena_printf(mem, "%u/%s", holder->unit_user, holder->unit) : holder->unit;
	dot = strrchr(target, '.');
	if (add_unit(list, target) && dot)
		(void)add_unit(list, arena_printf(mem, "%.*s.socket", (int)(dot - target), target));
}

static void read_units(struct flow *f, struct host *h, struct holders *holders)
{
	struct unit_list list = {.f = f};
	const char *manager = holders->n > 0 ? read_display_manager(f->s, f->mem) : NULL;

	for (size_t i = 0; i < holders->n; i++) {
		struct holder *holder = &holders->items[i];

		if (holder->kind == HOLDER_PROCESS)
			holder->start = process_start(f->s, f->mem, holder->pid);
		add_units_of(&list, holder);
	}
	if (manager && add_unit(&list, manager))
		h->display_manager = manager;
	h->units = list.items;
	h->n_units = list.n;
}

int flow_read_holders(struct flow *f, struct change *c, struct err *e)
{
	int *functions, *of_host = NULL;
	size_t n = plan_functions(f->mem, &c->host, &c->plan, &functions), n_of_host = 0;
	struct pci_addr *addresses = NULL;
	size_t n_addresses = 0;
	struct holders *holders = arena_alloc(f->mem, sizeof(*holders));
	int r;

	for (size_t i = 0; i < n; i++) {
		const struct pci_function *function = &c->host.functions[functions[i]];

		if (judge_is_vfio_driver(function->driver))
			continue;
		*ARENA_PUSH(f->mem, of_host, n_of_host) = functions[i];
		if (function->driver)
			*ARENA_PUSH(f->mem, addresses, n_addresses) = function->addr;
	}
	read_freeing(f->s, f->mem, &c->host, of_host, n_of_host);
	if (n_addresses == 0)
		return 0;
	r = read_holders(f->s, f->mem, addresses, n_addresses, holders, e);
	/* A recorded host mostly comes without its processes: then nothing is said of them. */
	if (r < 0 && !f->s->is_live) {
		if (e)
			*e = (struct err){0};
		return 0;
	}
	if (r < 0)
		return r;
	if (!f->s->is_live && holders->n == 0 && !holders->is_complete)
		return 0;
	c->host.holders = holders;
	read_units(f, &c->host, holders);
	return 0;
}

bool plan_stops_units(const struct plan *p)
{
	for (size_t i = 0; i < p->n_steps; i++)
		if (p->steps[i].kind == KIND_UNIT && p->steps[i].type == STEP_MOVE && !p->steps[i].want.flag)
			return true;
	return false;
}
