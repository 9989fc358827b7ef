/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "sys/read_host.h"
#include "text/modules_alias.h"

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


/* ---- variant drivers ---- */

enum { LARGEST_ALIAS_FILE = 16 * 1024 * 1024 };

static const char *best_of_file(struct sys *s, struct arena *mem, const char *file, const char *modalias)
{
	char path[SYS_PATH];
	char *release = sys_text(s, mem, "proc/sys/kernel/osrelease", NULL);
	char *text = release ? malloc(LARGEST_ALIAS_FILE) : NULL;
	const char *best = NULL;
	int n;

	if (!text)
		return NULL;
	n = s->ops->read(s, sys_path(path, "lib/modules/%s/%s", release, file), text, LARGEST_ALIAS_FILE);
	if (n > 0)
		best = modules_alias_best(mem, text, (size_t)n, modalias);
	free(text);
	return best;
}

struct driver_name {
	struct arena *mem;
	const char *name;
};

static int keep_driver(void *data, const char *entry)
{
	struct driver_name *driver = data;

	if (!str_starts(entry, "pci:"))
		return 0;
	driver->name = arena_strdup(driver->mem, entry + strlen("pci:"));
	return 1;
}

/* A loaded module shows its driver's name; before that, KBUILD_MODNAME is what variant drivers are called. */
static const char *driver_of_module(struct sys *s, struct arena *mem, const char *module)
{
	struct driver_name driver = {.mem = mem};
	char path[SYS_PATH];

	if (str_same_module(module, "vfio_pci"))
		return "vfio-pci";
	(void)s->ops->list(s, sys_path(path, "sys/module/%s/drivers", module), keep_driver, &driver);
	return driver.name ? driver.name : module;
}

void read_vfio_driver(struct sys *s, struct arena *mem, struct pci_function *f, const char **ret_module)
{
	char path[SYS_PATH], modules[512];
	const char *modalias = sys_text(s, mem, sys_path(path, "sys/bus/pci/devices/%s/modalias", f->name), NULL);
	const char *best;

	*ret_module = NULL;
	if (!modalias || !str_starts(modalias, "pci:"))
		return;
	modalias = arena_printf(mem, "vfio_%s", modalias);
	/* Nearly always vfio_pci alone, which fits everything: then there is nothing to weigh. */
	if (s->ops->module_for(s, modalias, modules, sizeof(modules)) < 0 || str_same_module(modules, "vfio_pci"))
		return;
	best = best_of_file(s, mem, "modules.alias", modalias);
	if (!best || str_same_module(best, "vfio_pci")) {
		const char *builtin = best_of_file(s, mem, "modules.builtin.modinfo", modalias);

		best = builtin ? builtin : best;
	}
	if (!best || str_same_module(best, "vfio_pci"))
		return;
	*ret_module = best;
	f->vfio_driver = driver_of_module(s, mem, best);
}

/* ---- native drivers ---- */

int read_native_driver(struct sys *s, struct arena *mem, const char *function, const char **ret)
{
	struct driver_name driver = {.mem = mem};
	char path[SYS_PATH], modules[512];
	char *rest = modules;
	int r;
	const char *modalias = sys_text(s, mem, sys_path(path, "sys/bus/pci/devices/%s/modalias", function), &r);

	*ret = NULL;
	if (!modalias)
		return r;
	r = s->ops->module_for(s, modalias, modules, sizeof(modules));
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	for (char *module; !driver.name && (module = strsep(&rest, ","));) {
		if (!str_is_driver_name(module) || str_starts(module, "vfio"))
			continue;
		r = s->ops->list(s, sys_path(path, "sys/module/%s/drivers", module), keep_driver, &driver);
		if (r < 0 && r != -ENOENT)
			return r;
		if (!driver.name && s->ops->exists(s, sys_path(path, "sys/bus/pci/drivers/%s", module)) == 1)
			driver.name = arena_strdup(mem, module);
	}
	*ret = driver.name;
	return 0;
}
