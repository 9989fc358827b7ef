/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/by_id.h"

#include <errno.h>
#include <string.h>

#include "apply/kinds_file.h"
#include "base/str.h"
#include "model/our_file.h"
#include "sys/read_host.h"
#include "sys/read_modprobe.h"
#include "text/kernel_cmdline.h"

static const char *read_cmdline_ids(struct flow *f)
{
	const char *text = sys_text(f->s, f->mem, "proc/cmdline", NULL);
	const struct kernel_word *word;
	struct kernel_cmdline words;

	if (!text || !kernel_cmdline_parse(f->mem, text, &words))
		return NULL;
	word = kernel_cmdline_last(&words, VFIO_IDS_KEY);
	return word ? word->value : NULL;
}

void flow_read_native(struct flow *f, const struct pci_function *function, const struct kernel_files *files,
    struct native_modules *ret)
{
	struct function_modules m;

	read_function_modules(f->s, f->mem, function, &m);
	ret->is_unknown = m.is_unknown;
	for (size_t i = 0; i < m.n; i++) {
		const struct kernel_file *file = kernel_files_find(files, m.names[i]);

		if (file && file->is_builtin)
			*ARENA_PUSH(f->mem, ret->builtin, ret->n_builtin) = m.names[i];
		else
			*ARENA_PUSH(f->mem, ret->names, ret->n) = m.names[i];
	}
}

int flow_read_by_id(struct flow *f, const struct host *h, const int *of, size_t n, struct by_id_facts *ret, struct err *e)
{
	struct native_modules *native = arena_alloc(f->mem, (h->n_functions + 1) * sizeof(*native));
	const struct kernel_file *vfio;
	struct kernel_files files;
	struct value ours;
	int r = file_get(f->s, f->mem, MODPROBE_IDS_FILE, &ours, e);

	if (r < 0)
		return r;
	*ret = (struct by_id_facts){.cmdline_ids = read_cmdline_ids(f), .ours = ours.text, .is_odd = ours.flag, .native = native};
	read_modprobe(f->s, f->mem, &ret->conf);
	read_kernel_files(f->s, f->mem, &files);
	vfio = kernel_files_find(&files, "vfio_pci");
	ret->is_vfio_builtin = vfio && vfio->is_builtin;
	for (size_t i = 0; i < n; i++)
		flow_read_native(f, &h->functions[of[i]], &files, &native[of[i]]);
	return 0;
}

static bool is_near(const struct pci_function *f, const struct pci_addr *targets, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (pci_addr_same_slot(f->addr, targets[i]))
			return true;
	return false;
}

int flow_add_twins(struct flow *f, const struct pci_addr *targets, size_t n, const struct pci_addr **ret, size_t *n_ret,
    struct err *e)
{
	struct read_request request = {.facets = FACET_TOPOLOGY | FACET_GROUPS};
	struct pci_addr *all = NULL;
	int *near = NULL, *twins, r;
	size_t n_near = 0, n_twins;
	struct host h;

	*n_ret = 0;
	for (size_t i = 0; i < n; i++)
		*ARENA_PUSH(f->mem, all, *n_ret) = targets[i];
	*ret = all;
	r = flow_look(f, &request, &h, e);
	if (r < 0)
		return r;
	for (size_t i = 0; i < h.n_functions; i++) {
		const struct pci_function *one = &h.functions[i];
		bool is_companion = is_near(one, targets, n);

		/* What goes along may also be tied to a target otherwise: by its group, or by a device link. */
		for (size_t k = 0; !is_companion && k < h.n_functions; k++)
			is_companion = is_near(&h.functions[k], targets, n) && h.functions[k].group >= 0 && h.functions[k].group == one->group;
		for (size_t k = 0; !is_companion && k < one->n_linked; k++)
			is_companion = is_near(&h.functions[one->linked[k]], targets, n);
		if (is_companion)
			*ARENA_PUSH(f->mem, near, n_near) = (int)i;
	}
	n_twins = by_id_twins(f->mem, &h, near, n_near, &twins);
	for (size_t i = 0; i < n_twins; i++)
		*ARENA_PUSH(f->mem, all, *n_ret) = h.functions[twins[i]].addr;
	*ret = all;
	return 0;
}

int flow_add_ids_file(struct flow *f, const struct claims *claims, struct plan *p, struct err *e)
{
	struct claim *all = arena_alloc(f->mem, (claims->n + 1) * sizeof(*all));
	struct by_id_facts facts;
	struct host none = {0};
	bool is_any = false;
	int r;

	for (size_t i = 0; i < claims->n; i++) {
		all[i] = claims->items[i].claim;
		is_any |= all[i].by_id != NULL;
	}
	if (!is_any && f->s->ops->exists(f->s, &MODPROBE_IDS_FILE[1]) != 1)
		return 0;
	r = flow_read_by_id(f, &none, NULL, 0, &facts, e);
	return r < 0 ? r : plan_by_id_file(f->mem, &facts, all, claims->n, p, e);
}
