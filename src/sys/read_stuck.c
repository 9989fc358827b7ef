/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/read_stuck.h"

#include <string.h>

#include "base/str.h"
#include "sys/read_holders.h"
#include "text/kernel_stack.h"

enum {
	MOST_FOLDERS = 256, /* a USB controller has a whole tree below it */
	MOST_NODES = 16,    /* each is looked for in all of /proc */
	DEPTH = 4,	    /* nvme/nvme0/nvme0n1/nvme0n1p1 */
};

/* ---- the child ---- */

struct child_search {
	struct sys *s;
	const char *busy; /* what its descriptor 2 leads to (sys/writer.c, write_and_exit) */
	int pid;
};

static int look_for_child(void *data, const char *name)
{
	struct child_search *search = data;
	char path[SYS_PATH], target[SYS_PATH];
	uint64_t pid;

	if (!str_number(name, 10, INT32_MAX, &pid))
		return 0;
	if (search->s->ops->link(search->s, sys_path(path, "proc/%s/fd/2", name), target, sizeof(target)) < 0 ||
	    !str_eq(target, search->busy))
		return 0;
	search->pid = (int)pid;
	return 1;
}

/* The stack where we may read it, else the one function that everybody may. */
static const char *where_it_waits(struct sys *s, struct arena *mem, int pid)
{
	char path[SYS_PATH];
	const char *text = sys_text(s, mem, sys_path(path, "proc/%d/stack", pid), NULL);
	const char *where = text ? kernel_stack_top(mem, text) : NULL;

	if (where)
		return where;
	text = sys_text(s, mem, sys_path(path, "proc/%d/wchan", pid), NULL);
	return text && *text && !str_eq(text, "0") ? arena_printf(mem, "%.64s", text) : NULL;
}

/* ---- who has it open ---- */

struct names {
	struct arena *mem;
	const char **items;
	size_t n;
};

static int add_name(void *data, const char *name)
{
	struct names *names = data;
	struct pci_addr addr;

	/* What hangs below a bridge is another function's. */
	if (!pci_addr_parse(name, &addr))
		*ARENA_PUSH(names->mem, names->items, names->n) = arena_strdup(names->mem, name);
	return 0;
}

struct node_search {
	struct sys *s;
	struct arena *mem;
	const char *nodes[MOST_NODES]; /* "/dev/dri/card0" */
	size_t n;
	unsigned n_folders;
};

/* From the subsystem, as devtmpfs puts it. Not from uevent, which has the name, for it may take a lock that the
 * stuck driver holds. */
static void add_node(struct node_search *search, const char *device)
{
	char path[SYS_PATH];
	const char *subsystem = sys_link_base(search->s, search->mem, sys_path(path, "%s/subsystem", device));
	const char *folder = "";

	if (str_eq(subsystem, "drm"))
		folder = "dri/";
	else if (str_eq(subsystem, "sound"))
		folder = "snd/";
	else if (str_eq(subsystem, "input"))
		folder = "input/";
	search->nodes[search->n++] = arena_printf(search->mem, "/dev/%s%s", folder, str_base(device));
}

static void find_nodes(struct node_search *search, const char *folder, int depth)
{
	struct names names = {.mem = search->mem};
	char path[SYS_PATH], target[SYS_PATH];

	if (search->n_folders >= MOST_FOLDERS || search->s->ops->list(search->s, folder, add_name, &names) < 0)
		return;
	search->n_folders++;
	for (size_t i = 0; i < names.n && search->n < MOST_NODES; i++) {
		const char *below = arena_printf(search->mem, "%s/%s", folder, names.items[i]);

		/* Links lead to the bus, the class, other functions: not further down. */
		if (search->s->ops->link(search->s, below, target, sizeof(target)) == 0)
			continue;
		if (search->s->ops->exists(search->s, sys_path(path, "%s/dev", below)) == 1)
			add_node(search, below);
		if (depth > 1)
			find_nodes(search, below, depth - 1);
	}
}

static void find_holder(struct sys *s, struct arena *mem, const char *function, struct stuck *ret)
{
	struct node_search search = {.s = s, .mem = mem};
	char path[SYS_PATH];
	const char *group = sys_link_base(s, mem, sys_path(path, "sys/bus/pci/devices/%s/iommu_group", function));

	if (group)
		search.nodes[search.n++] = arena_printf(mem, "/dev/vfio/%s", group);
	find_nodes(&search, sys_path(path, "sys/bus/pci/devices/%s", function), DEPTH);
	for (size_t i = 0; i < search.n && ret->holder == 0; i++) {
		struct holders holders;

		if (read_vfio_holders(s, mem, search.nodes[i], &holders, NULL) < 0 || holders.n == 0)
			continue;
		ret->holder = holders.items[0].pid;
		ret->holder_command = holders.items[0].command;
	}
}

struct stuck read_stuck(struct sys *s, struct arena *mem, const char *function)
{
	struct child_search search = {.s = s, .busy = arena_printf(mem, "/run/passthru/busy/%s", function)};
	char path[SYS_PATH], target[SYS_PATH];
	struct stuck stuck = {0};

	(void)s->ops->list(s, "proc", look_for_child, &search);
	stuck.pid = search.pid;
	if (search.pid > 0) {
		stuck.where = where_it_waits(s, mem, search.pid);
		if (s->ops->link(s, sys_path(path, "proc/%d/fd/0", search.pid), target, sizeof(target)) == 0)
			stuck.path = arena_strdup(mem, target);
	}
	find_holder(s, mem, function, &stuck);
	return stuck;
}
