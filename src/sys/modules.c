/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel modules, through libkmod (loaded when first asked for). Of the running host only: libkmod
 * cannot look below another root. */
#include <errno.h>
#include <libkmod.h>
#include <stdio.h>
#include <string.h>

#include "base/library.h"
#include "sys/real.h"

static struct {
	__typeof__(kmod_new) *new;
	__typeof__(kmod_unref) *unref;
	__typeof__(kmod_set_log_fn) *set_log_fn;
	__typeof__(kmod_module_new_from_name) *from_name;
	__typeof__(kmod_module_new_from_lookup) *from_lookup;
	__typeof__(kmod_module_unref) *module_unref;
	__typeof__(kmod_module_unref_list) *unref_list;
	__typeof__(kmod_module_get_module) *get_module;
	__typeof__(kmod_module_get_name) *get_name;
	__typeof__(kmod_module_get_path) *get_path;
	__typeof__(kmod_module_get_options) *get_options;
	__typeof__(kmod_module_get_initstate) *get_initstate;
	__typeof__(kmod_module_get_dependencies) *get_dependencies;
	__typeof__(kmod_module_insert_module) *insert;
	__typeof__(kmod_module_remove_module) *remove;
	__typeof__(kmod_list_next) *list_next;
} km;

static bool load_libkmod(void)
{
	static const struct library_symbol symbols[] = {
	    {"kmod_new", (void **)&km.new},
	    {"kmod_unref", (void **)&km.unref},
	    {"kmod_set_log_fn", (void **)&km.set_log_fn},
	    {"kmod_module_new_from_name", (void **)&km.from_name},
	    {"kmod_module_new_from_lookup", (void **)&km.from_lookup},
	    {"kmod_module_unref", (void **)&km.module_unref},
	    {"kmod_module_unref_list", (void **)&km.unref_list},
	    {"kmod_module_get_module", (void **)&km.get_module},
	    {"kmod_module_get_name", (void **)&km.get_name},
	    {"kmod_module_get_path", (void **)&km.get_path},
	    {"kmod_module_get_options", (void **)&km.get_options},
	    {"kmod_module_get_initstate", (void **)&km.get_initstate},
	    {"kmod_module_get_dependencies", (void **)&km.get_dependencies},
	    {"kmod_module_insert_module", (void **)&km.insert},
	    {"kmod_module_remove_module", (void **)&km.remove},
	    {"kmod_list_next", (void **)&km.list_next},
	};

	return km.new || library_load("libkmod.so.2", symbols, ARRAY_LEN(symbols));
}

/* libkmod writes to stderr on its own; only cli prints. */
static void no_log(void *data, int priority, const char *file, int line, const char *fn, const char *format, va_list args)
{
	(void)data, (void)priority, (void)file, (void)line, (void)fn, (void)format, (void)args;
}

static void unref_context(struct kmod_ctx **ctx)
{
	if (*ctx)
		(void)km.unref(*ctx);
}

static void unref_module(struct kmod_module **m)
{
	if (*m)
		(void)km.module_unref(*m);
}

static void unref_modules(struct kmod_list **list)
{
	if (*list)
		(void)km.unref_list(*list);
}

static int open_kmod(struct sys *s, struct kmod_ctx **ret)
{
	if (!s->is_live)
		return -EXDEV;
	if (!load_libkmod())
		return -ELIBACC;
	*ret = km.new(NULL, NULL);
	if (!*ret)
		return -ENOENT;
	km.set_log_fn(*ret, no_log, NULL);
	return 0;
}

static int tell(struct kmod_module *m, sys_each_module *each, void *data)
{
	struct sys_module module = {
	    .name = km.get_name(m),
	    .is_builtin = km.get_initstate(m) == KMOD_MODULE_BUILTIN,
	};

	if (!module.is_builtin && !km.get_path(m))
		return -ENOENT;
	return each(data, &module);
}

static int open_module(struct sys *s, const char *name, struct kmod_ctx **ret_ctx, struct kmod_module **ret)
{
	int r = open_kmod(s, ret_ctx);

	return r < 0 ? r : km.from_name(*ret_ctx, name, ret);
}

int sys_modules_chain(struct sys *s, const char *name, sys_each_module *each, void *data)
{
	__attribute__((cleanup(unref_context))) struct kmod_ctx *ctx = NULL;
	__attribute__((cleanup(unref_module))) struct kmod_module *m = NULL;
	__attribute__((cleanup(unref_modules))) struct kmod_list *deps = NULL;
	int r = open_module(s, name, &ctx, &m);

	if (r < 0)
		return r;
	deps = km.get_dependencies(m);
	/* libkmod turns modules.dep's order round: what must be there first comes first. */
	for (struct kmod_list *i = deps; i && r == 0; i = km.list_next(deps, i)) {
		__attribute__((cleanup(unref_module))) struct kmod_module *dep = km.get_module(i);

		r = tell(dep, each, data);
	}
	return r < 0 ? r : tell(m, each, data);
}

int sys_modules_for(struct sys *s, const char *modalias, char *buf, size_t size)
{
	__attribute__((cleanup(unref_context))) struct kmod_ctx *ctx = NULL;
	__attribute__((cleanup(unref_modules))) struct kmod_list *found = NULL;
	size_t used = 0;
	int r = open_kmod(s, &ctx);

	if (r < 0)
		return r;
	r = km.from_lookup(ctx, modalias, &found);
	if (r < 0)
		return r;
	if (!found)
		return -ENOENT;
	buf[0] = '\0';
	for (struct kmod_list *i = found; i; i = km.list_next(found, i)) {
		__attribute__((cleanup(unref_module))) struct kmod_module *m = km.get_module(i);

		if (used < size)
			used += (size_t)snprintf(buf + used, size - used, "%s%s", used > 0 ? "," : "", km.get_name(m));
	}
	return 0;
}

int sys_modules_load(struct sys *s, const char *name)
{
	__attribute__((cleanup(unref_context))) struct kmod_ctx *ctx = NULL;
	__attribute__((cleanup(unref_module))) struct kmod_module *m = NULL;
	int r = open_module(s, name, &ctx, &m);

	if (r < 0)
		return r;
	/* The module alone: what it needs are moves of the plan that came before, and soft dependencies or
	 * `install` lines would change what the plan did not show. */
	r = km.insert(m, 0, km.get_options(m));
	return r == -EEXIST ? 0 : r;
}

int sys_modules_unload(struct sys *s, const char *name)
{
	__attribute__((cleanup(unref_context))) struct kmod_ctx *ctx = NULL;
	__attribute__((cleanup(unref_module))) struct kmod_module *m = NULL;
	int r = open_module(s, name, &ctx, &m);

	if (r < 0)
		return r;
	r = km.remove(m, KMOD_REMOVE_NOWAIT);
	return r == -ENOENT ? 0 : r;
}
