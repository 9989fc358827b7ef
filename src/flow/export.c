/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/qemu.h"
#include "flow/flow.h"
#include "sys/read_host.h"

int flow_export_qemu(struct flow *f, const struct bind_wish *wish, const char ***ret, size_t *n_ret, struct err *e)
{
	struct read_request request = {
	    .facets = FACET_TOPOLOGY | FACET_GROUPS, .targets = wish->targets, .n_targets = wish->n_targets};
	int *functions;
	struct host h;
	size_t n;

	if (flow_look(f, &request, &h, e) < 0 || plan_usable_set(f->mem, &h, wish, &functions, &n, e) < 0)
		return e->code;
	*n_ret = export_qemu(f->mem, &h, functions, n, ret);
	return 0;
}
