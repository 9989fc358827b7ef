/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/flow.h"
#include "sys/read_host.h"
#include "sys/real.h"

struct sys *flow_open(struct arena *mem, const char *root_path, struct err *e)
{
	struct sys_real *s = arena_alloc(mem, sizeof(*s));

	return sys_real_open(s, root_path, e) < 0 ? NULL : &s->sys;
}

void flow_close(struct sys *s)
{
	if (s)
		sys_real_close((struct sys_real *)s);
}

int flow_look(struct flow *f, unsigned facets, const struct pci_addr *targets, size_t n_targets, struct host *ret,
    struct err *e)
{
	struct read_request request = {.facets = facets, .targets = targets, .n_targets = n_targets};

	return read_host(f->s, f->mem, &request, ret, e);
}

const char *outcome_name(enum outcome o)
{
	static const char *const names[] = {
	    [OUTCOME_DONE] = "done",
	    [OUTCOME_NOTHING] = "nothing-to-do",
	    [OUTCOME_FAILED] = "failed",
	    [OUTCOME_ROLLED_BACK] = "rolled-back",
	    [OUTCOME_NEEDS_RECOVER] = "needs-recover",
	    [OUTCOME_STUCK] = "stuck",
	};
	static_assert(ARRAY_LEN(names) == OUTCOMES, "every outcome has a name");

	return names[o];
}
