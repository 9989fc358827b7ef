/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is the early image older than what it is made from? Of modprobe's files only those count that say something of VFIO, or
 * keep a module away: others are changed with every second package, and mean nothing for a device. */
#include <string.h>

#include "base/str.h"
#include "sys/folder.h"
#include "sys/read_facts.h"
#include "sys/read_image.h"

enum { MOST_SETTINGS = 256, OLDEST_TIME = 24 * 3600 };

struct dating {
	struct sys *s;
	struct arena *mem;
	struct facts *f;
	int64_t newest; /* of the settings, 0: none */
	bool is_blind;	/* one of them cannot be dated */
};

/* ---- the image ---- */

/* The newest that the running kernel may have been started with, 0: there is none that can be dated. Where names do not
 * tell the kernel, as Arch's, any of them. Systems that are checked out of a store set all times to 0 or 1. */
static int64_t image_time(struct dating *d, const struct boot *b)
{
	struct image_list images;
	bool has_own = false;
	int64_t newest = 0;

	read_images(d->s, d->mem, b, &images);
	for (size_t i = 0; i < images.n; i++)
		has_own = has_own || (b->kernel_release && str_eq(images.items[i].kernel, b->kernel_release));
	for (size_t i = 0; i < images.n; i++) {
		const struct image_file *image = &images.items[i];
		int64_t time;

		if (image->is_rescue || image->is_stale || (has_own ? !str_eq(image->kernel, b->kernel_release) : image->kernel != NULL))
			continue;
		if (d->s->ops->changed(d->s, image->path, &time) < 0 || time <= OLDEST_TIME)
			return 0;
		if (time > newest) {
			newest = time;
			d->f->image_file = arena_printf(d->mem, "/%s", image->path);
		}
	}
	return images.trouble ? 0 : newest;
}

/* ---- what it is made from ---- */

static void date(struct dating *d, const char *path)
{
	int64_t time;

	if (d->s->ops->exists(d->s, path) == 0)
		return;
	if (d->s->ops->changed(d->s, path, &time) < 0) {
		d->is_blind = true;
	} else if (time > d->newest) {
		d->newest = time;
		d->f->changed_file = arena_printf(d->mem, "/%s", path);
	}
}

static bool matters(const struct modprobe_line *l)
{
	switch (l->verb) {
	case MODPROBE_BLACKLIST:
		return true;
	case MODPROBE_OPTIONS:
		return str_starts(l->name, "vfio");
	case MODPROBE_SOFTDEP:
	case MODPROBE_INSTALL:
	case MODPROBE_ALIAS:
		return strstr(l->rest, "vfio") != NULL;
	case MODPROBE_REMOVE:
	case MODPROBE_VERBS:
		break;
	}
	return false;
}

static void date_modprobe(struct dating *d, const struct modprobe_conf *m)
{
	const char *last = NULL;

	for (size_t i = 0; i < m->n_lines; i++) {
		const struct modprobe_line *l = &m->lines[i];

		/* Those of packages have the package's own time. */
		if (!matters(l) || str_eq(l->file, last) || !str_starts(l->file, "/etc/modprobe.d/"))
			continue;
		date(d, l->file + 1);
		last = l->file;
	}
	d->is_blind = d->is_blind || m->n_unread > 0;
}

static void date_folder(struct dating *d, const char *folder)
{
	struct folder names;
	char path[SYS_PATH];

	(void)folder_names(d->s, d->mem, folder, &names);
	for (size_t i = 0; i < names.n && i < MOST_SETTINGS; i++)
		if (*names.names[i] != '.' && names.names[i][strlen(names.names[i]) - 1] != '~')
			date(d, sys_path(path, "%s/%s", folder, names.names[i]));
}

static void date_settings(struct dating *d, const char *generator)
{
	static const struct {
		const char *generator, *files[3], *folder;
	} rows[] = {
	    {"initramfs-tools", {"etc/initramfs-tools/modules", "etc/initramfs-tools/initramfs.conf", NULL}, "etc/initramfs-tools/conf.d"},
	    {"dracut", {"etc/dracut.conf", NULL}, "etc/dracut.conf.d"},
	    {"mkinitcpio", {"etc/mkinitcpio.conf", NULL}, "etc/mkinitcpio.conf.d"},
	    {"booster", {"etc/booster.yaml", NULL}, NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (!str_eq(rows[i].generator, generator))
			continue;
		for (size_t k = 0; rows[i].files[k]; k++)
			date(d, rows[i].files[k]);
		if (rows[i].folder)
			date_folder(d, rows[i].folder);
	}
}

void read_fact_times(struct sys *s, struct arena *mem, const struct boot *b, const char *generator, const struct modprobe_conf *m,
    struct facts *f)
{
	struct dating d = {.s = s, .mem = mem, .f = f};
	int64_t image;

	if (!s->ops->changed || !generator || !m)
		return;
	image = image_time(&d, b);
	if (image == 0)
		return;
	date_modprobe(&d, m);
	date_settings(&d, generator);
	f->is_image_stale = d.newest > image ? TRI_YES : d.is_blind ? TRI_UNKNOWN : TRI_NO;
}
