/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/memlock.h"

#include "sys/read_limits.h"
#include "text/qemu_memory.h"

struct memlock flow_memlock_of(struct flow *f, int pid)
{
	return read_memlock(f->s, pid);
}

bool flow_judge_memlock(struct flow *f, char *const *argv, const struct memlock *limit, const char *user,
    struct memlock_answer *ret)
{
	struct qemu_memory m = qemu_memory_of(argv);
	struct memlock_question q = {.guest_bytes = m.bytes, .limit = *limit, .user = user,
	    .n_containers = m.has_viommu ? m.n_vfio : 1};

	if (!m.is_qemu || !m.is_known)
		return false;
	*ret = judge_memlock(f->mem, &q);
	return true;
}
