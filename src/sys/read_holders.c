/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "sys/read_host.h"

/* Who has a VFIO node open: the descriptors of every process, by the name they lead to. */
struct holder_scan {
	struct sys *s;
	struct arena *mem;
	const char *node;
	const char *pid;
	bool found;
	struct holder *holders;
	size_t n;
	bool complete;
};

static int look_at_descriptor(void *data, const char *fd)
{
	struct holder_scan *scan = data;
	char path[SYS_PATH], target[SYS_PATH];

	int r = scan->s->ops->link(scan->s, sys_path(path, "proc/%s/fd/%s", scan->pid, fd), target, sizeof(target));

	if (r == 0 && str_eq(target, scan->node))
		scan->found = true;
	if (r < 0 && r != -ENOENT && r != -ESRCH)
		scan->complete = false;
	return scan->found;
}

static int look_at_process(void *data, const char *name)
{
	struct holder_scan *scan = data;
	char path[SYS_PATH];
	uint64_t pid;
	int r;

	if (!str_number(name, 10, INT32_MAX, &pid))
		return 0;
	scan->pid = name;
	scan->found = false;
	r = scan->s->ops->list(scan->s, sys_path(path, "proc/%s/fd", name), look_at_descriptor, scan);
	/* A process that ended meanwhile holds nothing; any other that cannot be looked at may. */
	if (r < 0 && r != -ENOENT && r != -ESRCH && r != -ENOTDIR)
		scan->complete = false;
	if (scan->found) {
		const char *command = sys_text(scan->s, scan->mem, sys_path(path, "proc/%s/comm", name), NULL);

		*ARENA_PUSH(scan->mem, scan->holders, scan->n) =
		    (struct holder){.pid = (int)pid, .command = command ? command : "?"};
	}
	return 0;
}

int read_vfio_holders(struct sys *s, struct arena *mem, const char *node, struct holder **ret, size_t *n_ret,
    bool *ret_complete, struct err *e)
{
	struct holder_scan scan = {.s = s, .mem = mem, .node = node, .complete = true};
	char own[SYS_PATH];
	int r = s->ops->list(s, "proc", look_at_process, &scan);

	/* A private process namespace shows a part of the processes only (include/linux/proc_ns.h has the first
	 * one's number). */
	if (s->ops->link(s, "proc/self/ns/pid", own, sizeof(own)) == 0 && !str_eq(own, "pid:[4026531836]"))
		scan.complete = false;
	if (r < 0)
		return err_set(e, r, "cannot list /proc to see who has %s open: %s", node, strerror(-r));
	*ret = scan.holders;
	*n_ret = scan.n;
	*ret_complete = scan.complete;
	return 0;
}
