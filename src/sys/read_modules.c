/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "base/str.h"
#include "sys/read_host.h"

struct module_list {
	struct sys *s;
	struct arena *mem;
	struct host *h;
};

static int add_module(void *data, const struct sys_module *m)
{
	struct module_list *list = data;
	struct kernel_module module = {.exists = true};
	char path[SYS_PATH];

	for (size_t i = 0; i < list->h->n_modules; i++)
		if (str_same_module(list->h->modules[i].name, m->name))
			return 0;
	module.name = arena_strdup(list->mem, m->name);
	module.is_loaded = m->is_builtin || list->s->ops->exists(list->s, sys_path(path, "sys/module/%s", m->name)) == 1;
	*ARENA_PUSH(list->mem, list->h->modules, list->h->n_modules) = module;
	return 0;
}

int read_module_chain(struct sys *s, struct arena *mem, struct host *h, const char *name)
{
	struct module_list list = {.s = s, .mem = mem, .h = h};

	return s->ops->module_chain(s, name, add_module, &list);
}

int read_vfio_modules(struct sys *s, struct arena *mem, struct host *h, struct err *e)
{
	static const char *const needed[] = {"vfio_pci", "vfio_iommu_type1"};
	char path[SYS_PATH];

	for (size_t i = 0; i < ARRAY_LEN(needed); i++) {
		int r;

		/* There already, loaded or built in: nothing to ask libkmod. */
		if (s->ops->exists(s, sys_path(path, "sys/module/%s", needed[i])) == 1)
			continue;
		r = read_module_chain(s, mem, h, needed[i]);
		if (r == -ELIBACC) {
			(void)err_set(e, r, "module %s is not loaded, and libkmod is not there to load it", needed[i]);
			return err_hint(e, "modprobe %s, or install libkmod2", needed[i]);
		}
		if (r < 0) {
			(void)err_set(e, r, "module %s is not there for the running kernel", needed[i]);
			return err_hint(e,
			    "was the kernel package updated since boot? then reboot; minimal and cloud kernels may lack vfio");
		}
	}
	return 0;
}

