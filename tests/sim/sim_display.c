/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Framebuffers and the text console on them: drivers/video/fbdev/core/fbcon.c, drivers/tty/vt/vt.c. The console takes
 * the first framebuffer that comes, and is no more when the last is gone. The firmware's is a platform device, which
 * a driver of the card, or vfio-pci for class 0300, does away with (KF-15, KF-21). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "sim_ops.h"

#define CONSOLES "sys/class/vtconsole"
#define PLATFORM "sys/bus/platform"

struct sim_framebuffer *sim_add_framebuffer(struct sim *sim, const char *function, const char *platform)
{
	const struct sim_function *f = sim_find_function(sim, function);
	struct sim_framebuffer *fb = &sim->framebuffers[sim->n_framebuffers++];
	char link[TREE_PATH];

	*fb = (struct sim_framebuffer){0};
	(void)snprintf(fb->function, sizeof(fb->function), "%s", function);
	(void)snprintf(fb->driver, sizeof(fb->driver), "%s", f->driver ? f->driver->name : "");
	tree_file(&sim->tree, CONSOLES "/vtcon0/name", "(S) dummy device\n");
	tree_link(&sim->tree, "sys/class/graphics/fbcon", "../../devices/virtual/graphics/fbcon");
	if (!platform)
		return fb;
	(void)snprintf(fb->platform, sizeof(fb->platform), "%s", platform);
	fb->has_platform = fb->is_platform_bound = true;
	/* Below its card since Linux 6.9 (drivers/firmware/sysfb.c, sysfb_parent_dev). */
	(void)snprintf(fb->folder, sizeof(fb->folder), "%.400s/%s", f->folder, platform);
	if (sim->kernel_major < 6 || (sim->kernel_major == 6 && sim->kernel_minor < 9))
		(void)snprintf(fb->folder, sizeof(fb->folder), "sys/devices/platform/%s", platform);
	tree_file_at(&sim->tree, "", PLATFORM "/drivers/%.*s/unbind", (int)strcspn(platform, "."), platform);
	(void)snprintf(link, sizeof(link), "../../../%.400s", fb->folder + strlen("sys/"));
	tree_link_at(&sim->tree, link, PLATFORM "/devices/%s", platform);
	(void)snprintf(link, sizeof(link), "x/%.*s", (int)strcspn(platform, "."), platform);
	tree_link_at(&sim->tree, link, "%s/driver", fb->folder);
	return fb;
}

static bool is_there(struct sim *sim, const struct sim_framebuffer *fb)
{
	return fb->platform[0] ? fb->is_platform_bound : sim_shows(sim, fb->function, fb->driver, fb->module);
}

static void show_framebuffer(struct sim *sim, size_t i)
{
	struct sim_framebuffer *fb = &sim->framebuffers[i];
	const struct sim_function *f = sim_find_function(sim, fb->function);
	char folder[TREE_PATH] = "", link[TREE_PATH], name[64];

	if (fb->platform[0])
		(void)snprintf(folder, sizeof(folder), "%s", fb->folder);
	else if (f)
		(void)snprintf(folder, sizeof(folder), "%s", f->folder);
	if (fb->is_shown) {
		(void)snprintf(name, sizeof(name), "%s%s\n", fb->platform[0] ? "EFI VGA" : fb->driver,
		    fb->platform[0] ? "" : "drmfb");
		tree_file_at(&sim->tree, name, "%.400s/graphics/fb%zu/name", folder, i);
		(void)snprintf(link, sizeof(link), "../../%.400s/graphics/fb%zu", folder + strlen("sys/"), i);
		tree_link_at(&sim->tree, link, "sys/class/graphics/fb%zu", i);
		return;
	}
	tree_remove_at(&sim->tree, "sys/class/graphics/fb%zu", i);
	if (folder[0])
		tree_remove_at(&sim->tree, "%.400s/graphics", folder);
}

static void show_console(struct sim *sim, bool has_framebuffer)
{
	bool had = sim_exists(sim, CONSOLES "/vtcon1");

	if (!has_framebuffer) {
		tree_remove(&sim->tree, CONSOLES "/vtcon1");
		sim->is_console_bound = false;
	} else {
		sim->is_console_bound |= !had;
		tree_file(&sim->tree, CONSOLES "/vtcon1/name", "(M) frame buffer device\n");
		tree_file(&sim->tree, CONSOLES "/vtcon1/bind", sim->is_console_bound ? "1\n" : "0\n");
	}
	tree_file(&sim->tree, CONSOLES "/vtcon0/bind", sim->is_console_bound ? "0\n" : "1\n");
}

void sim_show_display(struct sim *sim)
{
	bool has_any = false;

	if (sim->n_framebuffers == 0)
		return;
	for (size_t i = 0; i < sim->n_framebuffers; i++) {
		struct sim_framebuffer *fb = &sim->framebuffers[i];
		bool was_shown = fb->is_shown;

		fb->is_shown = is_there(sim, fb);
		has_any |= fb->is_shown;
		if (fb->is_shown != was_shown)
			show_framebuffer(sim, i);
	}
	show_console(sim, has_any);
}

void sim_evict_framebuffers(struct sim *sim, const struct sim_function *f, const struct sim_driver *d)
{
	bool draws = d->is_vfio && f->class_code >> 8 == 0x0300;

	for (size_t i = 0; i < sim->n_framebuffers; i++)
		draws |= !sim->framebuffers[i].platform[0] && str_eq(sim->framebuffers[i].driver, d->name);
	for (size_t i = 0; i < sim->n_framebuffers; i++) {
		struct sim_framebuffer *fb = &sim->framebuffers[i];

		if (!draws || !fb->has_platform || !str_eq(fb->function, f->name))
			continue;
		fb->has_platform = fb->is_platform_bound = false;
		sim_show_display(sim);
		tree_remove(&sim->tree, fb->folder);
		tree_remove_at(&sim->tree, PLATFORM "/devices/%s", fb->platform);
	}
}

/* The console has its framebuffer open, and so the module of that where its operations are the driver's own (fb_ops.owner;
 * those of drm_kms_helper's general ones keep that instead, so bochs). */
bool sim_console_keeps(struct sim *sim, const char *module)
{
	for (size_t i = 0; sim->is_console_bound && i < sim->n_framebuffers; i++) {
		const struct sim_framebuffer *fb = &sim->framebuffers[i];
		const struct sim_driver *d = sim_find_driver(sim, fb->driver);

		if (fb->is_shown && !fb->platform[0])
			return str_eq(fb->module[0] ? fb->module : d ? d->module : "", module);
	}
	return false;
}

static int unbind_platform(struct sim *sim, const char *device)
{
	for (size_t i = 0; i < sim->n_framebuffers; i++) {
		struct sim_framebuffer *fb = &sim->framebuffers[i];

		if (!str_eq(fb->platform, device) || !fb->is_platform_bound)
			continue;
		fb->is_platform_bound = false;
		sim_show_display(sim);
		tree_remove_at(&sim->tree, "%s/driver", fb->folder);
		return 0;
	}
	return -ENODEV;
}

int sim_poke_display(struct sim *sim, const char *path, const char *value)
{
	if (!sim_exists(sim, path))
		return -ENOENT;
	if (str_starts(path, PLATFORM "/drivers/") && str_eq(str_base(path), "unbind"))
		return unbind_platform(sim, value);
	if (!str_eq(path, CONSOLES "/vtcon1/bind") || (!str_eq(value, "0") && !str_eq(value, "1")))
		return -EINVAL;
	sim->is_console_bound = str_eq(value, "1");
	sim_show_display(sim);
	sim_show_modules(sim);
	return 0;
}
