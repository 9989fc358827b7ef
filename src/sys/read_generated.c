/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/read_generated.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "sys/read_boot_words.h"
#include "text/grub_defaults.h"
#include "text/kernel_cmdline.h"
#include "text/loader_entry.h"

enum { PE_HEAD = 4096, ENV_BYTES = 8192 };

struct reading {
	struct boot_reading r;
	struct boot boot; /* of it only the machine id is known */
	struct boot_entries *ret;
};

/* The words that systemd and the initramfs take for a boot to repair things in. */
static bool is_rescue(struct arena *mem, const char *words)
{
	static const char *const alone[] = {"single", "recovery", "rescue", "emergency", "1", "S"};
	struct kernel_cmdline c;

	if (!words || !kernel_cmdline_parse(mem, words, &c))
		return false;
	for (size_t i = 0; i < c.n_words; i++) {
		const struct kernel_word *w = &c.words[i];

		for (size_t k = 0; !w->value && k < ARRAY_LEN(alone); k++)
			if (str_eq(w->key, alone[k]))
				return true;
		if (str_eq(w->key, "systemd.unit") && (str_eq(w->value, "rescue.target") || str_eq(w->value, "emergency.target")))
			return true;
	}
	return false;
}

static void add(struct reading *g, struct boot_entry e)
{
	e.is_rescue = e.is_rescue || is_rescue(g->r.mem, e.words);
	*ARENA_PUSH(g->r.mem, g->ret->items, g->ret->n) = e;
}

static const char *text_of(struct reading *g, const char *path, size_t most)
{
	int code;
	const char *text = boot_text(g->r.s, g->r.mem, path, most, &code);

	if (!text)
		g->ret->reason = arena_printf(g->r.mem, "/%s: %s", path, boot_trouble(g->r.mem, code));
	return text;
}

/* 10_linux gives its entries ids (2.06, util/grub.d/10_linux.in); what others wrote gets no words. */
static bool is_of_mkconfig(const struct grub_entry *e)
{
	return str_starts(e->id, "gnulinux-");
}

static void read_grub_cfg(struct reading *g, const char *path)
{
	const char *text = text_of(g, path, GRUB_CFG_BYTES);
	struct grub_cfg c;
	bool has_ids = false;

	if (!text)
		return;
	if (!grub_cfg_parse(g->r.mem, text, &c)) {
		g->ret->reason = "it is too long";
		return;
	}
	for (size_t i = 0; i < c.n_entries; i++)
		has_ids = has_ids || is_of_mkconfig(&c.entries[i]);
	for (size_t i = 0; i < c.n_entries; i++) {
		const struct grub_entry *e = &c.entries[i];

		if (str_starts(e->id, "osprober-") || (has_ids && !is_of_mkconfig(e)))
			continue;
		add(g, (struct boot_entry){.file = path, .line = e->line, .title = e->title, .words = e->words,
		    .is_rescue = strstr(e->id, "-recovery-") != NULL || strstr(e->title, "recovery mode") != NULL});
	}
}

static void read_entry(struct reading *g, const char *path, bool is_grub)
{
	struct arena *mem = g->r.mem;
	const char *text = text_of(g, path, LOADER_TEXT_BYTES), *options;
	struct loader_entry e;

	if (!text || !loader_entry_parse(mem, str_base(path), text, &e) || !e.kernel)
		return;
	if (e.machine_id && g->boot.machine_id && !str_eq(e.machine_id, g->boot.machine_id))
		return;
	options = is_grub ? e.first_options : e.options;
	/* dracut's rescue entry is made once and kept (51-dracut-rescue.install). */
	add(g, (struct boot_entry){.file = arena_strdup(mem, path), .title = e.title ? e.title : e.id, .version = e.version,
	    .words = loader_expand(mem, options ? options : "", boot_env, &g->r), .is_rescue = strstr(e.id, "-0-rescue") != NULL});
}

static void read_image(struct reading *g, const char *path)
{
	struct boot_words w = boot_image_words(&g->r, path, str_base(path));

	if (!w.text)
		g->ret->reason = arena_printf(g->r.mem, "/%s: %s", path, w.reason);
	else
		add(g, (struct boot_entry){.file = w.file, .title = w.entry, .words = w.text});
}

/* GRUB reads the first line of options alone. */
static bool is_read_by_grub(struct reading *g, const char *folder)
{
	static const char *const files[] = {"boot/grub2/grub.cfg", "boot/grub/grub.cfg"};

	for (size_t i = 0; str_eq(folder, "boot/loader/entries") && i < ARRAY_LEN(files); i++) {
		const char *text = boot_text(g->r.s, g->r.mem, files[i], GRUB_CFG_BYTES, NULL);
		struct grub_cfg c;

		if (text && grub_cfg_parse(g->r.mem, text, &c))
			return c.has_blscfg;
	}
	return false;
}

static void read_folder(struct reading *g, const char *folder)
{
	bool is_grub = is_read_by_grub(g, folder);
	char path[SYS_PATH];
	size_t n;
	int code;
	const char **names = boot_names(g->r.s, g->r.mem, folder, ".conf", &n, &code);

	if (code < 0)
		g->ret->reason = arena_printf(g->r.mem, "/%s: %s", folder, boot_trouble(g->r.mem, code));
	for (size_t i = 0; i < n; i++)
		read_entry(g, sys_path(path, "%s/%s", folder, names[i]), is_grub);
}

static void read_other(struct reading *g, const char *path, bool (*parse)(struct arena *mem, const char *text, struct loader_entries *ret))
{
	const char *text = text_of(g, path, LOADER_TEXT_BYTES);
	struct loader_entries e;

	if (!text || !parse(g->r.mem, text, &e))
		return;
	for (size_t i = 0; i < e.n; i++)
		add(g, (struct boot_entry){.file = path, .title = e.items[i].title ? e.items[i].title : e.items[i].id, .words = e.items[i].options});
}

static bool ends_with(const char *text, const char *ending)
{
	size_t length = strlen(text), n = strlen(ending);

	return length >= n && str_eq(text + length - n, ending);
}

void read_generated(struct sys *s, struct arena *mem, const char *place, struct boot_entries *ret)
{
	struct reading g = {.r = {.s = s, .mem = mem}, .ret = ret};

	*ret = (struct boot_entries){.place = place};
	g.r.b = &g.boot;
	g.boot.machine_id = sys_text(s, mem, "etc/machine-id", NULL);
	g.r.env = boot_text(s, mem, "boot/grub2/grubenv", ENV_BYTES, NULL);
	if (ends_with(place, "/grub.cfg"))
		read_grub_cfg(&g, place);
	else if (ends_with(place, "/limine.conf"))
		read_other(&g, place, limine_parse);
	else if (ends_with(place, "/refind_linux.conf"))
		read_other(&g, place, refind_linux_parse);
	else if (ends_with(place, "/extlinux.conf"))
		read_other(&g, place, extlinux_parse);
	else if (ends_with(place, ".efi"))
		read_image(&g, place);
	else if (ends_with(place, ".conf"))
		read_entry(&g, place, false);
	else if (ends_with(place, "/loader/entries"))
		read_folder(&g, place);
	else
		ret->reason = arena_printf(mem, "/%s is no place of a loader's", place);
}
