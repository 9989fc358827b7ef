/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks: the state of the device itself: reset, power, memory regions. */
#include <string.h>

#include "base/str.h"
#include "judge/checks.h"
#include "judge/reset.h"
#include "judge/verdict.h"

enum { MANY_ERRORS = 100 }; /* that a link mended since the boot; a sound one has next to none */

/* ---- is it there ---- */

static struct check_result ask_disconnected(const struct check_context *c)
{
	const char *file = check_file(c, "config");

	if (c->f->is_vf == TRI_YES)
		return check_ok(check_file(c, "physfn"), NULL);
	if (!c->d || c->d->is_gone == TRI_UNKNOWN)
		return check_unread(c, file);
	if (c->d->is_gone == TRI_NO || check_has_vfio(c))
		return check_ok(file, NULL);
	return check_bad("it does not answer: its configuration space reads all ones", file, "ff ff");
}

/* D3cold, and not awake by the reading of its configuration space, which the kernel wakes a device for. */
static struct check_result ask_stuck_asleep(const struct check_context *c)
{
	const char *state = c->d ? c->d->facts[DEVICE_POWER_STATE].text : NULL;

	if (c->f->is_vf == TRI_YES)
		return check_ok(check_file(c, "physfn"), NULL);
	if (!c->d || c->d->is_gone == TRI_UNKNOWN)
		return check_unread(c, check_file(c, "config"));
	if (c->d->is_gone == TRI_NO)
		return check_ok(check_file(c, "config"), NULL);
	if (!state)
		return check_unread(c, check_file(c, "power_state"));
	return str_starts(state, "D3") ? check_bad("it sleeps and does not wake up", check_file(c, "power_state"), state) : check_ok(check_file(c, "power_state"), state);
}

static struct check_result ask_lost(const struct check_context *c)
{
	const char *file = check_file(c, "config");

	if (c->f->is_vf == TRI_YES || !check_has_vfio(c))
		return check_ok(check_file(c, "driver"), c->f->driver);
	if (!c->d || c->d->is_gone == TRI_UNKNOWN)
		return check_unread(c, file);
	return c->d->is_gone == TRI_YES ? check_bad("VFIO has it, and it does not answer: it did not come back from a reset", file, "ff ff") : check_ok(file, NULL);
}

/* "Undefined 0\n…\nTOTAL_ERR_FATAL 0" (drivers/pci/pcie/aer.c); false: it cannot be read. */
static bool count_errors(const struct fact *f, const char *total, const char **ret_line, uint64_t *ret)
{
	const char *at = f && f->text ? strstr(f->text, total) : NULL;

	if (!at || !str_number_n(at + strlen(total), strcspn(at + strlen(total), "\n"), 10, UINT64_MAX, ret))
		return false;
	*ret_line = at;
	return true;
}

static struct check_result ask_fatal_errors(const struct check_context *c)
{
	const struct fact *f = c->d ? &c->d->facts[DEVICE_AER_FATAL] : NULL;
	const char *line;
	uint64_t n;

	if (f && f->is_there == TRI_NO)
		return check_ok(f->file, NULL);
	if (!count_errors(f, "TOTAL_ERR_FATAL ", &line, &n))
		return check_unread(c, check_file(c, "aer_dev_fatal"));
	return n > 0 ? check_bad(arena_printf(c->mem, "it has had %llu fatal errors on its link since this boot: guests are stopped by those", (unsigned long long)n), f->file, line)
		     : check_ok(f->file, line);
}

static struct check_result ask_correctable_errors(const struct check_context *c)
{
	const struct fact *f = c->d ? &c->d->facts[DEVICE_AER_CORRECTABLE] : NULL;
	const char *line;
	uint64_t n;

	if (f && f->is_there == TRI_NO)
		return check_ok(f->file, NULL);
	if (!count_errors(f, "TOTAL_ERR_COR ", &line, &n))
		return check_unread(c, check_file(c, "aer_dev_correctable"));
	return n >= MANY_ERRORS ? check_bad(arena_printf(c->mem, "its link has mended %llu errors since this boot", (unsigned long long)n), f->file, line)
				: check_ok(f->file, line);
}

/* ---- reset ---- */

static const struct fact *method_of(const struct check_context *c)
{
	return c->d ? &c->d->facts[DEVICE_RESET_METHOD] : NULL;
}

static struct check_result ask_no_reset(const struct check_context *c)
{
	const struct fact *method = method_of(c), *reset = c->d ? &c->d->facts[DEVICE_RESET] : NULL;
	bool is_old = check_is_kernel(c, 1, 0, 5, 14);
	const struct fact *f = is_old ? reset : method;

	if (!f || f->is_there == TRI_UNKNOWN || (!is_old && (!c->all->h || c->all->h->kernel_major == 0)))
		return check_unread(c, check_file(c, "reset_method"));
	return f->is_there == TRI_NO
	    ? check_bad("the kernel knows no way to reset it: after one guest it may not start again until the host reboots", f->file, "not there")
	    : check_ok(f->file, f->text);
}

static struct check_result ask_reset_off(const struct check_context *c)
{
	const struct fact *method = method_of(c);
	struct check_result r;

	if (!method || method->is_there == TRI_UNKNOWN || (method->is_there == TRI_YES && !method->text))
		return check_unread(c, check_file(c, "reset_method"));
	if (method->is_there == TRI_NO || *method->text != '\0')
		return check_ok(method->file, method->text);
	r = check_bad("its reset was switched off: reset_method is empty", method->file, "");
	r.mend = arena_printf(c->mem, "write \"default\" to %s", method->file);
	return r;
}

static struct check_result ask_reset_group(const struct check_context *c)
{
	struct reset_verdict v = judge_reset(c->mem, c->all->h, c->f);

	if (v.can_reset == TRI_UNKNOWN)
		return check_unread(c, check_file(c, "reset_method"));
	return v.can_reset == TRI_NO && v.bus_is_useless
	    ? check_bad("it can be reset only together with all that is on its bus", check_file(c, "reset_method"), v.methods)
	    : check_ok(check_file(c, "reset_method"), v.methods);
}

/* The kernel makes the list when it finds function 0, before it has seen the others (drivers/pci/probe.c). */
static struct check_result ask_bus_stale(const struct check_context *c)
{
	struct reset_verdict v = judge_reset(c->mem, c->all->h, c->f);

	if (!v.methods)
		return method_of(c) && method_of(c)->is_there == TRI_NO ? check_ok(check_file(c, "reset_method"), NULL) : check_unread(c, check_file(c, "reset_method"));
	return v.bus_is_useless
	    ? check_bad("reset_method names \"bus\", which does nothing here: more than it is on that bus", check_file(c, "reset_method"), v.methods)
	    : check_ok(check_file(c, "reset_method"), v.methods);
}

static struct check_result ask_bare_companion(const struct check_context *c)
{
	struct reset_verdict v = judge_reset(c->mem, c->all->h, c->f);

	if (!check_has_vfio(c))
		return check_ok(check_file(c, "driver"), c->f->driver);
	if (!v.methods)
		return check_unread(c, check_file(c, "reset_method"));
	for (size_t i = 0; v.can_reset == TRI_NO && i < c->verdict->n_companions; i++) {
		const struct pci_function *m = &c->all->h->functions[c->verdict->companions[i]];

		if (m->has_driver == TRI_NO && pci_addr_same_slot(m->addr, c->f->addr)) {
			struct check_result r = check_bad(arena_printf(c->mem, "%s of the same card has no driver, so that the card cannot be reset", m->name),
			    arena_printf(c->mem, "/sys/bus/pci/devices/%s/driver", m->name), "none");

			r.mend = check_bind_mend(c);
			return r;
		}
	}
	return check_ok(check_file(c, "reset_method"), v.methods);
}

/* The table of vendor-reset (github.com/gnif/vendor-reset, src/device-db.h). */
static bool is_amd_that_hangs(uint16_t device)
{
	static const struct {
		uint16_t from, to;
	} ranges[] = {{0x67c0, 0x67ff}, {0x6980, 0x699f}, {0x6fdf, 0x6fdf}, {0x6860, 0x687f}, {0x66a0, 0x66af}, {0x7310, 0x731f},
	    {0x7360, 0x7360}, {0x7362, 0x7362}, {0x7340, 0x734f}, {0x738c, 0x738c}};

	for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
		if (device >= ranges[i].from && device <= ranges[i].to)
			return true;
	return false;
}

static bool is_amd_display(const struct check_context *c)
{
	return c->f->has_ids && c->f->vendor == 0x1002 && function_is_display(c->f);
}

static struct check_result ask_amd_reset(const struct check_context *c)
{
	const struct fact *module = fact_of(c->facts, FACT_VENDOR_RESET), *method = method_of(c);

	if (!is_amd_display(c) || !is_amd_that_hangs(c->f->device))
		return c->f->has_ids ? check_ok(check_file(c, "device"), NULL) : check_unread(c, check_file(c, "device"));
	if (module->is_there == TRI_YES)
		return check_ok(module->file, NULL);
	if (module->is_there == TRI_UNKNOWN || !method || method->is_there == TRI_UNKNOWN)
		return check_unread(c, module->is_there == TRI_UNKNOWN ? module->file : check_file(c, "reset_method"));
	if (method->text && (strstr(method->text, "device_specific") || str_has_word(method->text, "flr", 3)))
		return check_ok(method->file, method->text);
	return check_bad("cards of this kind do not come back after a guest, and the module that helps (vendor_reset) is not loaded", method->file,
	    method->text ? method->text : "not there");
}

static struct check_result ask_vendor_reset(const struct check_context *c)
{
	const struct fact *module = fact_of(c->facts, FACT_VENDOR_RESET), *method = method_of(c);
	struct check_result r;

	if (!is_amd_display(c) || !is_amd_that_hangs(c->f->device) || module->is_there == TRI_NO || check_is_kernel(c, 1, 0, 5, 14))
		return check_ok(module->file, NULL);
	if (module->is_there == TRI_UNKNOWN || !method || method->is_there == TRI_UNKNOWN)
		return check_unread(c, module->is_there == TRI_UNKNOWN ? module->file : check_file(c, "reset_method"));
	if (method->text && str_starts(method->text, "device_specific"))
		return check_ok(method->file, method->text);
	r = check_bad("vendor_reset is loaded, but another way to reset it is chosen", method->file, method->text ? method->text : "not there");
	r.mend = arena_printf(c->mem, "write device_specific to %s; passthru bind %s --set-reset=device_specific does", method->file, c->f->name);
	return r;
}

/* drivers/pci/quirks.c, quirk_nvidia_no_bus_reset */
static struct check_result ask_no_bus_reset(const struct check_context *c)
{
	if (!c->f->has_ids)
		return check_unread(c, check_file(c, "device"));
	return c->f->vendor == 0x10de && (c->f->device & 0xffc0) == 0x2340
	    ? check_bad("the kernel never resets its bus, for it would not come back from that", check_file(c, "device"), arena_printf(c->mem, "0x%04x", c->f->device))
	    : check_ok(check_file(c, "device"), NULL);
}

/* ---- memory regions ---- */

static struct check_result ask_rom(const struct check_context *c)
{
	struct region rom;

	if (!region_of(c->d, REGION_ROM, &rom))
		return check_unread(c, check_file(c, "resource"));
	return rom.flags & REGION_ROM_SHADOW && rom.start == 0xc0000
	    ? check_bad("its ROM is the copy in memory that the firmware has changed: a guest needs romfile=, or rombar=0", check_file(c, "resource"), "0x00000000000c0000")
	    : check_ok(check_file(c, "resource"), NULL);
}

/* With 64-bit addresses: bit 2 of the register, IORESOURCE_MEM_64. */
static struct check_result ask_large(const struct check_context *c)
{
	uint64_t sum = 0;
	struct region r;

	if (!region_of(c->d, 0, &r))
		return check_unread(c, check_file(c, "resource"));
	for (unsigned i = 0; i < REGION_ROM; i++)
		if (region_of(c->d, i, &r) && r.flags & REGION_MEMORY && r.end > r.start && r.end - r.start < UINT64_C(1) << 52)
			sum += r.end - r.start + 1;
	return sum > UINT64_C(32) << 30
	    ? check_bad(arena_printf(c->mem, "its memory regions have %llu GiB: the window of a guest's firmware must be made larger", (unsigned long long)(sum >> 30)), check_file(c, "resource"), NULL)
	    : check_ok(check_file(c, "resource"), NULL);
}

static struct check_result ask_vf_regions(const struct check_context *c)
{
	const struct fact *total = c->d ? &c->d->facts[DEVICE_TOTAL_VFS] : NULL;
	struct region r;

	if (total && (total->is_there == TRI_NO || str_eq(total->text, "0")))
		return check_ok(total->file, total->text);
	if (!total || !total->text || !region_of(c->d, 0, &r))
		return check_unread(c, check_file(c, "sriov_totalvfs"));
	for (unsigned i = REGION_VF; i < REGIONS; i++)
		if (region_of(c->d, i, &r) && r.flags & REGION_MEMORY && r.start == 0)
			return check_bad("there is no room for the memory regions of its virtual functions", check_file(c, "resource"), NULL);
	return check_ok(check_file(c, "resource"), NULL);
}

static struct check_result ask_nvswitch(const struct check_context *c)
{
	const struct host *h = c->all->h;

	if (!h)
		return check_unread(c, "/sys/bus/pci/devices");
	for (size_t i = 0; i < h->n_functions; i++)
		if (h->functions[i].has_class && function_class(&h->functions[i]) == 0x0680 && h->functions[i].vendor == 0x10de)
			return check_bad("this machine has NVSwitches: CUDA works in a guest only with a fabric manager, or with NVLink off",
			    arena_printf(c->mem, "/sys/bus/pci/devices/%s/class", h->functions[i].name), "0x068000");
	return check_ok("/sys/bus/pci/devices", NULL);
}

const struct check checks_device[] = {
    {"device-disconnected", CHECK_DEVICE, "/sys/bus/pci/devices/<function>/config", "it answers", ask_disconnected},
    {"stuck-in-d3", CHECK_DEVICE, "/sys/bus/pci/devices/<function>/{config,power_state}", "it wakes up", ask_stuck_asleep},
    {"device-lost-after-reset", CHECK_DEVICE, "/sys/bus/pci/devices/<function>/{config,driver}", "it has come back from its resets", ask_lost},
    {"aspm-aer-flood", CHECK_DEVICE, "/sys/bus/pci/devices/<function>/aer_dev_correctable", "its link has next to no errors", ask_correctable_errors},
    {"aer-fatal-vm-stopped", CHECK_DEVICE | CHECK_GUEST, "/sys/bus/pci/devices/<function>/aer_dev_fatal", "its link had no fatal errors", ask_fatal_errors},
    {"no-reset-method", CHECK_DEVICE, "/sys/bus/pci/devices/<function>/reset_method; before 5.15 …/reset", "it can be reset", ask_no_reset},
    {"reset-switched-off", CHECK_DEVICE, "/sys/bus/pci/devices/<function>/reset_method", "its reset is not switched off", ask_reset_off},
    {"reset-depends-on-group", CHECK_DEVICE, "/sys/bus/pci/devices/<function>/reset_method; what else is on its bus", "its reset needs nothing else", ask_reset_group},
    {"reset-method-bus-stale", CHECK_DEVICE, "/sys/bus/pci/devices/<function>/reset_method; what else is on its bus", "every way to reset it that the kernel names is one", ask_bus_stale},
    {"amd-reset-bug", CHECK_DEVICE | CHECK_DISPLAY | CHECK_GUEST, "/sys/bus/pci/devices/<function>/{vendor,device,reset_method}; /sys/module/vendor_reset",
	"it is none of the cards that do not come back", ask_amd_reset},
    {"vendor-reset-not-selected", CHECK_DEVICE | CHECK_DISPLAY, "/sys/module/vendor_reset; /sys/bus/pci/devices/<function>/reset_method", "vendor_reset is chosen where it is needed", ask_vendor_reset},
    {"companion-without-driver-blocks-hot-reset", CHECK_DEVICE | CHECK_MEANT, "/sys/bus/pci/devices/<function>/{driver,reset_method}", "no bare function keeps its card from a reset", ask_bare_companion},
    {"nvidia-no-bus-reset-quirk", CHECK_DEVICE | CHECK_DISPLAY, "/sys/bus/pci/devices/<function>/{vendor,device}", "the kernel may reset its bus", ask_no_bus_reset},
    {"rom-invalid", CHECK_DEVICE | CHECK_DISPLAY, "/sys/bus/pci/devices/<function>/resource", "its ROM is its own", ask_rom},
    {"guest-mmio-window-small", CHECK_DEVICE | CHECK_GUEST, "/sys/bus/pci/devices/<function>/resource", "its memory regions fit into a guest's usual window", ask_large},
    {"sriov-no-mmio", CHECK_DEVICE | CHECK_GUEST, "/sys/bus/pci/devices/<function>/{sriov_totalvfs,resource}", "its virtual functions have room", ask_vf_regions},
    {"nvswitch-fabric-manager", CHECK_GUEST, "/sys/bus/pci/devices/<function>/{vendor,class}", "there are no NVSwitches", ask_nvswitch},
};
const size_t n_checks_device = ARRAY_LEN(checks_device);
