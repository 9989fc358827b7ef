/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks: the IOMMU, its groups' regions, interrupts. */
#include <string.h>

#include "base/str.h"
#include "judge/catalogue.h"
#include "judge/checks.h"
#include "judge/verdict.h"

static const char groups_folder[] = "/sys/kernel/iommu_groups";

static struct check_result ask_groups(const struct check_context *c)
{
	const struct boot_iommu *i = c->all->boot ? &c->all->boot->iommu : NULL;
	const struct boot_answer *a = c->all->answer;
	enum tri has = !c->all->h ? TRI_UNKNOWN : c->all->h->has_groups;
	const struct diagnosis *row;
	struct check_result r;

	if (has == TRI_UNKNOWN)
		return check_unread(c, groups_folder);
	if (has == TRI_YES)
		return check_ok(groups_folder, i ? arena_printf(c->mem, "%zu groups", i->n_groups) : NULL);
	r = check_bad("there are no IOMMU groups: no device can be handed over safely", groups_folder, "empty");
	if (a && a->iommu != IOMMU_UNKNOWN && a->iommu != IOMMU_IN_USE) {
		row = catalogue_find(iommu_state_name(a->iommu));
		r.text = arena_printf(c->mem, "there are no IOMMU groups: %s", a->iommu_text);
		r.mend = row ? row->mends[0] : NULL;
	}
	return r;
}

static struct check_result ask_noiommu(const struct check_context *c)
{
	const struct boot_iommu *i = c->all->boot ? &c->all->boot->iommu : NULL;
	const struct fact *mode = fact_of(c->facts, FACT_NOIOMMU_MODE);

	if (i && i->n_noiommu > 0)
		return check_bad("VFIO's no-IOMMU mode made groups that isolate nothing: a guest could write to all of the host's memory",
		    groups_folder, "vfio-noiommu");
	return check_fact_is(mode, "Y", "VFIO's no-IOMMU mode is on: devices without an IOMMU group would be given away all the same");
}

static struct check_result ask_group_of_device(const struct check_context *c)
{
	enum tri has = c->all->h->has_groups;

	if (c->f->group >= 0)
		return check_ok(check_file(c, "iommu_group"), arena_printf(c->mem, "%d", c->f->group));
	if (has == TRI_YES && c->f->group == GROUP_NONE)
		return check_bad("the IOMMU is in use, but this function is in no group: vfio-pci refuses it", check_file(c, "iommu_group"), "none");
	if (has == TRI_NO)
		return check_ok(groups_folder, "no function is in one"); /* no-iommu-groups says it */
	return check_unread(c, check_file(c, "iommu_group"));
}

static struct check_result ask_vmd(const struct check_context *c)
{
	if (c->f->addr.domain <= 0xffff)
		return check_ok(arena_printf(c->mem, "/sys/bus/pci/devices/%s", c->f->name), NULL);
	if (c->f->group < 0)
		return check_bad("it hangs behind Intel's VMD, which keeps it from being handed over by itself",
		    arena_printf(c->mem, "/sys/bus/pci/devices/%s", c->f->name), c->f->name);
	return c->verdict->n_blockers > 0
	    ? check_bad("it hangs behind Intel's VMD, and shares its group with others behind it", check_file(c, "iommu_group"), c->f->name)
	    : check_ok(check_file(c, "iommu_group"), NULL);
}

/* A line of reserved_regions whose type is that. */
static const char *region_line(const struct check_context *c, const char *type)
{
	const char *text = c->d ? c->d->facts[DEVICE_REGIONS].text : NULL;

	for (const char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		size_t length = strcspn(line, "\n");
		const char *one = arena_strndup(c->mem, line, length), *last = strrchr(one, ' ');

		if (last && str_eq(last + 1, type))
			return one;
	}
	return NULL;
}

static const char *regions_file(const struct check_context *c)
{
	return arena_printf(c->mem, "/sys/kernel/iommu_groups/%d/reserved_regions", c->f->group);
}

static struct check_result ask_direct_region(const struct check_context *c)
{
	const char *line = region_line(c, "direct");

	if (c->f->group < 0)
		return c->f->group == GROUP_NONE ? check_ok(check_file(c, "iommu_group"), NULL) : check_unread(c, check_file(c, "iommu_group"));
	if (!c->group || c->group->has_direct_region == TRI_UNKNOWN)
		return check_unread(c, regions_file(c));
	return c->group->has_direct_region == TRI_YES
	    ? check_bad("the firmware keeps memory mapped 1:1 for this device, and the kernel refuses to give it away", regions_file(c), line)
	    : check_ok(regions_file(c), NULL);
}

static struct check_result ask_relaxable_region(const struct check_context *c)
{
	const char *line = region_line(c, "direct-relaxable");

	if (line)
		return check_bad("the firmware asks for memory mapped 1:1, which the kernel drops when a guest gets the device", regions_file(c), line);
	return c->d && c->d->facts[DEVICE_REGIONS].text ? check_ok(regions_file(c), NULL) : check_unread(c, regions_file(c));
}

static struct check_result ask_window_1tb(const struct check_context *c)
{
	static const char window[] = "0x000000fd00000000 0x000000ffffffffff reserved";
	const char *text = c->d ? c->d->facts[DEVICE_REGIONS].text : NULL;

	if (!text)
		return check_unread(c, regions_file(c));
	return strstr(text, window) ? check_bad("AMD's window below 1 TiB cannot be used by guests: one with more than 1010 GiB must leave it out",
					  regions_file(c), window)
				    : check_ok(regions_file(c), NULL);
}

/* ---- how wide addresses are ---- */

static unsigned physical_bits(const struct check_context *c)
{
	const char *text = c->facts ? c->facts->cpu_sizes : NULL;
	uint64_t bits;

	/* "39 bits physical, 48 bits virtual" */
	return text && str_number_n(text, strcspn(text, " "), 10, 64, &bits) ? (unsigned)bits : 0;
}

/* MGAW of the capability register (Intel VT-d specification, 11.4.2). */
static unsigned translated_bits(const struct fact *cap)
{
	uint64_t value;

	return cap->text && str_number(cap->text, 16, UINT64_MAX, &value) ? (unsigned)(value >> 16 & 0x3f) + 1 : 0;
}

static struct check_result ask_width(const struct check_context *c)
{
	const struct fact *cap = fact_of(c->facts, FACT_DMAR_CAP);
	unsigned cpu = physical_bits(c), unit = translated_bits(cap);

	if (cap->is_there == TRI_NO)
		return check_ok(cap->file, NULL);
	if (unit == 0 || cpu == 0)
		return check_unread(c, unit == 0 ? cap->file : "/proc/cpuinfo");
	if (unit >= cpu)
		return check_ok(cap->file, arena_printf(c->mem, "%u bits", unit));
	return check_bad(arena_printf(c->mem, "the IOMMU translates %u bits and the processor has %u: a guest with more memory or larger "
					"regions than that cannot be mapped", unit, cpu),
	    cap->file, cap->text);
}

/* ---- interrupts ---- */

static bool is_broken_chipset(const struct check_context *c)
{
	const struct host *h = c->all->h;

	for (size_t i = 0; h && i < h->n_functions; i++) {
		const struct pci_function *f = &h->functions[i];
		const char *revision = f->attributes ? f->attributes[ATTR_REVISION] : NULL;
		uint64_t number;

		if (f->has_ids && f->vendor == 0x8086 && (f->device == 0x3403 || f->device == 0x3405 || f->device == 0x3406) && revision &&
		    str_number(revision, 16, 255, &number) && number <= 0x13)
			return true;
	}
	return false;
}

/* arch/x86/kernel/early-quirks.c, intel_remapping_check */
static struct check_result ask_broken_chipset(const struct check_context *c)
{
	if (!c->all->h)
		return check_unread(c, "/sys/bus/pci/devices");
	return is_broken_chipset(c)
	    ? check_bad("the chipset (Intel 5500 or 5520, an early revision) cannot remap interrupts rightly, so the kernel does not", "/sys/bus/pci/devices", NULL)
	    : check_ok("/sys/bus/pci/devices", NULL);
}

static struct check_result ask_remapping(const struct check_context *c)
{
	const struct boot_iommu *i = c->all->boot ? &c->all->boot->iommu : NULL;
	static const char file[] = "/proc/interrupts";

	if (!i)
		return check_unread(c, file);
	if (i->is_arm && i->n_groups > i->n_noiommu)
		return check_ok(file, "on ARM the interrupt controller keeps them apart");
	if (i->is_remapped == TRI_UNKNOWN)
		return check_unread(c, file);
	if (i->is_remapped == TRI_YES)
		return check_ok(file, "IR-");
	if (i->is_unsafe_allowed == TRI_YES)
		return check_ok("/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts", "Y"); /* unsafe-interrupts-allowed says it */
	if (c->facts && c->facts->has_dmar_flags && !(c->facts->dmar_flags & 1))
		return check_bad("interrupts are not remapped, and the firmware does not offer it: the kernel refuses devices to guests", c->facts->dmar_table, "flags without bit 0");
	return check_bad("interrupts are not remapped: the kernel refuses devices to guests", file, "no IR-");
}

static struct check_result ask_unsafe(const struct check_context *c)
{
	const struct fact *f = fact_of(c->facts, FACT_UNSAFE);
	const struct boot_iommu *i = c->all->boot ? &c->all->boot->iommu : NULL;

	return check_fact_is(f, "Y", i && i->is_remapped == TRI_YES
		? "allow_unsafe_interrupts is on, and needless: interrupts are remapped"
		: "allow_unsafe_interrupts is on: a guest with a device can send the host any interrupt");
}

static struct check_result ask_x2apic(const struct check_context *c)
{
	static const char file[] = "/sys/firmware/acpi/tables/DMAR";
	const struct boot_iommu *i = c->all->boot ? &c->all->boot->iommu : NULL;

	if (i && i->has_tables == TRI_YES && !str_eq(i->acpi_table, "DMAR"))
		return check_ok("/sys/firmware/acpi/tables", i->acpi_table);
	if (!c->facts || !c->facts->has_dmar_flags)
		return check_unread(c, file);
	return c->facts->dmar_flags & 2 ? check_bad("the firmware asks the kernel to leave x2APIC alone", file, "flags with bit 1") : check_ok(file, NULL);
}

/* ---- what stands beside it ---- */

static struct check_result ask_thunderbolt(const struct check_context *c)
{
	const struct device_facts *d = c->d;

	if (!d || d->facts[DEVICE_REMOVABLE].is_there == TRI_UNKNOWN)
		return check_unread(c, check_file(c, "removable"));
	return str_eq(d->facts[DEVICE_REMOVABLE].text, "removable")
	    ? check_bad("it hangs on Thunderbolt or USB4: it comes and goes, and its windows may be too small", d->facts[DEVICE_REMOVABLE].file, "removable")
	    : check_ok(d->facts[DEVICE_REMOVABLE].file, d->facts[DEVICE_REMOVABLE].text);
}

static struct check_result ask_noiommu_node(const struct check_context *c)
{
	const char *node = c->f->vfio_node;

	if (!node || !str_starts(node, "noiommu-"))
		return check_ok("/dev/vfio", node);
	return check_bad("its node is of VFIO's no-IOMMU mode, where numbers are given anew as devices come and go: one that was noted may be another's",
	    arena_printf(c->mem, "/dev/vfio/%s", node), node);
}

static struct check_result ask_iommufd(const struct check_context *c)
{
	const struct fact *f = fact_of(c->facts, FACT_IOMMUFD);

	if (f->is_there == TRI_UNKNOWN)
		return check_unread(c, f->file);
	return f->is_there == TRI_YES ? check_ok(f->file, NULL)
				      : check_bad("there is no /dev/iommu: what asks for iommufd does not start here", f->file, "not there");
}

const struct check checks_iommu[] = {
    {"no-iommu-groups", 0, "/sys/kernel/iommu_groups", "the IOMMU is in use", ask_groups},
    {"noiommu-mode-active", 0, "/sys/module/vfio/parameters/enable_unsafe_noiommu_mode; /sys/kernel/iommu_groups/<group>/name",
	"VFIO's no-IOMMU mode is off", ask_noiommu},
    {"intremap-broken-chipset", 0, "/sys/bus/pci/devices/<function>/{vendor,device,revision}", "the chipset can remap interrupts", ask_broken_chipset},
    {"no-interrupt-remapping", 0, "/proc/interrupts, or /sys/kernel/irq/*/chip_name; /sys/firmware/acpi/tables/DMAR", "interrupts are remapped, or need not be", ask_remapping},
    {"unsafe-interrupts-allowed", 0, "/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts", "allow_unsafe_interrupts is off", ask_unsafe},
    {"x2apic-optout", 0, "/sys/firmware/acpi/tables/DMAR", "the firmware lets the kernel use x2APIC", ask_x2apic},
    {"dma-map-einval-address-width", CHECK_GUEST, "/sys/class/iommu/dmar0/intel-iommu/cap; /proc/cpuinfo: address sizes",
	"the IOMMU translates all addresses the processor has", ask_width},
    {"iommufd-absent-or-partial", 0, "/dev/iommu", "iommufd is there", ask_iommufd},
    {"device-without-group", CHECK_DEVICE, "/sys/bus/pci/devices/<function>/iommu_group", "it is in a group, if there are any", ask_group_of_device},
    {"vmd-domain", CHECK_DEVICE, "/sys/bus/pci/devices/<function>: its domain; …/iommu_group", "it is not behind Intel's VMD", ask_vmd},
    {"rmrr-direct-mapping", CHECK_DEVICE | CHECK_GROUP, "/sys/kernel/iommu_groups/<group>/reserved_regions", "the firmware keeps nothing mapped for it", ask_direct_region},
    {"rmrr-relaxable", CHECK_DEVICE | CHECK_GROUP, "/sys/kernel/iommu_groups/<group>/reserved_regions", "the firmware asks for no region that is dropped", ask_relaxable_region},
    {"reserved-range-overlap-amd-1tb", CHECK_DEVICE | CHECK_GROUP | CHECK_GUEST, "/sys/kernel/iommu_groups/<group>/reserved_regions",
	"guests may use all addresses below 1 TiB", ask_window_1tb},
    {"noiommu-group-race", CHECK_DEVICE, "/dev/vfio", "its node is none of VFIO's no-IOMMU mode", ask_noiommu_node},
    {"thunderbolt-device", CHECK_DEVICE, "/sys/bus/pci/devices/<function>/removable", "it does not hang on Thunderbolt", ask_thunderbolt},
};
const size_t n_checks_iommu = ARRAY_LEN(checks_iommu);
