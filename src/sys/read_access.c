/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/read_access.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "text/interrupts.h"

int read_access(struct sys *s, const char *node, struct access *ret, struct sys_device *ret_device)
{
	struct sys_device device;

	return s->ops->access_get ? s->ops->access_get(s, node + 1, ret, ret_device ? ret_device : &device) : -EOPNOTSUPP;
}

static bool is_known(const struct host *h, const char *node)
{
	for (size_t i = 0; i < h->n_accesses; i++)
		if (str_eq(h->accesses[i].node, node))
			return true;
	return false;
}

int read_accesses(struct sys *s, struct arena *mem, struct host *h, struct err *e)
{
	struct node_access *all = NULL;

	h->accesses = NULL;
	h->n_accesses = 0;
	h->has_irq_remapping = read_irq_remapping(s, mem);
	for (size_t i = 0; i < h->n_functions; i++) {
		const char *name = h->functions[i].vfio_node;
		const char *node = name ? arena_printf(mem, "/dev/vfio/%s", name) : NULL;
		struct access access;
		int r;

		if (!node || is_known(h, node))
			continue;
		r = read_access(s, node, &access, NULL);
		if (r == -ENOENT)
			continue;
		if (r < 0)
			return err_set(e, r, "cannot see who may open %s: %s", node, strerror(-r));
		*ARENA_PUSH(mem, all, h->n_accesses) = (struct node_access){node, access_format(mem, &access)};
		h->accesses = all;
	}
	return 0;
}

struct looking {
	struct sys *s;
	struct arena *mem;
	struct interrupts found;
};

static int add_line(void *data, const char *line)
{
	struct looking *l = data;

	interrupts_line(&l->found, line);
	return l->found.is_remapped;
}

static int add_chip(void *data, const char *number)
{
	struct looking *l = data;
	char path[SYS_PATH];
	const char *chip = sys_text(l->s, l->mem, sys_path(path, "sys/kernel/irq/%s/chip_name", number), NULL);

	return chip ? add_line(l, chip) : 0;
}

enum tri read_irq_remapping(struct sys *s, struct arena *mem)
{
	struct looking l = {.s = s, .mem = mem};

	/* A line of /proc/interrupts has a column for each processor: of some hundred, the name behind them is cut
	 * off. So a file for each interrupt first. */
	if (s->ops->list(s, "sys/kernel/irq", add_chip, &l) < 0)
		(void)sys_lines(s, "proc/interrupts", add_line, &l);
	return interrupts_are_remapped(&l.found);
}
