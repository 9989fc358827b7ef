/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entries of loaders: type 1 entries and unified kernel images, with the one that comes next and the one that runs. */
#include "sys/read_boot_words.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "text/grub_defaults.h"
#include "text/kernel_cmdline.h"
#include "text/loader_entry.h"

enum { PE_HEAD = 4096 };

struct boot_words boot_cannot(const char *file, const char *reason)
{
	return (struct boot_words){.file = file, .reason = reason};
}

const char *boot_trouble(struct arena *mem, int code)
{
	return code == -EACCES || code == -EPERM ? "it cannot be read without root"
	     : code == -ENOENT || code == -ENOTDIR ? "it is not there"
						   : arena_printf(mem, "it cannot be read: %s", err_name(code));
}

/* Newlines and runs of blanks are one blank each, as kernel-install and mkinitcpio make it; lines that begin with "#"
 * are left out where those do. */
const char *boot_one_line(struct arena *mem, const char *text, bool has_comments)
{
	char *line = arena_strdup(mem, text), *to = line;
	bool is_start = true;

	for (const char *from = text; *from; from++) {
		if (has_comments && is_start && *from == '#') {
			from += strcspn(from, "\n");
			if (*from == '\0')
				break;
		}
		is_start = *from == '\n';
		if (!strchr(" \t\n\r", *from))
			*to++ = *from;
		else if (to > line && to[-1] != ' ')
			*to++ = ' ';
	}
	if (to > line && to[-1] == ' ')
		to--;
	*to = '\0';
	return line;
}

const char *boot_env(void *data, const char *name)
{
	struct boot_reading *r = data;

	return r->env ? grubenv_value(r->mem, r->env, name) : NULL;
}

/* Does an entry's kernel stand behind BOOT_IMAGE? "(hd0,gpt2)/vmlinuz-6.1": the device is GRUB's own. */
const char *boot_running_kernel(struct boot_reading *r)
{
	struct kernel_cmdline c;
	const struct kernel_word *w;
	const char *close;

	if (!r->b->cmdline || !kernel_cmdline_parse(r->mem, r->b->cmdline, &c))
		return NULL;
	w = kernel_cmdline_last(&c, "BOOT_IMAGE");
	if (!w || !w->value)
		return NULL;
	close = *w->value == '(' ? strchr(w->value, ')') : NULL;
	return close ? close + 1 : w->value;
}

static struct boot_words words_of(struct boot_reading *r, const struct loader_entry *e, bool only_first)
{
	const char *options = only_first ? e->first_options : e->options;

	return (struct boot_words){
	    .file = e->file,
	    .entry = e->title ? e->title : e->id,
	    .text = loader_expand(r->mem, options ? options : "", boot_env, r),
	};
}

struct boot_words boot_image_words(struct boot_reading *r, const char *path, const char *id)
{
	struct boot_words w = {.file = arena_strdup(r->mem, path), .entry = id};
	char head[PE_HEAD], *text;
	uint32_t offset, size;
	int n;

	if (!r->s->ops->read_part) {
		w.reason = "images cannot be looked into";
		return w;
	}
	n = r->s->ops->read_part(r->s, path, 0, head, sizeof(head));
	if (n < 0 || !pe_section(head, (size_t)n, ".cmdline", &offset, &size) || size > BOOT_CMDLINE_BYTES) {
		w.reason = n < 0 ? boot_trouble(r->mem, n) : "it has no .cmdline section";
		return w;
	}
	text = arena_alloc(r->mem, size + 1);
	n = r->s->ops->read_part(r->s, path, offset, text, size);
	if (n < 0 || (uint32_t)n != size)
		w.reason = "it ends too early";
	else
		w.text = boot_one_line(r->mem, text, false);
	return w;
}

struct entries {
	struct loader_entry *items;
	size_t n;
	int code; /* of the first folder that could not be listed, 0 */
};

static void add_entries(struct boot_reading *r, struct entries *e, const char *folder)
{
	char path[SYS_PATH];
	size_t n;
	int code;
	const char **names = boot_names(r->s, r->mem, folder, ".conf", &n, &code);

	if (code < 0 && code != -ENOENT && code != -ENOTDIR && e->code == 0)
		e->code = code;
	for (size_t i = 0; i < n && e->n < LOADER_ENTRIES; i++) {
		const char *text = boot_text(r->s, r->mem, sys_path(path, "%s/%s", folder, names[i]), LOADER_TEXT_BYTES, &code);
		struct loader_entry entry;

		if (!text && e->code == 0)
			e->code = code;
		if (!text || !loader_entry_parse(r->mem, names[i], text, &entry) || !entry.kernel)
			continue;
		/* Another system's of the same machine is none of ours. */
		if (entry.machine_id && r->b->machine_id && !str_eq(entry.machine_id, r->b->machine_id))
			continue;
		entry.file = arena_strdup(r->mem, path);
		*ARENA_PUSH(r->mem, e->items, e->n) = entry;
	}
}

static void add_images(struct boot_reading *r, struct entries *e, const char *folder)
{
	char path[SYS_PATH];
	size_t n;
	const char **names = boot_names(r->s, r->mem, sys_path(path, "%s/EFI/Linux", folder), ".efi", &n, NULL);

	for (size_t i = 0; i < n && e->n < LOADER_ENTRIES; i++) {
		const char *id = loader_entry_id(r->mem, names[i], ".efi");

		*ARENA_PUSH(r->mem, e->items, e->n) = (struct loader_entry){
		    .id = id, .file = arena_printf(r->mem, "%s/EFI/Linux/%s", folder, names[i]), .kernel = names[i], .options = ""};
	}
}

static bool is_image(const struct loader_entry *e)
{
	return !e->is_linux && strstr(e->file, "/EFI/Linux/");
}

static int newer(const struct loader_entry *a, const struct loader_entry *b)
{
	int r = a->version && b->version ? loader_version_cmp(a->version, b->version) : 0;

	return r != 0 ? r : loader_version_cmp(a->id, b->id);
}

static const struct loader_entry *find_entry(struct boot_reading *r, const struct entries *e, const char *pattern)
{
	const struct loader_entry *found = NULL;

	for (size_t i = 0; pattern && i < e->n; i++)
		if (loader_default_matches(r->mem, pattern, &e->items[i]) && (!found || newer(&e->items[i], found) > 0))
			found = &e->items[i];
	return found;
}

static struct boot_words words_of_entry(struct boot_reading *r, const struct loader_entry *e, bool only_first)
{
	return is_image(e) ? boot_image_words(r, e->file, e->id) : words_of(r, e, only_first);
}

/* systemd-boot: one-shot, default by bootctl, default of loader.conf, else the newest. */
static const struct loader_entry *default_of_systemd(struct boot_reading *r, const struct entries *e)
{
	const char *text = r->b->loader_conf ? boot_text(r->s, r->mem, r->b->loader_conf, LOADER_TEXT_BYTES, NULL) : NULL;
	const char *patterns[] = {r->b->one_shot_entry, r->b->default_entry,
	    text ? loader_conf_value(r->mem, text, "default") : NULL, "*"};
	const struct loader_entry *found = NULL;

	for (size_t i = 0; i < ARRAY_LEN(patterns) && !found; i++) {
		const char *pattern = patterns[i];

		if (str_eq(pattern, "@saved"))
			pattern = r->b->selected_entry;
		found = find_entry(r, e, pattern);
	}
	return found;
}

static void read_addons(struct boot_reading *r)
{
	char path[SYS_PATH];
	size_t n;

	for (size_t i = 0; i < ARRAY_LEN(boot_folders); i++) {
		const char **names =
		    boot_names(r->s, r->mem, sys_path(path, "%s/loader/addons", boot_folders[i]), ".addon.efi", &n, NULL);

		for (size_t k = 0; k < n && k < 8; k++)
			boot_remark(r->mem, r->b, REMARK_ADDON,
			    arena_printf(r->mem, "%s/loader/addons/%s", boot_folders[i], names[k]), NULL);
	}
}

void boot_systemd_entries(struct boot_reading *r)
{
	struct boot *b = r->b;
	struct entries e = {0};
	const struct loader_entry *wanted, *runs;

	for (size_t i = 0; i < ARRAY_LEN(boot_folders); i++) {
		char path[SYS_PATH];

		add_entries(r, &e, sys_path(path, "%s/loader/entries", boot_folders[i]));
		add_images(r, &e, boot_folders[i]);
	}
	b->n_entries = e.n;
	if (e.n == 0) {
		if (e.code == 0)
			boot_remark(r->mem, b, REMARK_ESP_NOT_MOUNTED, NULL, NULL);
		b->generated = boot_cannot(NULL, e.code < 0 ? "the entries cannot be read without root"
						       : "there are no entries: is the ESP mounted?");
		return;
	}
	read_addons(r);
	wanted = default_of_systemd(r, &e);
	runs = find_entry(r, &e, b->selected_entry);
	if (wanted)
		b->generated = words_of_entry(r, wanted, false);
	if (runs)
		b->running_entry = words_of_entry(r, runs, false);
}

/* Do two paths of a kernel mean the same? GRUB's begin at a partition, which may be /boot or a subvolume. */
bool boot_same_kernel(const char *a, const char *b)
{
	return str_eq(str_base(a), str_base(b));
}

static const struct loader_entry *entry_that_runs(struct boot_reading *r, const struct entries *e)
{
	const char *kernel = boot_running_kernel(r);

	for (size_t i = 0; kernel && i < e->n; i++)
		if (e->items[i].kernel && boot_same_kernel(e->items[i].kernel, kernel))
			return &e->items[i];
	return NULL;
}

/* Entries in /boot/loader/entries, read by GRUB's blscfg or put there by ostree and kernelstub. */
void boot_bls_entries(struct boot_reading *r, bool is_grub)
{
	struct boot *b = r->b;
	struct entries e = {0};
	const struct loader_entry *wanted = NULL, *runs;

	add_entries(r, &e, "boot/loader/entries");
	if (!is_grub)
		add_entries(r, &e, "boot/efi/loader/entries");
	b->n_entries = e.n;
	if (e.n == 0) {
		b->generated = boot_cannot("boot/loader/entries", e.code < 0 ? boot_trouble(r->mem, e.code) : "there are no entries");
		return;
	}
	if (is_grub) {
		const char *saved = boot_env(r, "next_entry");

		wanted = find_entry(r, &e, saved ? saved : boot_env(r, "saved_entry"));
	}
	if (!wanted)
		wanted = default_of_systemd(r, &e);
	runs = entry_that_runs(r, &e);
	if (!runs)
		runs = find_entry(r, &e, b->selected_entry);
	b->generated = words_of(r, wanted, is_grub);
	if (runs)
		b->running_entry = words_of(r, runs, is_grub);
	else if (is_grub && boot_running_kernel(r))
		boot_remark(r->mem, b, REMARK_NO_ENTRY_RUNS, "boot/loader/entries", boot_running_kernel(r));
	for (size_t i = 0; is_grub && i < e.n; i++) {
		if (e.items[i].n_options > 1) {
			boot_remark(r->mem, b, REMARK_MORE_OPTIONS, e.items[i].file, NULL);
			break;
		}
	}
}

