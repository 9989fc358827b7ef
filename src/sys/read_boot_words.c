/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's words as each stack keeps them: what is configured, and what its loader has now. */
#include "sys/read_boot_words.h"

#include <errno.h>
#include <string.h>


#include "base/str.h"
#include "text/grub_defaults.h"
#include "text/kernel_cmdline.h"
#include "text/kernelstub.h"
#include "text/loader_entry.h"

enum { ENV_BYTES = 8192 };

static char *text_of(struct boot_reading *r, const char *path, size_t most, struct boot_words *ret)
{
	int code;
	char *text = boot_text(r->s, r->mem, path, most, &code);

	if (!text)
		*ret = boot_cannot(path, boot_trouble(r->mem, code));
	return text;
}

/* ---- what kernel-install and makers of images take ---- */

/* Kernel-install without a file takes the words that run, without those of the loader. */
static const char *without_loader_words(struct arena *mem, const char *cmdline)
{
	struct kernel_cmdline c;
	const char *text = "";

	if (!kernel_cmdline_parse(mem, cmdline, &c) || strlen(cmdline) > SYS_TEXT)
		return NULL;
	for (size_t i = 0; i < c.n_words; i++)
		if (!str_eq(c.words[i].key, "BOOT_IMAGE") && !str_eq(c.words[i].key, "initrd"))
			text = arena_printf(mem, "%s%s%s", text, *text ? " " : "", c.words[i].raw);
	return text;
}

static void read_kernel_cmdline(struct boot_reading *r)
{
	static const char *const places[] = {"etc/kernel/cmdline", "usr/lib/kernel/cmdline"};
	struct boot *b = r->b;

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		int code;
		const char *text = boot_text(r->s, r->mem, places[i], BOOT_CMDLINE_BYTES, &code);

		if (text) {
			b->configured = (struct boot_words){.file = places[i], .text = boot_one_line(r->mem, text, false)};
			return;
		}
		if (code != -ENOENT && code != -ENOTDIR) {
			b->configured = boot_cannot(places[i], boot_trouble(r->mem, code));
			return;
		}
	}
	boot_remark(r->mem, b, REMARK_NO_KERNEL_CMDLINE, "etc/kernel/cmdline", NULL);
	if (b->cmdline)
		b->configured = (struct boot_words){.file = "proc/cmdline", .text = without_loader_words(r->mem, b->cmdline)};
	else
		b->configured = boot_cannot("etc/kernel/cmdline", "it is not there, and nothing runs whose words it would take");
}

/* Adds the drop-ins of a folder behind what is configured. */
static void add_cmdline_folder(struct boot_reading *r, const char *folder)
{
	struct boot_words *w = &r->b->configured;
	char path[SYS_PATH];
	size_t n;
	const char **names = boot_names(r->s, r->mem, folder, ".conf", &n, NULL);

	for (size_t i = 0; i < n && w->text && strlen(w->text) < BOOT_CMDLINE_BYTES; i++) {
		const char *text = boot_text(r->s, r->mem, sys_path(path, "%s/%s", folder, names[i]), BOOT_CMDLINE_BYTES, NULL);

		if (!text) {
			*w = boot_cannot(arena_strdup(r->mem, path), "it cannot be read");
			return;
		}
		text = boot_one_line(r->mem, text, true);
		w->text = arena_printf(r->mem, "%s%s%s", w->text, *w->text && *text ? " " : "", text);
	}
}

/* dracut.conf and its drop-ins, by name: kernel_cmdline where uefi is yes. */
static bool read_dracut(struct boot_reading *r)
{
	struct shell_vars v = {.has_append = true};
	const struct shell_var *words;
	char path[SYS_PATH];
	size_t n;
	const char **names = boot_names(r->s, r->mem, "etc/dracut.conf.d", ".conf", &n, NULL);
	const char *text = boot_text(r->s, r->mem, "etc/dracut.conf", SHELL_TEXT_BYTES, NULL);

	if (text)
		shell_vars_read(r->mem, &v, "etc/dracut.conf", text);
	for (size_t i = 0; i < n; i++) {
		text = boot_text(r->s, r->mem, sys_path(path, "etc/dracut.conf.d/%s", names[i]), SHELL_TEXT_BYTES, NULL);
		if (text)
			shell_vars_read(r->mem, &v, arena_strdup(r->mem, path), text);
	}
	if (!str_eq(shell_vars_value(&v, "uefi"), "yes"))
		return false;
	words = shell_vars_find(&v, "kernel_cmdline");
	if (words && words->value)
		r->b->configured = (struct boot_words){.file = words->file, .line = words->line, .text = words->value};
	else
		r->b->configured = boot_cannot(words ? words->file : "etc/dracut.conf.d", words ? words->reason : "no kernel_cmdline is set");
	return true;
}

static void read_image_cmdline(struct boot_reading *r)
{
	const char *install = boot_text(r->s, r->mem, "etc/kernel/install.conf", SYS_TEXT, NULL);
	struct shell_vars v = {0};

	if (install)
		shell_vars_read(r->mem, &v, "etc/kernel/install.conf", install);
	if (str_eq(shell_vars_value(&v, "layout"), "uki")) {
		read_kernel_cmdline(r);
	} else if (r->b->n_preset_ukis > 0) {
		read_kernel_cmdline(r);
		add_cmdline_folder(r, "etc/cmdline.d");
	} else if (!read_dracut(r)) {
		r->b->configured = boot_cannot(NULL, "which program builds the image cannot be told");
	}
}

/* ---- GRUB ---- */

static void read_env(struct boot_reading *r)
{
	r->env = boot_text(r->s, r->mem, "boot/grub2/grubenv", ENV_BYTES, NULL);
	if (!r->env)
		r->env = boot_text(r->s, r->mem, "boot/grub/grubenv", ENV_BYTES, NULL);
}

static void read_grub_defaults(struct boot_reading *r)
{
	struct shell_vars v = {0};
	struct boot *b = r->b;
	struct boot_words w = {0};
	const char *text = text_of(r, "etc/default/grub", SHELL_TEXT_BYTES, &w);
	const struct shell_var *var;
	struct grub_words words;
	char path[SYS_PATH];
	size_t n;
	const char **names;

	if (!text) {
		b->configured = w;
		return;
	}
	shell_vars_read(r->mem, &v, "etc/default/grub", text);
	names = boot_names(r->s, r->mem, "etc/default/grub.d", ".cfg", &n, NULL);
	if (n > 0 && b->reads_grub_d == TRI_NO)
		boot_remark(r->mem, b, REMARK_GRUB_D_IGNORED, arena_printf(r->mem, "etc/default/grub.d/%s", names[0]), NULL);
	for (size_t i = 0; i < n && b->reads_grub_d == TRI_YES; i++) {
		text = text_of(r, arena_strdup(r->mem, sys_path(path, "etc/default/grub.d/%s", names[i])), SHELL_TEXT_BYTES, &w);
		if (!text) {
			b->configured = w;
			return;
		}
		shell_vars_read(r->mem, &v, arena_strdup(r->mem, path), text);
	}
	words = grub_defaults_words(r->mem, &v);
	b->configured = (struct boot_words){
	    .file = words.file, .line = words.line, .text = words.text, .reason = words.reason, .is_partial = true};
	var = shell_vars_find(&v, "GRUB_CMDLINE_LINUX_DEFAULT");
	if (var && var->lost_file)
		boot_remark(r->mem, b, REMARK_ASSIGNMENT_LOST, var->file, var->lost_file);
}

static struct boot_words words_of_grub(const char *file, const struct grub_entry *e)
{
	return (struct boot_words){.file = file, .line = e->line, .entry = e->title, .text = e->words};
}

static void read_grub_cfg(struct boot_reading *r)
{
	struct boot *b = r->b;
	const char *file = boot_mark_paths[b->marks[MARK_GRUB2_CFG] == TRI_YES ? MARK_GRUB2_CFG : MARK_GRUB_CFG][0];
	const char *text = text_of(r, file, GRUB_CFG_BYTES, &b->generated), *value, *kernel = boot_running_kernel(r);
	const struct grub_entry *wanted = NULL, *runs = NULL;
	struct grub_cfg c;

	if (!text)
		return;
	if (!grub_cfg_parse(r->mem, text, &c) || c.n_entries == 0) {
		b->generated = boot_cannot(file, "there is no entry of Linux in it");
		return;
	}
	b->n_entries = c.n_entries;
	value = boot_env(r, "next_entry");
	if (!value && c.is_saved)
		value = boot_env(r, "saved_entry");
	if (!value)
		value = c.default_entry;
	if (value)
		wanted = grub_cfg_find(r->mem, &c, value);
	/* GRUB falls back to the first where the default is not there. */
	b->generated = words_of_grub(file, wanted ? wanted : &c.entries[0]);
	for (size_t i = 0; kernel && i < c.n_entries && !runs; i++)
		if (boot_same_kernel(c.entries[i].kernel, kernel))
			runs = &c.entries[i];
	if (runs)
		b->running_entry = words_of_grub(file, runs);
	else if (kernel)
		boot_remark(r->mem, b, REMARK_NO_ENTRY_RUNS, file, kernel);
}

/* ---- a reader a stack ---- */

static void read_grub(struct boot_reading *r)
{
	read_env(r);
	read_grub_defaults(r);
	read_grub_cfg(r);
	/* The classic mistake on Proxmox and Fedora's likes: the file of the other loader. */
	if (r->b->marks[MARK_KERNEL_CMDLINE] == TRI_YES)
		boot_remark(r->mem, r->b, REMARK_UNUSED_FILE, "etc/kernel/cmdline",
		    boot_text(r->s, r->mem, "etc/kernel/cmdline", BOOT_CMDLINE_BYTES, NULL));
}

static void read_grub_bls(struct boot_reading *r)
{
	read_env(r);
	/* The next kernel's entry is made of the one, a new grub.cfg of the other. */
	if (r->b->marks[MARK_KERNEL_CMDLINE] == TRI_YES)
		read_kernel_cmdline(r);
	else
		read_grub_defaults(r);
	boot_bls_entries(r, true);
}

static void read_kernel_install(struct boot_reading *r)
{
	read_kernel_cmdline(r);
	boot_systemd_entries(r);
}

static void read_hand_made(struct boot_reading *r)
{
	boot_systemd_entries(r);
	r->b->configured = r->b->generated;
}

static void read_images(struct boot_reading *r)
{
	read_image_cmdline(r);
	boot_systemd_entries(r);
}

static void read_ostree(struct boot_reading *r)
{
	boot_bls_entries(r, false);
	r->b->configured = r->b->generated;
}

static void read_nixos(struct boot_reading *r)
{
	read_env(r);
	if (r->b->marks[MARK_GRUB_CFG] == TRI_YES)
		read_grub_cfg(r);
	else
		boot_systemd_entries(r);
	r->b->configured = boot_cannot("etc/nixos/configuration.nix", "boot.kernelParams is what a program computes");
}

static void read_proxmox_systemd(struct boot_reading *r)
{
	const char *text = boot_text(r->s, r->mem, "etc/kernel/cmdline", BOOT_CMDLINE_BYTES, NULL);

	read_kernel_cmdline(r);
	if (text && strcspn(text, "\n") + 1 < strlen(text))
		boot_remark(r->mem, r->b, REMARK_SEVERAL_LINES, "etc/kernel/cmdline", NULL);
	r->b->generated = boot_cannot(NULL, "the ESPs of proxmox-boot-tool are not mounted");
}

static void read_kernelstub(struct boot_reading *r)
{
	const char *file = boot_mark_paths[MARK_KERNELSTUB_CONFIG][0];
	const char *text = text_of(r, file, BOOT_CMDLINE_BYTES, &r->b->configured);
	const char *words = text ? kernelstub_words(r->mem, text) : NULL;

	boot_bls_entries(r, false);
	if (words)
		r->b->configured = (struct boot_words){.file = file, .text = words, .is_partial = true};
	else if (text)
		r->b->configured = boot_cannot(file, "it has no user.kernel_options");
}

static void read_sdbootutil(struct boot_reading *r)
{
	read_kernel_cmdline(r);
	boot_systemd_entries(r);
}

static void read_clear(struct boot_reading *r)
{
	r->b->configured = (struct boot_words){.file = "etc/kernel/cmdline.d", .text = "", .is_partial = true};
	add_cmdline_folder(r, "etc/kernel/cmdline.d");
	boot_systemd_entries(r);
}

typedef bool parse_entries(struct arena *mem, const char *text, struct loader_entries *ret);

static void read_own_file(struct boot_reading *r, const char *file, parse_entries *parse)
{
	struct boot_words *w = &r->b->generated;
	const char *text = text_of(r, file, LOADER_TEXT_BYTES, w);
	struct loader_entries e;

	if (!text)
		return;
	if (!parse(r->mem, text, &e) || e.first < 0) {
		*w = boot_cannot(file, "there is no entry in it");
		return;
	}
	r->b->n_entries = e.n;
	*w = (struct boot_words){.file = file, .entry = e.items[e.first].title, .text = e.items[e.first].options};
}

static void read_limine(struct boot_reading *r)
{
	read_own_file(r, r->b->limine_conf ? r->b->limine_conf : "boot/limine.conf", limine_parse);
	r->b->configured = r->b->generated;
}

static void read_limine_tool(struct boot_reading *r)
{
	read_own_file(r, r->b->limine_conf ? r->b->limine_conf : "boot/limine.conf", limine_parse);
	/* KERNEL_CMDLINE[default]+=…: an array of bash's, put together over four places. */
	r->b->configured = boot_cannot("etc/default/limine", "limine-entry-tool puts it together out of several files");
}

static void read_refind(struct boot_reading *r)
{
	read_own_file(r, "boot/refind_linux.conf", refind_linux_parse);
	r->b->configured = r->b->generated;
}

static void read_extlinux(struct boot_reading *r)
{
	read_own_file(r, "boot/extlinux/extlinux.conf", extlinux_parse);
	r->b->configured = r->b->generated;
}

/* One variable of a file in /etc/default. */
static void read_default(struct boot_reading *r, const char *file, const char *name)
{
	struct shell_vars v = {0};
	const char *text = text_of(r, file, SHELL_TEXT_BYTES, &r->b->configured);
	const struct shell_var *var;

	if (!text)
		return;
	shell_vars_read(r->mem, &v, file, text);
	var = shell_vars_find(&v, name);
	r->b->configured = (struct boot_words){.file = file, .line = var ? var->line : 0, .text = var ? var->value : "",
	    .reason = var && !var->value ? var->reason : NULL, .is_partial = true};
}

static void read_u_boot_menu(struct boot_reading *r)
{
	read_own_file(r, "boot/extlinux/extlinux.conf", extlinux_parse);
	read_default(r, "etc/default/u-boot", "U_BOOT_PARAMETERS");
}

static void read_flash_kernel(struct boot_reading *r)
{
	read_default(r, "etc/default/flash-kernel", "LINUX_KERNEL_CMDLINE");
	r->b->generated = boot_cannot(NULL, "it is written into the boot script's image");
}

static void read_raspberry(struct boot_reading *r)
{
	const char *file = boot_mark_paths[r->b->marks[MARK_CMDLINE_TXT] == TRI_YES ? MARK_CMDLINE_TXT : MARK_CMDLINE_TXT_OLD][0];
	char *text = text_of(r, file, BOOT_CMDLINE_BYTES, &r->b->generated);

	if (text) {
		size_t line = strcspn(text, "\n");

		/* The firmware takes the first line alone. */
		if (text[line + (text[line] != '\0')] != '\0')
			boot_remark(r->mem, r->b, REMARK_SEVERAL_LINES, file, NULL);
		text[line] = '\0';
		r->b->generated = (struct boot_words){.file = file, .text = text, .is_partial = true};
		r->b->n_entries = 1;
	}
	r->b->configured = r->b->generated;
}

static void read_nothing(struct boot_reading *r)
{
	r->b->configured = boot_cannot(NULL, "which loader started this kernel cannot be told");
	r->b->generated = r->b->configured;
}

static void read_snapd(struct boot_reading *r)
{
	r->b->configured = boot_cannot(NULL, "snapd keeps it: snap get system system.kernel");
	r->b->generated = boot_cannot(NULL, "it is part of the kernel's snap");
}

void read_boot_words(struct sys *s, struct arena *mem, enum boot_stack stack, struct boot *b)
{
	static void (*const readers[])(struct boot_reading *r) = {
	    [STACK_UNKNOWN] = read_nothing,
	    [STACK_NIXOS] = read_nixos,
	    [STACK_UBUNTU_CORE] = read_snapd,
	    [STACK_RPM_OSTREE] = read_ostree,
	    [STACK_OSTREE] = read_ostree,
	    [STACK_PROXMOX_GRUB] = read_grub,
	    [STACK_PROXMOX_SYSTEMD] = read_proxmox_systemd,
	    [STACK_KERNELSTUB] = read_kernelstub,
	    [STACK_SDBOOTUTIL] = read_sdbootutil,
	    [STACK_CLEAR_LINUX] = read_clear,
	    [STACK_GRUB_DEBIAN] = read_grub,
	    [STACK_GRUB_BLS] = read_grub_bls,
	    [STACK_GRUB] = read_grub,
	    [STACK_KERNEL_INSTALL] = read_kernel_install,
	    [STACK_SYSTEMD_BOOT] = read_hand_made,
	    [STACK_UKI] = read_images,
	    [STACK_LIMINE_TOOL] = read_limine_tool,
	    [STACK_LIMINE] = read_limine,
	    [STACK_REFIND] = read_refind,
	    [STACK_RASPBERRY_PI] = read_raspberry,
	    [STACK_FLASH_KERNEL] = read_flash_kernel,
	    [STACK_U_BOOT_MENU] = read_u_boot_menu,
	    [STACK_EXTLINUX] = read_extlinux,
	};
	struct boot_reading r = {s, mem, b, NULL};

	static_assert(ARRAY_LEN(readers) == BOOT_STACKS, "every stack has a reader");
	readers[stack](&r);
}
