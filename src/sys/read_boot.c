/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/read_boot.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "text/grub_defaults.h"
#include "text/loader_entry.h"

enum { MOST_NAMES = 512, VARIABLE = 4096 };

/* The vendor id of systemd's variables (systemd.io/BOOT_LOADER_INTERFACE). */
#define VARIABLES "sys/firmware/efi/efivars"
#define GLOBAL "8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define LOADER "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"

const char *const boot_folders[3] = {"efi", "boot", "boot/efi"};

char *boot_text(struct sys *s, struct arena *mem, const char *path, size_t most, int *ret_code)
{
	cleanup_free char *buf = malloc(most + 1);
	int n = buf ? s->ops->read(s, path, buf, most + 1) : -ENOMEM;

	/* A file of text has no NUL. */
	if (n >= 0 && strlen(buf) != (size_t)n)
		n = -EILSEQ;
	if (ret_code)
		*ret_code = n < 0 ? n : 0;
	return n < 0 ? NULL : arena_strdup(mem, buf);
}

struct names {
	struct arena *mem;
	const char *ending;
	const char **list;
	size_t n;
};

static int add_name(void *data, const char *name)
{
	struct names *n = data;
	size_t length = strlen(name), ending = strlen(n->ending);

	if (n->n == MOST_NAMES)
		return 1;
	if (*name != '.' && length > ending && str_eq(name + length - ending, n->ending))
		*ARENA_PUSH(n->mem, n->list, n->n) = arena_strdup(n->mem, name);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char **boot_names(struct sys *s, struct arena *mem, const char *folder, const char *ending, size_t *ret_n, int *ret_code)
{
	struct names n = {mem, ending, NULL, 0};
	int r = s->ops->list(s, folder, add_name, &n);

	if (n.n > 0)
		qsort(n.list, n.n, sizeof(*n.list), by_name);
	if (ret_code)
		*ret_code = r < 0 ? r : 0;
	*ret_n = n.n;
	return n.list;
}

static void read_marks(struct sys *s, struct boot *b)
{
	for (size_t i = 0; i < BOOT_MARKS; i++) {
		b->marks[i] = TRI_NO;
		for (size_t k = 0; k < 2 && boot_mark_paths[i][k] && b->marks[i] != TRI_YES; k++) {
			int r = s->ops->exists(s, boot_mark_paths[i][k]);

			if (r != 0)
				b->marks[i] = r > 0 ? TRI_YES : TRI_UNKNOWN;
			if (r < 0 && str_starts(boot_mark_paths[i][k], "boot/"))
				b->is_boot_hidden = true;
		}
	}
}

static const char *read_variable(struct sys *s, struct arena *mem, const char *name)
{
	char path[SYS_PATH], data[VARIABLE];
	int n = s->ops->read(s, sys_path(path, VARIABLES "/%s-" LOADER, name), data, sizeof(data));

	return n > 0 ? efi_variable_text(mem, data, (size_t)n) : NULL;
}

static int stop_at_first(void *data, const char *name)
{
	(void)data;
	(void)name;
	return 1;
}

/* Attributes, and one byte (UEFI 2.10, 3.3). */
static enum tri read_secure_boot(struct sys *s)
{
	char path[SYS_PATH], data[16];
	int n = s->ops->read(s, sys_path(path, VARIABLES "/SecureBoot-" GLOBAL), data, sizeof(data));

	if (n == -ENOENT)
		return TRI_NO;
	return n == 5 ? tri_from(data[4] == 1) : TRI_UNKNOWN;
}

enum tri read_firmware_setup(struct sys *s)
{
	char path[SYS_PATH], data[16];
	int n = s->ops->read(s, sys_path(path, VARIABLES "/OsIndicationsSupported-" GLOBAL), data, sizeof(data));

	if (n == -ENOENT && (s->ops->list(s, VARIABLES, stop_at_first, NULL) == 1 ||
				(s->ops->exists(s, "sys/firmware") == 1 && s->ops->exists(s, "sys/firmware/efi") == 0)))
		return TRI_NO;
	/* Attributes, and 64 bits. */
	return n == 12 ? tri_from(data[4] & 1) : TRI_UNKNOWN;
}

static void read_efi(struct sys *s, struct arena *mem, struct boot *b)
{
	int r = s->ops->exists(s, "sys/firmware/efi");

	/* Every kernel has /sys/firmware: without it this is a disk that is not running. */
	if (r > 0)
		b->is_efi = TRI_YES;
	else if (r == 0 && s->ops->exists(s, "sys/firmware") > 0)
		b->is_efi = TRI_NO;
	/* An empty folder is one where efivarfs is not mounted. */
	if (s->ops->list(s, VARIABLES, stop_at_first, NULL) != 1)
		return;
	b->has_variables = TRI_YES;
	b->is_secure = read_secure_boot(s);
	b->loader_info = read_variable(s, mem, "LoaderInfo");
	b->stub_info = read_variable(s, mem, "StubInfo");
	b->selected_entry = read_variable(s, mem, "LoaderEntrySelected");
	b->default_entry = read_variable(s, mem, "LoaderEntryDefault");
	b->one_shot_entry = read_variable(s, mem, "LoaderEntryOneShot");
}

static void read_system(struct sys *s, struct arena *mem, struct boot *b)
{
	struct shell_vars os = {0}, loader = {0};
	const char *text = boot_text(s, mem, "etc/os-release", SYS_TEXT * 4, NULL);

	if (!text)
		text = boot_text(s, mem, "usr/lib/os-release", SYS_TEXT * 4, NULL);
	if (text)
		shell_vars_read(mem, &os, "os-release", text);
	b->os_id = shell_vars_value(&os, "ID");
	b->os_like = shell_vars_value(&os, "ID_LIKE");
	text = boot_text(s, mem, "etc/sysconfig/bootloader", SYS_TEXT * 4, NULL);
	if (text)
		shell_vars_read(mem, &loader, "bootloader", text);
	b->loader_type = shell_vars_value(&loader, "LOADER_TYPE");
	b->kernel_release = sys_text(s, mem, "proc/sys/kernel/osrelease", NULL);
	b->machine_id = sys_text(s, mem, "etc/machine-id", NULL);
	b->entry_token = sys_text(s, mem, "etc/kernel/entry-token", NULL);
	b->cmdline = sys_text(s, mem, "proc/cmdline", NULL);
	b->is_transactional = s->ops->exists(s, "usr/sbin/transactional-update") > 0;
}

/* Debian's patch is in the script, or it is not. */
static enum tri reads_grub_d(struct sys *s, struct arena *mem, const struct boot *b)
{
	static const char *const scripts[] = {
	    "usr/sbin/grub-mkconfig", "usr/bin/grub-mkconfig", "usr/sbin/grub2-mkconfig", "usr/bin/grub2-mkconfig"};
	const char *like = b->os_like ? b->os_like : "";

	for (size_t i = 0; i < ARRAY_LEN(scripts); i++) {
		const char *text = boot_text(s, mem, scripts[i], SHELL_TEXT_BYTES, NULL);

		if (text)
			return tri_from(strstr(text, "default/grub.d") != NULL);
	}
	if (!b->os_id)
		return TRI_UNKNOWN;
	return tri_from(str_eq(b->os_id, "debian") || str_eq(b->os_id, "ubuntu") || str_has_word(like, "debian", 6) ||
	    str_has_word(like, "ubuntu", 6));
}

static void read_grub(struct sys *s, struct arena *mem, struct boot *b)
{
	const char *path = boot_mark_paths[b->marks[MARK_GRUB2_CFG] == TRI_YES ? MARK_GRUB2_CFG : MARK_GRUB_CFG][0];
	int r;
	const char *text = boot_text(s, mem, path, GRUB_CFG_BYTES, &r);
	struct grub_cfg cfg;

	b->reads_grub_d = reads_grub_d(s, mem, b);
	if (text && grub_cfg_parse(mem, text, &cfg))
		b->has_blscfg = tri_from(cfg.has_blscfg);
	b->is_boot_hidden = b->is_boot_hidden || r == -EACCES || r == -EPERM;
}

/* "<entry token>-<version>.conf" is what kernel-install calls them; the token is the machine's id unless said. */
static bool is_managed(const struct boot *b, const char *name)
{
	const char *token = b->entry_token ? b->entry_token : b->machine_id;

	return token && *token && str_starts(name, token) && name[strlen(token)] == '-';
}

static void read_folders(struct sys *s, struct arena *mem, struct boot *b)
{
	static const char *const limine[] = {"limine.conf", "limine/limine.conf", "EFI/BOOT/limine.conf", "EFI/limine/limine.conf",
	    "boot/limine.conf"};
	char path[SYS_PATH];
	const char **names;
	size_t n;
	int r;

	for (size_t i = 0; i < ARRAY_LEN(boot_folders); i++) {
		const char *folder = boot_folders[i];

		(void)sys_path(path, "%s/loader/loader.conf", folder);
		r = s->ops->exists(s, path);
		if (r > 0 && !b->loader_conf)
			b->loader_conf = arena_strdup(mem, path);
		b->is_boot_hidden = b->is_boot_hidden || r == -EACCES;
		names = boot_names(s, mem, sys_path(path, "%s/loader/entries", folder), ".conf", &n, &r);
		if (n > 0 && !b->entries_folder)
			b->entries_folder = arena_strdup(mem, path);
		for (size_t k = 0; k < n && !b->managed_entry; k++)
			if (is_managed(b, names[k]))
				b->managed_entry = arena_printf(mem, "%s/%s", path, names[k]);
		b->is_boot_hidden = b->is_boot_hidden || r == -EACCES;
		names = boot_names(s, mem, sys_path(path, "%s/EFI/Linux", folder), ".efi", &n, &r);
		if (n > 0 && !b->uki)
			b->uki = arena_printf(mem, "%s/%s", path, names[0]);
		for (size_t k = 0; k < ARRAY_LEN(limine) && !b->limine_conf; k++)
			if (s->ops->exists(s, sys_path(path, "%s/%s", folder, limine[k])) > 0)
				b->limine_conf = arena_strdup(mem, path);
	}
}

static bool ends_with(const char *text, const char *ending)
{
	size_t length = strlen(text), n = strlen(ending);

	return length > n && str_eq(text + length - n, ending);
}

/* Presets of mkinitcpio: NAME_uki=PATH, and words of their own in NAME_cmdline= (mkinitcpio(8)). */
static void read_presets(struct sys *s, struct arena *mem, struct boot *b)
{
	char path[SYS_PATH];
	size_t n;
	const char **names = boot_names(s, mem, "etc/mkinitcpio.d", ".preset", &n, NULL);

	for (size_t i = 0; i < n; i++) {
		struct shell_vars v = {.has_append = true};
		const char *text = boot_text(s, mem, sys_path(path, "etc/mkinitcpio.d/%s", names[i]), SHELL_TEXT_BYTES, NULL);

		if (text)
			shell_vars_read(mem, &v, path, text);
		for (size_t k = 0; k < v.n_vars; k++) {
			b->has_preset_cmdline |= ends_with(v.vars[k].name, "_cmdline");
			if (ends_with(v.vars[k].name, "_uki"))
				*ARENA_PUSH(mem, b->preset_ukis, b->n_preset_ukis) = v.vars[k].value ? v.vars[k].value : "";
		}
	}
}

void read_boot(struct sys *s, struct arena *mem, struct boot *ret)
{
	*ret = (struct boot){0};
	read_marks(s, ret);
	read_efi(s, mem, ret);
	read_system(s, mem, ret);
	read_grub(s, mem, ret);
	read_folders(s, mem, ret);
	read_presets(s, mem, ret);
	read_boot_iommu(s, mem, ret->kernel_release, &ret->iommu);
}
