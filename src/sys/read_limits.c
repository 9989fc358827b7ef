/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/read_limits.h"

#include "base/str.h"
#include "text/proc_limits.h"

static int add_limit(void *data, const char *line)
{
	proc_limits_line(data, line);
	return 0;
}

static int add_capability(void *data, const char *line)
{
	struct memlock *m = data;
	enum tri has = proc_status_has_ipc_lock(line);

	if (has != TRI_UNKNOWN)
		m->is_privileged = has;
	return has != TRI_UNKNOWN;
}

struct memlock read_memlock(struct sys *s, int pid)
{
	struct memlock m = {0};
	char path[SYS_PATH], space[SYS_PATH];

	(void)sys_lines(s, sys_path(path, "proc/%d/limits", pid), add_limit, &m);
	(void)sys_lines(s, sys_path(path, "proc/%d/status", pid), add_capability, &m);
	/* VFIO asks capable(), which means the first user namespace (include/linux/proc_ns.h has its number): root of a
	 * container has the bit, and not the right. */
	if (m.is_privileged != TRI_YES)
		return m;
	if (s->ops->link(s, sys_path(path, "proc/%d/ns/user", pid), space, sizeof(space)) < 0)
		m.is_privileged = TRI_UNKNOWN;
	else if (!str_eq(space, "user:[4026531837]"))
		m.is_privileged = TRI_NO;
	return m;
}
