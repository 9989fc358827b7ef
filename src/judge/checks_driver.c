/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks: drivers and the modules they come from. */
#include <string.h>

#include "base/str.h"
#include "judge/checks.h"
#include "judge/verdict.h"
#include "text/vfio_ids.h"

/* ---- the modules ---- */

static struct check_result ask_installed(const struct check_context *c)
{
	const struct fact *driver = fact_of(c->facts, FACT_VFIO_PCI);
	const char *release = c->all->boot ? c->all->boot->kernel_release : NULL;
	const char *file = arena_printf(c->mem, "/lib/modules/%s/modules.dep", release ? release : "");

	if (driver->is_there == TRI_YES)
		return check_ok(driver->file, NULL);
	if (!c->facts || c->facts->is_vfio_installed == TRI_UNKNOWN)
		return check_unread(c, file);
	return c->facts->is_vfio_installed == TRI_YES ? check_ok(file, NULL)
						       : check_bad("the kernel that runs has no vfio-pci, neither built in nor as a module", file, release);
}

static struct check_result ask_type1(const struct check_context *c)
{
	const struct fact *module = fact_of(c->facts, FACT_TYPE1);
	const char *release = c->all->boot ? c->all->boot->kernel_release : NULL;

	if (module->is_there == TRI_YES)
		return check_ok(module->file, NULL);
	if (!c->facts || c->facts->is_type1_installed == TRI_UNKNOWN)
		return check_unread(c, module->file);
	return c->facts->is_type1_installed == TRI_YES
	    ? check_ok(module->file, "loaded when it is needed")
	    : check_bad("the kernel that runs has no vfio_iommu_type1: VFIO cannot map a guest's memory", arena_printf(c->mem, "/lib/modules/%s/modules.dep", release ? release : ""), release);
}

static struct check_result ask_loaded(const struct check_context *c)
{
	const struct fact *driver = fact_of(c->facts, FACT_VFIO_PCI);
	struct check_result r = check_bad("vfio-pci is not loaded", driver->file, "not there");

	/* A variant does without. */
	if (driver->is_there == TRI_YES || check_has_vfio(c))
		return check_ok(driver->file, NULL);
	if (driver->is_there == TRI_UNKNOWN)
		return check_unread(c, driver->file);
	r.mend = arena_printf(c->mem, "%s, and loads it", check_bind_mend(c));
	return r;
}

/* ---- which driver has it ---- */

static struct check_result ask_driver(const struct check_context *c)
{
	struct check_result r;

	if (c->f->has_driver == TRI_UNKNOWN)
		return check_unread(c, check_file(c, "driver"));
	if (check_has_vfio(c))
		return check_ok(check_file(c, "driver"), c->f->driver);
	if (function_is_bridge(c->f))
		return check_ok(check_file(c, "class"), "a bridge stays with the host");
	r = check_bad(arena_printf(c->mem, "it is %s, and not on vfio-pci", check_driver_words(c)), check_file(c, "driver"), c->f->driver ? c->f->driver : "none");
	r.mend = check_bind_mend(c);
	return r;
}

static struct check_result ask_bridge(const struct check_context *c)
{
	if (!c->f->has_class)
		return check_unread(c, check_file(c, "class"));
	return function_is_bridge(c->f) ? check_bad("it is a bridge, which stays with the host: name the device below it", check_file(c, "class"), arena_printf(c->mem, "0x%06x", c->f->class_code))
					: check_ok(check_file(c, "class"), NULL);
}

static struct check_result ask_nouveau(const struct check_context *c)
{
	struct check_result r;

	if (c->f->has_driver == TRI_UNKNOWN)
		return check_unread(c, check_file(c, "driver"));
	if (!str_eq(c->f->driver, "nouveau"))
		return check_ok(check_file(c, "driver"), c->f->driver);
	r = check_bad("nouveau has it, and does not always let go cleanly", check_file(c, "driver"), "nouveau");
	r.mend = arena_printf(c->mem, "have vfio-pci take it at boot, before nouveau does: passthru claim %s", c->f->name);
	return r;
}

static struct check_result ask_stub(const struct check_context *c)
{
	if (c->f->has_driver == TRI_UNKNOWN)
		return check_unread(c, check_file(c, "driver"));
	return str_eq(c->f->driver, "pci-stub") ? check_bad("pci-stub has it: it keeps others off, and gives guests nothing", check_file(c, "driver"), "pci-stub")
						 : check_ok(check_file(c, "driver"), c->f->driver);
}

static struct check_result ask_variant(const struct check_context *c)
{
	if (c->f->has_driver == TRI_NO || (c->f->driver && !str_eq(c->f->driver, "vfio-pci")))
		return check_ok(check_file(c, "driver"), c->f->driver);
	if (!c->d || c->d->has_variant == TRI_UNKNOWN || c->f->has_driver == TRI_UNKNOWN)
		return check_unread(c, check_file(c, "modalias"));
	if (c->d->has_variant == TRI_NO)
		return check_ok(check_file(c, "modalias"), NULL);
	return check_bad(arena_printf(c->mem, "%s fits it better than vfio-pci, which has it", c->d->variant), check_file(c, "driver"), c->f->driver);
}

/* ---- driver_override ---- */

static struct check_result ask_override_name(const struct check_context *c)
{
	const char *name = c->f->driver_override, *file = check_file(c, "driver_override");
	struct check_result r;

	if (c->f->is_busy)
		return check_unknown("a write to it is stuck, so it is not read", file);
	if (!name)
		return check_ok(file, NULL);
	if (!str_same_module(name, "vfio-pci") && !str_starts(name, "vfio-pci") && !str_starts(name, "vfio_pci") && !strchr(name, ','))
		return check_ok(file, name);
	if (str_eq(name, "vfio-pci"))
		return check_ok(file, name);
	r = check_bad(arena_printf(c->mem, "driver_override says \"%s\", and no driver is called so: none can have it", name), file, name);
	r.mend = check_bind_mend(c);
	return r;
}

static struct check_result ask_override_stale(const struct check_context *c)
{
	const char *name = c->f->driver_override, *file = check_file(c, "driver_override");
	struct check_result r;

	if (c->f->is_busy)
		return check_unknown("a write to it is stuck, so it is not read", file);
	if (!name || c->f->has_driver == TRI_YES)
		return check_ok(file, name);
	if (c->f->has_driver == TRI_UNKNOWN)
		return check_unread(c, check_file(c, "driver"));
	r = check_bad(arena_printf(c->mem, "driver_override says \"%s\", and no driver has it: it was left there", name), file, name);
	r.mend = arena_printf(c->mem, "passthru bind %s takes it for VFIO, passthru unbind --driver, or a line feed written to driver_override and its address to /sys/bus/pci/drivers_probe, gives it back", c->f->name);
	return r;
}

/* drivers_probe and new_id do not hand on what the driver's probe answers; bind does. */
static struct check_result ask_probe(const struct check_context *c)
{
	const char *name = c->f->driver_override, *file = check_file(c, "driver");
	const struct fact *driver = fact_of(c->facts, FACT_VFIO_PCI);
	struct check_result r;

	if (c->f->is_busy)
		return check_unknown("a write to it is stuck, so driver_override is not read", check_file(c, "driver_override"));
	if (!str_eq(name, "vfio-pci") || c->f->has_driver == TRI_YES)
		return check_ok(file, c->f->driver);
	if (c->f->has_driver == TRI_UNKNOWN || driver->is_there == TRI_UNKNOWN)
		return check_unread(c, c->f->has_driver == TRI_UNKNOWN ? file : driver->file);
	if (driver->is_there == TRI_NO)
		return check_ok(driver->file, "not loaded"); /* vfio-pci-not-loaded says it */
	r = check_bad("vfio-pci is loaded and named for it, and does not have it: it refused, or was not asked", file, "none");
	r.mend = arena_printf(c->mem, "write %s to /sys/bus/pci/drivers/vfio-pci/bind, which says why it is refused; passthru bind does so", c->f->name);
	return r;
}

/* ---- ids ---- */

static bool was_chosen(const struct pci_function *f, const struct vfio_ids *ids)
{
	return f->driver_override || f->is_busy || vfio_ids_match(ids, f);
}

/* vfio-pci has no ids of its own: what it has without an override is in ids=, or was written to new_id. */
static struct check_result ask_new_id(const struct check_context *c)
{
	static const char folder[] = "/sys/bus/pci/drivers/vfio-pci";
	struct check_ids l = check_ids(c);
	const struct host *h = c->all->h;

	if (!h || !c->facts || c->facts->has_overrides != TRI_YES || !c->all->modprobe || c->all->modprobe->n_unread > 0)
		return check_unread(c, folder);
	for (size_t i = 0; i < h->n_functions; i++)
		for (size_t k = i + 1; k < h->n_functions; k++) {
			const struct pci_function *a = &h->functions[i], *b = &h->functions[k];

			if (!str_eq(a->driver, "vfio-pci") || !str_eq(b->driver, "vfio-pci") || !a->has_ids || !b->has_ids || a->vendor != b->vendor ||
			    a->device != b->device || a->is_vf == TRI_YES || was_chosen(a, &l.ids) || was_chosen(b, &l.ids))
				continue;
			return check_bad(arena_printf(c->mem, "%s and %s have the same ids, and vfio-pci took both of them by those: nothing else names them", a->name, b->name),
			    arena_printf(c->mem, "%s/%s", folder, b->name), arena_printf(c->mem, "%04x %04x", b->vendor, b->device));
		}
	return check_ok(folder, NULL);
}

/* ---- what vfio-pci refuses ---- */

/* drivers/vfio/pci/vfio_pci.c, vfio_pci_dev_in_denylist; the last two since 6.9. */
static bool is_denied(const struct check_context *c)
{
	static const uint16_t devices[] = {0x0435, 0x0443, 0x19e2, 0x19e3, 0x37c8, 0x37c9};

	if (!c->f->has_ids || c->f->vendor != 0x8086)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(devices); i++)
		if (devices[i] == c->f->device)
			return true;
	return (c->f->device == 0x0b25 || c->f->device == 0x0cfe) && check_is_kernel(c, 6, 9, 99, 99);
}

static struct check_result ask_denied(const struct check_context *c)
{
	const struct fact *off = fact_of(c->facts, FACT_DISABLE_DENYLIST);

	if (!c->f->has_ids)
		return check_unread(c, check_file(c, "device"));
	if (!is_denied(c) || str_eq(off->text, "Y"))
		return check_ok(check_file(c, "device"), NULL);
	return check_bad("vfio-pci refuses this device: guests could crash the host by it", check_file(c, "device"), arena_printf(c->mem, "8086:%04x", c->f->device));
}

static struct check_result ask_vfs(const struct check_context *c)
{
	const char *n = check_attribute(c, ATTR_VFS), *file = check_file(c, "sriov_numvfs");

	if (c->f->is_busy)
		return check_unknown("a write to it is stuck, so it is not read", file);
	return n ? check_bad(arena_printf(c->mem, "it has %s virtual functions: vfio-pci refuses it while they are there", n), file, n) : check_ok(file, NULL);
}

static struct check_result ask_token(const struct check_context *c)
{
	const struct pci_function *physical = c->d && c->d->physfn >= 0 ? &c->all->h->functions[c->d->physfn] : NULL;
	const char *file = check_file(c, "physfn/driver");

	if (c->f->is_vf == TRI_NO)
		return check_ok(check_file(c, "physfn"), NULL);
	if (!physical || physical->has_driver == TRI_UNKNOWN)
		return check_unread(c, file);
	return judge_is_vfio_driver(physical->driver)
	    ? check_bad(arena_printf(c->mem, "its physical function %s is on %s: guests need the token of who has that one", physical->name, physical->driver), file, physical->driver)
	    : check_ok(file, physical->driver);
}

static struct check_result ask_vgpu(const struct check_context *c)
{
	const struct pci_function *physical = c->d && c->d->physfn >= 0 ? &c->all->h->functions[c->d->physfn] : NULL;

	if (c->f->is_vf == TRI_NO || (c->f->has_ids && c->f->vendor != 0x10de))
		return check_ok(check_file(c, "physfn"), NULL);
	if (!physical || c->f->has_driver == TRI_UNKNOWN || physical->has_driver == TRI_UNKNOWN)
		return check_unread(c, check_file(c, "physfn/driver"));
	return str_eq(physical->driver, "nvidia") && str_eq(c->f->driver, "vfio-pci")
	    ? check_bad("it is a virtual GPU on vfio-pci, and should stay on NVIDIA's driver, which makes it work", check_file(c, "driver"), "vfio-pci")
	    : check_ok(check_file(c, "driver"), c->f->driver);
}

static struct check_result ask_autoprobe(const struct check_context *c)
{
	const struct fact *f = c->d ? &c->d->facts[DEVICE_AUTOPROBE] : NULL;
	struct check_result r;

	if (c->f->is_vf == TRI_NO || c->f->has_driver == TRI_NO || check_has_vfio(c))
		return check_ok(check_file(c, "driver"), c->f->driver);
	if (!f || !f->text || c->f->has_driver == TRI_UNKNOWN || c->f->is_vf == TRI_UNKNOWN)
		return check_unread(c, check_file(c, "physfn/sriov_drivers_autoprobe"));
	if (!str_eq(f->text, "1"))
		return check_ok(f->file, f->text);
	r = check_bad(arena_printf(c->mem, "%s took this virtual function when it was made, as any device", c->f->driver), f->file, f->text);
	r.mend = arena_printf(c->mem, "%s; for those made later: 0 into %s beforehand", check_bind_mend(c), f->file);
	return r;
}

/* Since their driver for 6.8 and for newer cards, types are chosen in the virtual function's own folder. */
static struct check_result ask_vgpu_types(const struct check_context *c)
{
	const struct fact *module = fact_of(c->facts, FACT_NVIDIA_VGPU), *types, *chosen, *total;
	const char *n = check_attribute(c, ATTR_VFS);

	if (c->f->has_ids && c->f->vendor != 0x10de)
		return check_ok(check_file(c, "vendor"), NULL);
	if (module->is_there == TRI_NO || !c->d)
		return c->d ? check_ok(module->file, "not loaded") : check_unread(c, module->file);
	types = &c->d->facts[DEVICE_MDEV];
	chosen = &c->d->facts[DEVICE_VGPU_TYPE];
	total = &c->d->facts[DEVICE_TOTAL_VFS];
	if (module->is_there == TRI_UNKNOWN || types->is_there == TRI_UNKNOWN || chosen->is_there == TRI_UNKNOWN || total->is_there == TRI_UNKNOWN || !c->f->has_ids)
		return check_unread(c, types->file);
	if (types->is_there == TRI_YES || (c->f->driver && !str_eq(c->f->driver, "nvidia")))
		return check_ok(types->is_there == TRI_YES ? types->file : check_file(c, "driver"), c->f->driver);
	if (c->f->is_vf == TRI_YES)
		return str_eq(chosen->text, "0") ? check_bad("no type of virtual GPU was chosen for this function, and there are no mediated devices here", chosen->file, "0")
						 : check_ok(chosen->file, chosen->text);
	return total->is_there == TRI_YES && !str_eq(total->text, "0") && !n
	    ? check_bad("NVIDIA's driver for virtual GPUs has it, without types of mediated devices and without virtual functions: there is nothing to give away", types->file, "not there")
	    : check_ok(total->file, n);
}

const struct check checks_driver[] = {
    {"module-missing-for-kernel", 0, "/lib/modules/<release>/modules.dep, modules.builtin; /sys/bus/pci/drivers/vfio-pci", "vfio-pci is there for the kernel that runs", ask_installed},
    {"vfio-iommu-type1-missing", 0, "/lib/modules/<release>/modules.dep, modules.builtin; /sys/module/vfio_iommu_type1", "vfio_iommu_type1 is there for the kernel that runs", ask_type1},
    {"bridge-bind-einval", CHECK_DEVICE | CHECK_MEANT, "/sys/bus/pci/devices/<function>/class", "it is no bridge", ask_bridge},
    {"denylisted-device", CHECK_DEVICE | CHECK_MEANT, "/sys/bus/pci/devices/<function>/{vendor,device}; /sys/module/vfio_pci/parameters/disable_denylist",
	"vfio-pci does not refuse it", ask_denied},
    {"pf-with-vfs", CHECK_DEVICE | CHECK_MEANT, "/sys/bus/pci/devices/<function>/sriov_numvfs", "it has no virtual functions", ask_vfs},
    {"qemu-vf-token", CHECK_DEVICE | CHECK_MEANT, "/sys/bus/pci/devices/<function>/physfn/driver", "no token is needed for it", ask_token},
    {"vgpu-vf-on-vfio-pci", CHECK_DEVICE | CHECK_MEANT | CHECK_DISPLAY, "/sys/bus/pci/devices/<function>/driver, physfn/driver", "it is no virtual GPU on the wrong driver", ask_vgpu},
    {"override-wrong-name", CHECK_DEVICE, "/sys/bus/pci/devices/<function>/driver_override", "driver_override names no driver that cannot be", ask_override_name},
    {"override-stale", CHECK_DEVICE, "/sys/bus/pci/devices/<function>/driver_override, driver", "no driver_override was left behind", ask_override_stale},
    {"drivers-probe-lies", CHECK_DEVICE, "/sys/bus/pci/devices/<function>/driver_override, driver; /sys/bus/pci/drivers/vfio-pci", "vfio-pci has what is named for it", ask_probe},
    {"new-id-captures-others", 0, "/sys/bus/pci/drivers/vfio-pci; /sys/bus/pci/devices/<function>/driver_override; /etc/modprobe.d/*.conf; /proc/cmdline", "vfio-pci has nothing that nobody named", ask_new_id},
    {"sriov-autoprobe", CHECK_DEVICE | CHECK_MEANT, "/sys/bus/pci/devices/<function>/physfn/sriov_drivers_autoprobe, driver", "no driver of the host took it as it was made", ask_autoprobe},
    {"vgpu-mdev-missing", CHECK_DEVICE | CHECK_DISPLAY, "/sys/module/nvidia_vgpu_vfio; /sys/bus/pci/devices/<function>/{mdev_supported_types,sriov_numvfs,nvidia/current_vgpu_type}",
	"NVIDIA's virtual GPUs can be made, or are not asked for", ask_vgpu_types},
    {"pci-stub-bound", CHECK_DEVICE, "/sys/bus/pci/devices/<function>/driver", "pci-stub does not have it", ask_stub},
    {"vfio-variant-driver", CHECK_DEVICE, "/lib/modules/<release>/modules.alias; /sys/bus/pci/devices/<function>/{modalias,driver}", "no VFIO driver fits it better", ask_variant},
    {"vfio-pci-not-loaded", CHECK_DEVICE | CHECK_MEANT | CHECK_NAMED, "/sys/bus/pci/drivers/vfio-pci", "vfio-pci is loaded", ask_loaded},
    {"nouveau-grabs", CHECK_DEVICE | CHECK_MEANT | CHECK_DISPLAY, "/sys/bus/pci/devices/<function>/driver", "nouveau does not have it", ask_nouveau},
    {"wrong-driver-bound", CHECK_DEVICE | CHECK_MEANT | CHECK_NAMED, "/sys/bus/pci/devices/<function>/driver", "VFIO has it", ask_driver},
};
const size_t n_checks_driver = ARRAY_LEN(checks_driver);
