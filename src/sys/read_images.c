/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which early images a host has, and what their generator reads. */
#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "sys/read_boot.h"
#include "sys/read_image.h"
#include "text/image_text.h"
#include "text/shell_vars.h"

enum { MOST_FOLDERS = 512 };

struct listing {
	struct sys *s;
	struct arena *mem;
	const struct boot *b;
	struct image_list *ret;
};

static void see(struct listing *l, int code, const char *path)
{
	if (code < 0 && code != -ENOENT && code != -ENOTDIR && !l->ret->trouble)
		l->ret->trouble = arena_printf(l->mem, "/%s cannot be read: %s", path, err_name(code));
}

static struct image_file *find_image(struct image_list *list, const char *path)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(list->items[i].path, path))
			return &list->items[i];
	return NULL;
}

static void add_image(struct listing *l, const struct image_file *f)
{
	struct image_file *known = find_image(l->ret, f->path);

	if (known) {
		if (!known->said_by)
			known->said_by = f->said_by;
		return;
	}
	if (l->ret->n == IMAGE_LIST) {
		l->ret->trouble = "there are too many";
		return;
	}
	*ARENA_PUSH(l->mem, l->ret->items, l->ret->n) = *f;
}

/* ---- by their names in /boot ---- */

static bool ends(const char *name, const char *ending)
{
	size_t length = strlen(name), n = strlen(ending);

	return length > n && str_eq(name + length - n, ending);
}

/* What lies beside images and is none that a boot takes: copies, and those of crash dumps. */
static bool is_other(const char *name)
{
	static const char *const endings[] = {".old", ".old-dkms", ".bak", ".dpkg-bak", ".dpkg-new", ".new", ".tmp", "kdump.img", ".sig", "~"};

	for (size_t i = 0; i < ARRAY_LEN(endings); i++)
		if (ends(name, endings[i]))
			return true;
	return strstr(name, "kdump") != NULL;
}

/* "initrd.img-RELEASE" of Debian, "initramfs-RELEASE.img" of Fedora, "initrd-RELEASE" of SUSE, "booster-PACKAGE.img". */
static void add_named(struct listing *l, const char *folder, const char *name)
{
	static const struct {
		const char *start, *ending;
	} rows[] = {{"initrd.img-", ""}, {"initramfs-", ".img"}, {"initrd-", ""}, {"booster-", ".img"}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t start = strlen(rows[i].start), ending = strlen(rows[i].ending), length = strlen(name);
		struct image_file f;

		if (!str_starts(name, rows[i].start) || length <= start + ending || !str_eq(name + length - ending, rows[i].ending) ||
		    is_other(name))
			continue;
		f = (struct image_file){
		    .path = arena_printf(l->mem, "%s/%s", folder, name),
		    .kernel = arena_strndup(l->mem, name + start, length - start - ending),
		    .is_rescue = strstr(name, "-rescue-") != NULL,
		};
		/* Arch names them by the package ("linux-zen"): no folder of modules is called so. */
		if (!image_is_release(f.kernel, strlen(f.kernel)) || *f.kernel < '0' || *f.kernel > '9' || f.is_rescue)
			f.kernel = NULL;
		add_image(l, &f);
		return;
	}
}

struct names {
	struct arena *mem;
	const char **list;
	size_t n;
};

static int add_name(void *data, const char *name)
{
	struct names *n = data;

	if (n->n == MOST_FOLDERS)
		return 1;
	if (*name != '.')
		*ARENA_PUSH(n->mem, n->list, n->n) = arena_strdup(n->mem, name);
	return 0;
}

static struct names names_in(struct listing *l, const char *folder)
{
	struct names n = {.mem = l->mem};

	see(l, l->s->ops->list(l->s, folder, add_name, &n), folder);
	return n;
}

static bool is_there(struct listing *l, const char *path)
{
	int r = l->s->ops->exists(l->s, path);

	see(l, r, path);
	return r > 0;
}

/* kernel-install's: $BOOT/TOKEN/RELEASE/initrd (dracut, initramfs-tools) or initramfs-linux… (mkinitcpio: initrd too). */
static void add_entry_folders(struct listing *l, const char *boot, const char *const *kernels, size_t n)
{
	const char *tokens[] = {l->b->entry_token, l->b->machine_id, l->b->os_id, "Default"};
	char path[SYS_PATH];

	for (size_t i = 0; i < ARRAY_LEN(tokens); i++) {
		const char *token = tokens[i];

		if (!token || !*token || *token == '.' || strchr(token, '/'))
			continue;
		for (size_t k = 0; k < n; k++)
			if (is_there(l, sys_path(path, "%s/%s/%s/initrd", boot, token, kernels[k])))
				add_image(l, &(struct image_file){.path = arena_strdup(l->mem, path), .kernel = kernels[k]});
	}
}

static void add_unified(struct listing *l, const char *boot)
{
	char path[SYS_PATH];
	size_t n;
	int r;
	const char **names = boot_names(l->s, l->mem, sys_path(path, "%s/EFI/Linux", boot), ".efi", &n, &r);

	see(l, r, path);
	for (size_t i = 0; i < n; i++)
		add_image(l, &(struct image_file){.path = arena_printf(l->mem, "%s/%s", path, names[i]), .is_unified = true});
}

/* ---- presets of mkinitcpio ---- */

/* PRESETS=('default' 'fallback') names those that mkinitcpio -P makes; their variables begin so. */
static bool is_made(const char *text, const char *variable)
{
	const char *list = NULL;
	size_t length = strcspn(variable, "_");

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (str_starts(line, "PRESETS=("))
			list = line + strlen("PRESETS=(");
	}
	if (!list)
		return true;
	for (const char *at = list; *at && *at != ')'; at++)
		if (strncmp(at, variable, length) == 0 && strchr(" \t'\"(", at[-1]) && strchr(" \t'\")\n", at[length]))
			return true;
	return false;
}

static void add_preset(struct listing *l, const char *file)
{
	const char *text = boot_text(l->s, l->mem, file, SHELL_TEXT_BYTES, NULL);
	struct shell_vars v = {.has_append = true};

	if (!text)
		return;
	shell_vars_read(l->mem, &v, file, text);
	for (size_t i = 0; i < v.n_vars; i++) {
		const struct shell_var *var = &v.vars[i];
		bool is_unified = ends(var->name, "_uki") || ends(var->name, "_efi_image");

		if ((!is_unified && !ends(var->name, "_image")) || !var->value || *var->value != '/')
			continue;
		if (is_there(l, var->value + 1))
			add_image(l, &(struct image_file){.path = var->value + 1,
					 .said_by = file,
					 .is_unified = is_unified,
					 .is_stale = !is_made(text, var->name)});
	}
}

/* ---- all ---- */

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct image_file *)a)->path, ((const struct image_file *)b)->path);
}

static bool has_image(const struct image_list *list, const char *kernel)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(list->items[i].kernel, kernel))
			return true;
	return false;
}

/* An installed kernel with none of its own; where presets or unified images name none, that cannot be told. */
static void add_bare(struct listing *l, const char *const *kernels, size_t n)
{
	char path[SYS_PATH];

	for (size_t i = 0; i < l->ret->n; i++)
		if (!l->ret->items[i].kernel && !l->ret->items[i].is_rescue)
			return;
	for (size_t i = 0; i < n; i++)
		if (!has_image(l->ret, kernels[i]) && (is_there(l, sys_path(path, "boot/vmlinuz-%s", kernels[i])) ||
						       is_there(l, sys_path(path, "lib/modules/%s/vmlinuz", kernels[i]))))
			*ARENA_PUSH(l->mem, l->ret->bare, l->ret->n_bare) = kernels[i];
}

static bool is_among(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i], name))
			return true;
	return false;
}

void read_images(struct sys *s, struct arena *mem, const struct boot *b, struct image_list *ret)
{
	struct listing l = {s, mem, b, ret};
	struct names kernels;
	char path[SYS_PATH];
	size_t n = 0;

	*ret = (struct image_list){0};
	kernels = names_in(&l, "lib/modules");
	for (size_t i = 0; i < kernels.n; i++)
		if (image_is_release(kernels.list[i], strlen(kernels.list[i])))
			kernels.list[n++] = kernels.list[i];
	for (size_t i = 0; i < ARRAY_LEN(boot_folders); i++) {
		struct names names = names_in(&l, boot_folders[i]);

		for (size_t k = 0; k < names.n; k++)
			add_named(&l, boot_folders[i], names.list[k]);
		add_entry_folders(&l, boot_folders[i], kernels.list, n);
		add_unified(&l, boot_folders[i]);
	}
	for (size_t i = 0; i < n; i++)
		/* ostree and image-based systems */
		if (is_there(&l, sys_path(path, "lib/modules/%s/initramfs.img", kernels.list[i])))
			add_image(&l, &(struct image_file){.path = arena_strdup(mem, path), .kernel = kernels.list[i]});
	kernels = (struct names){.mem = mem, .list = kernels.list, .n = n};
	{
		const char **presets = boot_names(s, mem, "etc/mkinitcpio.d", ".preset", &n, NULL);

		for (size_t i = 0; i < n; i++)
			add_preset(&l, arena_printf(mem, "etc/mkinitcpio.d/%s", presets[i]));
	}
	for (size_t i = 0; i < ret->n; i++)
		if (ret->items[i].kernel && !is_among(ret->items[i].kernel, kernels.list, kernels.n))
			ret->items[i].is_stale = true;
	if (ret->n > 0)
		qsort(ret->items, ret->n, sizeof(*ret->items), by_path);
	add_bare(&l, kernels.list, kernels.n);
}

/* ---- the generator ---- */

/* A preset hands -c on, and a configuration that is given so is read alone. */
static void read_presets(struct sys *s, struct arena *mem, struct initramfs_facts *ret)
{
	size_t n;
	const char **names = boot_names(s, mem, "etc/mkinitcpio.d", ".preset", &n, NULL);

	for (size_t i = 0; i < n && !ret->own_config; i++) {
		const char *file = arena_printf(mem, "etc/mkinitcpio.d/%s", names[i]);
		const char *text = boot_text(s, mem, file, SHELL_TEXT_BYTES, NULL);
		struct shell_vars v = {.has_append = true};

		if (!text)
			continue;
		shell_vars_read(mem, &v, file, text);
		for (size_t k = 0; k < v.n_vars && !ret->own_config; k++)
			if (ends(v.vars[k].name, "_config") && (!v.vars[k].value || *v.vars[k].value)) {
				ret->own_config = file;
				ret->own_line = v.vars[k].line;
			}
	}
}

static void read_mkinitcpio(struct sys *s, struct arena *mem, struct initramfs_facts *ret)
{
	const char *script = boot_text(s, mem, "usr/bin/mkinitcpio", SHELL_TEXT_BYTES, NULL);

	/* Since version 36; the version itself stands in there too, but distributions count it their own way. */
	if (script)
		ret->reads_drop_ins = tri_from(strstr(script, "mkinitcpio.conf.d") != NULL);
	read_presets(s, mem, ret);
}

static void read_initramfs_tools(struct sys *s, struct arena *mem, struct initramfs_facts *ret)
{
	static const char file[] = "etc/initramfs-tools/update-initramfs.conf";
	const char *text = boot_text(s, mem, file, SHELL_TEXT_BYTES, NULL);
	struct shell_vars v = {0};
	const char *value;

	if (!text)
		return;
	shell_vars_read(mem, &v, file, text);
	value = shell_vars_value(&v, "update_initramfs");
	/* "yes" where it is not said (update-initramfs). */
	ret->may_update = !shell_vars_find(&v, "update_initramfs") ? TRI_YES : !value ? TRI_UNKNOWN : tri_from(!str_eq(value, "no"));
}

void read_initramfs(struct sys *s, struct arena *mem, const char *generator, struct initramfs_facts *ret)
{
	*ret = (struct initramfs_facts){.generator = generator};
	if (str_eq(generator, "mkinitcpio"))
		read_mkinitcpio(s, mem, ret);
	else if (str_eq(generator, "initramfs-tools"))
		read_initramfs_tools(s, mem, ret);
}

bool read_early_source(
    struct sys *s, struct arena *mem, const char *generator, const char *module, const char **ret_file, unsigned *ret_line)
{
	static const struct {
		const char *generator, *file, *folder;
	} rows[] = {
	    {"initramfs-tools", "etc/initramfs-tools/modules", NULL},
	    {"initramfs-tools", NULL, "usr/share/initramfs-tools/modules.d"},
	    {"dracut", NULL, "etc/dracut.conf.d"},
	    {"dracut", "etc/dracut.conf", "usr/lib/dracut/dracut.conf.d"},
	    {"mkinitcpio", NULL, "etc/mkinitcpio.conf.d"},
	    {"mkinitcpio", "etc/mkinitcpio.conf", NULL},
	    {"booster", "etc/booster.yaml", NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t n = 0;
		const char **names = NULL;

		if (!str_eq(rows[i].generator, generator))
			continue;
		if (rows[i].folder)
			names = boot_names(s, mem, rows[i].folder, str_eq(generator, "initramfs-tools") ? "" : ".conf", &n, NULL);
		for (size_t k = 0; k < n + (rows[i].file != NULL); k++) {
			const char *file = k < n ? arena_printf(mem, "%s/%s", rows[i].folder, names[k]) : rows[i].file;
			const char *text = boot_text(s, mem, file, SHELL_TEXT_BYTES, NULL);
			unsigned line = text ? image_line_naming(text, module) : 0;

			if (line > 0) {
				*ret_file = file;
				*ret_line = line;
				return true;
			}
		}
	}
	return false;
}
