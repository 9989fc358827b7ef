/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/read_modprobe.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "sys/folder.h"
#include "text/modules_alias.h"

enum {
	MOST_FILES = 4096, /* of all folders */
	MOST_MODULES = 64 * 1024,
};

/* ---- configuration ---- */

struct conf_file {
	const char *folder, *name;
};

static int compare_files(const void *a, const void *b)
{
	const struct conf_file *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static bool has_suffix(const char *name, const char *suffix)
{
	size_t length = strlen(name), n = strlen(suffix);

	return length > n && str_eq(name + length - n, suffix);
}

static void add_unread(struct arena *mem, struct modprobe_conf *c, const char *file, const char *text)
{
	*ARENA_PUSH(mem, c->unread, c->n_unread) = (struct modprobe_unread){file, text};
}

static void read_file(struct sys *s, struct arena *mem, const struct conf_file *file, struct modprobe_conf *c)
{
	const char *path = arena_printf(mem, "/%s/%s", file->folder, file->name);
	cleanup_free char *text = malloc(LARGEST_MODPROBE_FILE);
	int n = text ? s->ops->read(s, path + 1, text, LARGEST_MODPROBE_FILE) : -ENOMEM;

	if (n >= 0)
		modprobe_conf_add(mem, c, path, text);
	else if (n != -ENOENT && n != -EINVAL && n != -ENXIO)
		/* A name that leads to /dev/null, or to nothing, is there to hide one of a lower folder. */
		add_unread(mem, c, path, strerror(-n));
}

void read_modprobe(struct sys *s, struct arena *mem, struct modprobe_conf *ret)
{
	static const char *const folders[] = {
	    "etc/modprobe.d", "run/modprobe.d", "usr/local/lib/modprobe.d", "usr/lib/modprobe.d", "lib/modprobe.d"};
	struct conf_file *files = NULL;
	size_t n = 0;

	*ret = (struct modprobe_conf){0};
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		struct folder folder;
		int r = folder_names(s, mem, folders[i], &folder);

		if (r < 0 && r != -ENOENT && r != -ENOTDIR)
			add_unread(mem, ret, arena_printf(mem, "/%s", folders[i]), strerror(-r));
		for (size_t k = 0; k < folder.n && n < MOST_FILES; k++) {
			bool is_hidden = folder.names[k][0] == '.' || !has_suffix(folder.names[k], ".conf");

			for (size_t m = 0; !is_hidden && m < n; m++)
				is_hidden = str_eq(files[m].name, folder.names[k]);
			if (!is_hidden)
				*ARENA_PUSH(mem, files, n) = (struct conf_file){folders[i], folder.names[k]};
		}
	}
	if (n > 1)
		qsort(files, n, sizeof(*files), compare_files);
	for (size_t i = 0; i < n; i++)
		read_file(s, mem, &files[i], ret);
}

/* ---- the modules of the running kernel ---- */

struct file_list {
	struct arena *mem;
	struct kernel_files *files;
	bool is_builtin;
};

/* "kernel/drivers/gpu/drm/nouveau/nouveau.ko.xz", up to this length; NULL: it is no module. */
static const char *name_of_path(struct arena *mem, const char *path, size_t length)
{
	char *name = arena_strndup(mem, path, length), *end;

	name = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
	end = strstr(name, ".ko");
	if (!end || (end[3] != '\0' && end[3] != '.'))
		return NULL;
	*end = '\0';
	return is_module_name(name) ? module_name(mem, name) : NULL;
}

static int add_file(void *data, const char *line)
{
	struct file_list *list = data;
	size_t length = strcspn(line, ":");
	const char *name = name_of_path(list->mem, line, length);
	struct kernel_file file = {.name = name, .is_builtin = list->is_builtin, .needs = ""};

	if (!name || list->files->n == MOST_MODULES)
		return 0;
	if (line[length] == ':')
		file.needs = arena_strdup(list->mem, line + length + 1);
	*ARENA_PUSH(list->mem, list->files->items, list->files->n) = file;
	return 0;
}

void read_kernel_files(struct sys *s, struct arena *mem, struct kernel_files *ret)
{
	struct file_list list = {.mem = mem, .files = ret};
	char path[SYS_PATH];

	*ret = (struct kernel_files){.release = sys_text(s, mem, "proc/sys/kernel/osrelease", NULL)};
	if (!ret->release || strchr(ret->release, '/') || ret->release[0] == '.')
		return;
	ret->is_known = sys_lines(s, sys_path(path, "lib/modules/%s/modules.dep", ret->release), add_file, &list) == 0;
	list.is_builtin = true;
	(void)sys_lines(s, sys_path(path, "lib/modules/%s/modules.builtin", ret->release), add_file, &list);
}

const struct kernel_file *kernel_files_find(const struct kernel_files *k, const char *name)
{
	for (size_t i = 0; i < k->n; i++)
		if (str_same_module(k->items[i].name, name))
			return &k->items[i];
	return NULL;
}

bool kernel_file_needs(const struct kernel_file *k, const char *name)
{
	for (const char *at = k->needs; *at;) {
		size_t length;
		cleanup_arena struct arena mem = {0};
		const char *needed;

		at += strspn(at, " ");
		length = strcspn(at, " ");
		needed = name_of_path(&mem, at, length);
		if (needed && str_same_module(needed, name))
			return true;
		at += length;
	}
	return false;
}

/* ---- of a function ---- */

static void add_module(struct arena *mem, struct function_modules *m, const char *name, size_t length)
{
	const char *module = module_name(mem, arena_strndup(mem, name, length));

	/* vfio_pci is found by an alias of its own, "vfio_pci:"; somebody's `alias pci:…` line may name it all the same. */
	if (!is_module_name(module) || str_starts(module, "vfio") || strstr(module, "_vfio_pci"))
		return;
	for (size_t i = 0; i < m->n; i++)
		if (str_eq(m->names[i], module))
			return;
	*ARENA_PUSH(mem, m->names, m->n) = module;
}

struct alias_search {
	struct arena *mem;
	const char *modalias;
	struct function_modules *found;
};

/* "alias pci:v000010DEd*sv*sd*bc03sc00i00* nouveau" */
static int look_at_alias(void *data, const char *line)
{
	struct alias_search *search = data;
	const char *pattern = line + strlen("alias "), *name;

	if (!str_starts(line, "alias pci:"))
		return 0;
	name = strrchr(pattern, ' ');
	if (name && alias_matches(pattern, (size_t)(name - pattern), search->modalias))
		add_module(search->mem, search->found, name + 1, strlen(name + 1));
	return 0;
}

/* A recorded host's modules are not known to libkmod. */
static int read_alias_file(struct sys *s, struct arena *mem, const char *modalias, struct function_modules *ret)
{
	struct alias_search search = {mem, modalias, ret};
	const char *release = sys_text(s, mem, "proc/sys/kernel/osrelease", NULL);
	char path[SYS_PATH];

	if (!release || strchr(release, '/') || release[0] == '.')
		return -ENOENT;
	return sys_lines(s, sys_path(path, "lib/modules/%s/modules.alias", release), look_at_alias, &search);
}

void read_function_modules(struct sys *s, struct arena *mem, const struct pci_function *f, struct function_modules *ret)
{
	char path[SYS_PATH], found[1024];
	const char *modalias = sys_text(s, mem, sys_path(path, "sys/bus/pci/devices/%s/modalias", f->name), NULL);
	int r;

	*ret = (struct function_modules){0};
	if (f->driver && str_is_driver_name(f->driver))
		ret->bound = sys_link_base(s, mem, sys_path(path, "sys/bus/pci/drivers/%s/module", f->driver));
	if (ret->bound)
		add_module(mem, ret, ret->bound, strlen(ret->bound));
	ret->bound = ret->n > 0 ? ret->names[0] : NULL;
	if (!modalias || !str_starts(modalias, "pci:")) {
		ret->is_unknown = true;
		return;
	}
	r = s->ops->module_for ? s->ops->module_for(s, modalias, found, sizeof(found)) : -ENOSYS;
	if (r < 0 && r != -ENOENT) {
		ret->is_unknown = read_alias_file(s, mem, modalias, ret) < 0;
		return;
	}
	for (const char *at = found; r == 0 && *at; at += *at == ',') {
		size_t length = strcspn(at, ",");

		add_module(mem, ret, at, length);
		at += length;
	}
}
