/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/read_display.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"

#define GRAPHICS "sys/class/graphics"
#define DRM "sys/class/drm"
#define VTCONSOLE "sys/class/vtconsole"

static bool reads(struct use_reading *r, const char *path, const char *want)
{
	const char *text = sys_text(r->s, r->mem, path, NULL);

	return text && str_eq(text, want);
}

/* ---- framebuffers ---- */

static bool is_one_of(const char *const *words, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(words[i], word))
			return true;
	return false;
}

/* fix.id of the drivers in drivers/video/fbdev and drivers/gpu/drm/{tiny,sysfb}; a DRM driver's has "drmfb" behind
 * its name (drm_fb_helper_fill_info). */
static bool is_firmware_name(const char *name)
{
	static const char *const names[] = {"EFI VGA", "VESA VGA", "simple", "simpledrmdrmfb", "efidrmdrmfb", "vesadrmdrmfb"};

	return is_one_of(names, ARRAY_LEN(names), name);
}

/* The platform devices that drivers/firmware/sysfb.c makes. Since Linux 6.9 they hang below their PCI function, before
 * that below none. */
static bool is_firmware_device(const char *link)
{
	return strstr(link, "/efi-framebuffer.") || strstr(link, "/simple-framebuffer.") ||
	    strstr(link, "/vesa-framebuffer.") || strstr(link, "/platform-framebuffer.");
}

static void read_framebuffers(struct display_reading *d)
{
	struct use_reading *r = d->r;
	struct folder folder;
	int n = folder_names(r->s, r->mem, GRAPHICS, &folder);

	if (n < 0 && n != -ENOENT && n != -ENOTDIR)
		uses_blind(r, AREA_DISPLAY, "the framebuffers cannot be listed", GRAPHICS);
	for (size_t i = 0; i < folder.n; i++) {
		struct drawn_framebuffer fb = {.name = folder.names[i], .function = -1};
		char path[SYS_PATH], link[SYS_PATH];
		uint64_t number;
		char *name;

		/* Beside them lies fbcon. */
		if (!folder_is_numbered(fb.name, "fb", &number))
			continue;
		fb.number = (unsigned)number;
		name = sys_text(r->s, r->mem, sys_path(path, GRAPHICS "/%s/name", fb.name), NULL);
		fb.is_firmware = name && is_firmware_name(name);
		if (r->s->ops->link(r->s, sys_path(path, GRAPHICS "/%s", fb.name), link, sizeof(link)) == 0) {
			fb.function = uses_function_in(r, link);
			fb.is_firmware = fb.is_firmware || is_firmware_device(link);
		}
		*ARENA_PUSH(r->mem, d->framebuffers, d->n_framebuffers) = fb;
	}
}

/* ---- the firmware's console ---- */

struct iomem_search {
	const struct host *h;
	size_t bar_indent; /* of the line whose ranges are now told */
	int bar;	   /* that line's function, -1: none */
	int found;
	bool is_ambiguous;
};

/* "    c0000000-c07fffff : BOOTFB" below "  c0000000-cfffffff : 0000:01:00.0". Without rights the addresses are all
 * zero, but what lies in what is told all the same. */
static int look_at_range(void *data, const char *line)
{
	static const char *const firmware[] = {"efifb", "vesafb", "simplefb", "simpledrm", "efidrm", "vesadrm", "BOOTFB",
	    "simple-framebuffer", "efi-framebuffer"};
	struct iomem_search *search = data;
	const char *name = strstr(line, " : ");
	const struct pci_function *f;
	size_t indent = strspn(line, " ");
	struct pci_addr addr;

	if (!name)
		return 0;
	name += strlen(" : ");
	if (search->bar >= 0 && indent <= search->bar_indent)
		search->bar = -1;
	if (pci_addr_parse(name, &addr)) {
		f = host_find(search->h, addr);
		search->bar = f ? host_index(search->h, f) : -1;
		search->bar_indent = indent;
	} else if (search->bar >= 0 && is_one_of(firmware, ARRAY_LEN(firmware), name)) {
		search->is_ambiguous = search->is_ambiguous || (search->found >= 0 && search->found != search->bar);
		search->found = search->bar;
	}
	return 0;
}

/* No function says boot_vga 1, as on many ARM machines and where the card is no VGA device: then it is the card whose
 * memory the firmware's framebuffer lies in. */
static void find_framebuffer_card(struct display_reading *d)
{
	struct iomem_search search = {.h = d->r->h, .bar = -1, .found = -1};
	const struct drawn_framebuffer *firmware = NULL;
	char path[SYS_PATH];
	int seen;

	for (size_t i = 0; i < d->n_framebuffers && !firmware; i++)
		if (d->framebuffers[i].is_firmware)
			firmware = &d->framebuffers[i];
	if (firmware && firmware->function >= 0)
		d->boot = firmware->function;
	seen = d->boot >= 0 ? 0 : sys_lines(d->r->s, "proc/iomem", look_at_range, &search);
	if (seen == 0 && search.found >= 0 && !search.is_ambiguous) {
		d->boot = search.found;
		uses_add(d->r, USE_BOOT_DISPLAY, d->boot, "firmware console", "proc/iomem");
		return;
	}
	if (firmware && d->boot < 0)
		d->boot = d->only;
	if (d->boot >= 0)
		uses_add(d->r, USE_BOOT_DISPLAY, d->boot, "firmware console", sys_path(path, GRAPHICS "/%s", firmware->name));
	else if (d->n_display > 1 && (seen < 0 || firmware || search.is_ambiguous))
		uses_blind(d->r, AREA_DISPLAY, "which card has the firmware's console cannot be told", "proc/iomem");
}

static void find_boot_display(struct display_reading *d)
{
	const struct host *h = d->r->h;

	for (size_t i = 0; i < h->n_functions; i++) {
		char path[SYS_PATH];

		if (!function_is_display(&h->functions[i]))
			continue;
		d->only = d->n_display++ == 0 ? (int)i : -1;
		(void)sys_path(path, "sys/bus/pci/devices/%s/boot_vga", h->functions[i].name);
		if (!reads(d->r, path, "1"))
			continue;
		d->boot = (int)i;
		uses_add(d->r, USE_BOOT_DISPLAY, (int)i, "firmware console", path);
	}
	if (d->boot < 0)
		find_framebuffer_card(d);
}

/* ---- monitors ---- */

/* "card0-HDMI-A-1" and not "card0", "renderD128", or a writeback connector, which leads into memory. */
static bool is_connector(const char *name)
{
	const char *dash = strchr(name, '-');

	return str_starts(name, "card") && dash && !str_starts(dash + 1, "Writeback");
}

static void read_connector(struct display_reading *d, const char *name)
{
	struct use_reading *r = d->r;
	char path[SYS_PATH], link[SYS_PATH];
	const char *status;
	int function;

	if (r->s->ops->link(r->s, sys_path(path, DRM "/%s", name), link, sizeof(link)) < 0)
		return;
	/* vkms draws into memory, for tests. */
	if (strstr(link, "/vkms/") || strstr(link, "/devices/virtual/"))
		return;
	function = uses_function_in(r, link);
	if (function < 0 && is_firmware_device(link))
		function = d->boot;
	if (function >= 0)
		d->has_connector[function] = true;
	status = sys_text(r->s, r->mem, sys_path(path, DRM "/%s/status", name), NULL);
	d->maybe_connected = d->maybe_connected || !status || !str_eq(status, "disconnected");
	if (!status)
		uses_blind(r, AREA_DISPLAY, "whether a monitor is connected cannot be read", path);
	else if (str_eq(status, "connected") && reads(r, sys_path(path, DRM "/%s/enabled", name), "enabled"))
		uses_add(r, USE_CONNECTOR, function, name, sys_path(path, DRM "/%s/status", name));
}

static void read_connectors(struct display_reading *d)
{
	struct use_reading *r = d->r;
	struct folder folder;
	int n = folder_names(r->s, r->mem, DRM, &folder);

	d->has_drm = n == 0;
	if (n < 0 && n != -ENOENT && n != -ENOTDIR)
		uses_blind(r, AREA_DISPLAY, "the connectors cannot be listed", DRM);
	for (size_t i = 0; i < folder.n; i++)
		if (is_connector(folder.names[i]))
			read_connector(d, folder.names[i]);
}

/* ---- text consoles ---- */

/* What "fbcon=map:0123" of the kernel command line says: the framebuffers of the consoles, a digit each, from the start
 * again where they end (drivers/video/fbdev/core/fbcon.c, fb_console_setup). NULL: nothing. */
static const char *read_console_map(struct use_reading *r)
{
	char *text = sys_text(r->s, r->mem, "proc/cmdline", NULL);
	const char *found = NULL;

	for (char *word; text && (word = strsep(&text, " "));) {
		char *option;

		if (!str_starts(word, "fbcon="))
			continue;
		word += strlen("fbcon=");
		while ((option = strsep(&word, ",")))
			if (str_starts(option, "map:") && option[strlen("map:")])
				found = option + strlen("map:");
	}
	return found;
}

/* The kernel draws all consoles on one framebuffer, the first that came or, as distributions build it, the boot
 * display's (fbcon_select_primary). Which of the two where they differ it tells by an ioctl alone: then both. */
static bool has_console(const struct display_reading *d, const struct drawn_framebuffer *fb, const char *map)
{
	if (map)
		return fb->number <= 9 && strchr(map, (char)('0' + fb->number));
	return fb == &d->framebuffers[0] || (d->boot >= 0 && fb->function == d->boot);
}

static void add_console(struct display_reading *d, int function, const char *subject, const char *evidence)
{
	if (function < 0 && d->n_display > 0)
		uses_blind(d->r, AREA_DISPLAY, "which card the text console is drawn on cannot be told", evidence);
	else
		uses_add(d->r, USE_CONSOLE, function, subject, evidence);
}

static void read_consoles(struct display_reading *d)
{
	const char *map = read_console_map(d->r);
	struct use_reading *r = d->r;
	struct folder folder;
	int n = folder_names(r->s, r->mem, VTCONSOLE, &folder);

	if (n < 0 && n != -ENOENT && n != -ENOTDIR)
		uses_blind(r, AREA_DISPLAY, "the text consoles cannot be listed", VTCONSOLE);
	for (size_t i = 0; i < folder.n; i++) {
		char path[SYS_PATH];
		char *name = sys_text(r->s, r->mem, sys_path(path, VTCONSOLE "/%s/name", folder.names[i]), NULL);

		if (!name || !reads(r, sys_path(path, VTCONSOLE "/%s/bind", folder.names[i]), "1"))
			continue;
		/* "(S) VGA+", vgacon: the text mode that the firmware left, on the card it started. */
		if (strstr(name, "VGA+"))
			add_console(d, d->boot >= 0 ? d->boot : d->only, "text console in VGA text mode", path);
		for (size_t k = 0; strstr(name, "frame buffer device") && k < d->n_framebuffers; k++) {
			const struct drawn_framebuffer *fb = &d->framebuffers[k];
			const char *subject = arena_printf(r->mem, "text console by %s", fb->name);

			if (!has_console(d, fb, map))
				continue;
			if (fb->function < 0 && fb->is_firmware)
				add_console(d, d->boot, subject, path);
			else
				uses_add(r, USE_CONSOLE, fb->function, subject, path);
		}
	}
}

void read_display_uses(struct use_reading *r)
{
	struct display_reading d = {.r = r, .boot = -1, .only = -1};

	d.has_connector = arena_alloc(r->mem, r->h->n_functions + 1);
	read_framebuffers(&d);
	find_boot_display(&d);
	read_connectors(&d);
	read_consoles(&d);
	read_server_type(&d);
}
