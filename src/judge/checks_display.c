/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks: the host's picture. */
#include <string.h>

#include "base/str.h"
#include "judge/checks.h"
#include "judge/verdict.h"

bool check_holds_picture(const struct check_context *c, const struct fact_line *l)
{
	struct region r;

	for (unsigned i = 0; i < REGION_ROM; i++)
		if (region_of(c->d, i, &r) && (r.flags & REGION_MEMORY) && r.start != 0 && l->start >= r.start && l->end <= r.end)
			return true;
	return false;
}

/* Only of a card that VFIO has: while a driver of the host draws on it, all is as it should be. */
static struct check_result firmware_picture(const struct check_context *c, bool is_bootfb, const char *text)
{
	const struct fact_line *l = check_next_line(c->facts, LINE_FRAMEBUFFER, NULL);
	struct region r;

	if (c->f->has_driver == TRI_NO || (c->f->has_driver == TRI_YES && !check_has_vfio(c)))
		return check_ok(check_file(c, "driver"), c->f->driver);
	if (!c->facts || c->facts->has_lines[LINE_FRAMEBUFFER] != TRI_YES)
		return check_unread(c, "/proc/iomem");
	if (!l)
		return check_ok("/proc/iomem", NULL);
	if (c->facts->is_iomem_masked)
		return check_unknown("/proc/iomem shows no addresses without root", "/proc/iomem");
	if (!region_of(c->d, 0, &r))
		return check_unread(c, check_file(c, "resource"));
	for (; l; l = check_next_line(c->facts, LINE_FRAMEBUFFER, l))
		if ((strstr(l->text, "BOOTFB") != NULL) == is_bootfb && check_holds_picture(c, l))
			return check_bad(text, "/proc/iomem", l->text);
	return check_ok("/proc/iomem", NULL);
}

static struct check_result ask_framebuffer(const struct check_context *c)
{
	return firmware_picture(c, false, "the firmware's picture is still drawn in its memory: a guest could not map that");
}

static struct check_result ask_bootfb(const struct check_context *c)
{
	return firmware_picture(c, true, "the firmware's picture (BOOTFB) still has a part of its memory: a guest could not map that");
}

static struct check_result ask_boot_vga(const struct check_context *c)
{
	const char *boot = check_attribute(c, ATTR_BOOT_VGA), *file = check_file(c, "boot_vga");
	struct check_result r;

	/* VGA class alone has the file (drivers/pci/pci-sysfs.c). */
	if (function_class(c->f) != 0x0300)
		return check_ok(check_file(c, "class"), NULL);
	if (!boot)
		return check_unread(c, file);
	if (!str_eq(boot, "1"))
		return check_ok(file, boot);
	r = check_bad("the host starts with its picture on this card", file, boot);
	r.mend = "passthru display says how to have the picture on another card; where there is none, be logged in over the network";
	return r;
}

/* Whoever has it now: its memory is where the firmware drew, and its ROM is what the firmware ran. */
static struct check_result ask_boot_picture(const struct check_context *c)
{
	const struct fact_line *l = check_next_line(c->facts, LINE_FRAMEBUFFER, NULL);
	const char *boot = check_attribute(c, ATTR_BOOT_VGA);
	struct region r;

	if (function_class(c->f) != 0x0300 || (boot && !str_eq(boot, "1")))
		return check_ok(check_file(c, "boot_vga"), boot);
	if (!boot || !c->facts || c->facts->has_lines[LINE_FRAMEBUFFER] != TRI_YES)
		return check_unread(c, boot ? "/proc/iomem" : check_file(c, "boot_vga"));
	if (!l)
		return check_ok("/proc/iomem", NULL);
	if (c->facts->is_iomem_masked)
		return check_unknown("/proc/iomem shows no addresses without root", "/proc/iomem");
	if (!region_of(c->d, 0, &r))
		return check_unread(c, check_file(c, "resource"));
	for (; l; l = check_next_line(c->facts, LINE_FRAMEBUFFER, l))
		if (check_holds_picture(c, l))
			return check_bad("the firmware's picture is in its memory: a guest may need its ROM from a file (romfile=), for the firmware has run the one on the card",
			    "/proc/iomem", l->text);
	return check_ok("/proc/iomem", NULL);
}

static struct check_result ask_console(const struct check_context *c)
{
	const struct host *h = c->all->h;
	bool has_picture = false;

	for (size_t i = 0; i < h->n_framebuffers; i++)
		has_picture = has_picture || h->framebuffers[i].function == host_index(h, c->f);
	if (check_has_vfio(c) || c->f->has_driver == TRI_NO)
		return check_ok(check_file(c, "driver"), c->f->driver);
	if (h->n_consoles == 0)
		return check_unread(c, "/sys/class/vtconsole");
	for (size_t i = 0; has_picture && i < h->n_consoles; i++)
		if (h->consoles[i].is_bound) {
			struct check_result r = check_bad("text consoles are drawn on it", arena_printf(c->mem, "/sys/class/vtconsole/%s/bind", h->consoles[i].name), "1");

			r.mend = arena_printf(c->mem, "passthru bind %s unbinds the console and binds it again at release", c->f->name);
			return r;
		}
	return check_ok("/sys/class/vtconsole", NULL);
}

static struct check_result ask_modeset(const struct check_context *c)
{
	const struct fact *f = fact_of(c->facts, FACT_NVIDIA_MODESET);
	struct check_result r;

	if (c->f->has_driver == TRI_YES && !str_eq(c->f->driver, "nvidia"))
		return check_ok(check_file(c, "driver"), c->f->driver);
	r = check_fact_is(f, "Y", "nvidia_drm draws the console (modeset), which keeps every card of NVIDIA's driver in use");
	r.mend = arena_printf(c->mem, "passthru bind %s takes nvidia_drm away first; for good: options nvidia_drm modeset=0 fbdev=0", c->f->name);
	return r;
}

static struct check_result ask_kills_console(const struct check_context *c)
{
	if (function_class(c->f) != 0x0300 || c->f->group >= 0 || check_has_vfio(c))
		return check_ok(check_file(c, "iommu_group"), NULL);
	if (c->f->group == GROUP_UNKNOWN || !check_attribute(c, ATTR_BOOT_VGA))
		return check_unread(c, check_file(c, c->f->group == GROUP_UNKNOWN ? "iommu_group" : "boot_vga"));
	return str_eq(check_attribute(c, ATTR_BOOT_VGA), "1")
	    ? check_bad("vfio-pci would refuse it, for it is in no group, and take the console's picture away all the same", check_file(c, "iommu_group"), "none")
	    : check_ok(check_file(c, "boot_vga"), NULL);
}

static struct check_result ask_none_left(const struct check_context *c)
{
	const struct host *h = c->all->h;
	const char *text = NULL;
	size_t n = 0, away = 0;

	if (!h)
		return check_unread(c, "/sys/bus/pci/devices");
	for (size_t i = 0; i < h->n_functions; i++) {
		const struct pci_function *f = &h->functions[i];

		if (!function_is_display(f) || function_class(f) == 0x0302 || f->is_vf == TRI_YES)
			continue;
		if (f->has_driver == TRI_UNKNOWN)
			return check_unread(c, arena_printf(c->mem, "/sys/bus/pci/devices/%s/driver", f->name));
		n++;
		away += judge_is_vfio_driver(f->driver) || str_eq(f->driver, "pci-stub");
		text = f->name;
	}
	if (n == 0 || away < n || h->server_type == SERVER_HEADLESS)
		return check_ok("/sys/bus/pci/devices", arena_printf(c->mem, "%zu of %zu", n - away, n));
	return check_bad(n == 1 ? "the only display is with VFIO: the host has no screen" : "all displays are with VFIO: the host has no screen",
	    arena_printf(c->mem, "/sys/bus/pci/devices/%s/driver", text), NULL);
}

static struct check_result switched_off(const struct fact *f, bool is_off)
{
	if (f->is_there == TRI_NO)
		return check_ok(f->file, NULL);
	if (!f->text)
		return check_unknown("what decides it cannot be read", f->file);
	return is_off ? check_bad("a tool of this laptop has switched the discrete card off: it is not on the bus", f->file, f->text) : check_ok(f->file, f->text);
}

static struct check_result ask_switched_off(const struct check_context *c)
{
	const struct fact *asus = fact_of(c->facts, FACT_ASUS_DGPU), *bb = fact_of(c->facts, FACT_BBSWITCH);
	struct check_result r = switched_off(asus, str_eq(asus->text, "1"));

	/* "0000:01:00.0 OFF" */
	return r.answer == CHECK_OK ? switched_off(bb, bb->text && strstr(bb->text, " OFF")) : r;
}

const struct check checks_display[] = {
    {"laptop-dgpu-off", 0, "/sys/devices/platform/asus-nb-wmi/dgpu_disable; /proc/acpi/bbswitch", "no tool has switched a card off", ask_switched_off},
    {"no-host-gpu-left", 0, "/sys/bus/pci/devices/<function>/{class,driver}", "the host has a display of its own, or needs none", ask_none_left},
    {"framebuffer-holds-bar", CHECK_DEVICE | CHECK_DISPLAY, "/proc/iomem; /sys/bus/pci/devices/<function>/{resource,driver}", "no picture of the firmware is in its memory", ask_framebuffer},
    {"bootfb-survives-unbind", CHECK_DEVICE | CHECK_DISPLAY, "/proc/iomem; /sys/bus/pci/devices/<function>/{resource,driver}", "no BOOTFB is left in its memory", ask_bootfb},
    {"boot-vga-target", CHECK_DEVICE | CHECK_MEANT | CHECK_DISPLAY, "/sys/bus/pci/devices/<function>/boot_vga", "the host does not start with its picture on it", ask_boot_vga},
    {"boot-framebuffer-on-bar", CHECK_DEVICE | CHECK_DISPLAY, "/proc/iomem; /sys/bus/pci/devices/<function>/{boot_vga,resource}", "the firmware does not draw in its memory", ask_boot_picture},
    {"failed-bind-kills-console", CHECK_DEVICE | CHECK_MEANT | CHECK_DISPLAY, "/sys/bus/pci/devices/<function>/{iommu_group,boot_vga}", "a refusal of vfio-pci would cost no picture", ask_kills_console},
    {"nvidia-drm-modeset", CHECK_DEVICE | CHECK_MEANT | CHECK_DISPLAY, "/sys/module/nvidia_drm/parameters/modeset", "nvidia_drm does not keep it in use", ask_modeset},
    {"vtconsole-bound", CHECK_DEVICE | CHECK_MEANT | CHECK_DISPLAY, "/sys/class/vtconsole/*/bind; /sys/class/graphics", "no text console is drawn on it", ask_console},
};
const size_t n_checks_display = ARRAY_LEN(checks_display);
