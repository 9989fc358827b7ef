/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/qemu.h"
#include "flow/flow.h"
#include "sys/read_host.h"

int flow_export_qemu(struct flow *f, const struct pci_addr *targets, size_t n_targets, const char ***ret, size_t *n_ret,
    struct err *e)
{
	struct bind_wish wish = {.targets = targets, .n_targets = n_targets, .park_all = true};
	struct read_request request = {
	    .facets = FACET_TOPOLOGY | FACET_GROUPS, .targets = targets, .n_targets = n_targets};
	int *functions;
	struct host h;
	size_t n;

	if (flow_look(f, &request, &h, e) < 0 ||
	    plan_usable_set(f->mem, &h, &wish, &functions, &n, e) < 0)
		return e->code;
	*n_ret = export_qemu(f->mem, &h, functions, n, ret);
	return 0;
}
