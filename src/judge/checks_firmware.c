/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks: processor, firmware, and the kernel's words. */
#include <string.h>

#include "base/str.h"
#include "judge/boot.h"
#include "judge/checks.h"
#include "model/firmware.h"
#include "text/kernel_cmdline.h"

/* ---- what the judge of the boot knows about the IOMMU ---- */

static const char *firmware_mend(const struct check_context *c, enum firmware_switch which)
{
	const struct fact *vendor = fact_of(c->facts, FACT_BOARD_VENDOR), *board = fact_of(c->facts, FACT_BOARD_NAME);
	const char *cpu = c->all->boot ? c->all->boot->iommu.cpu_vendor : NULL;
	const char *menu = firmware_menu(vendor->text, cpu, which);

	if (!menu)
		return NULL;
	return arena_printf(c->mem, "in the firmware's setup of this board (%s%s%s): %s; then a cold boot", vendor->text ? vendor->text : "vendor not known",
	    board->text ? " " : "", board->text ? board->text : "", menu);
}

static struct check_result iommu_is(const struct check_context *c, enum iommu_state state, const char *file, const char *value)
{
	const struct boot_answer *a = c->all->answer;

	if (!a || a->iommu == IOMMU_UNKNOWN)
		return check_unknown(a ? a->iommu_text : NULL, "/sys/kernel/iommu_groups");
	return a->iommu == state ? check_bad(a->iommu_text, file, value) : check_ok("/sys/kernel/iommu_groups", a->iommu_text);
}

static struct check_result ask_off_intel(const struct check_context *c)
{
	struct check_result r = iommu_is(c, IOMMU_OFF_INTEL, "/sys/firmware/acpi/tables", "no DMAR");

	r.mend = firmware_mend(c, FIRMWARE_IOMMU);
	return r;
}

static struct check_result ask_off_amd(const struct check_context *c)
{
	struct check_result r = iommu_is(c, IOMMU_OFF_AMD, "/sys/firmware/acpi/tables", "no IVRS");

	r.mend = firmware_mend(c, FIRMWARE_IOMMU);
	return r;
}

static struct check_result ask_no_smmu(const struct check_context *c)
{
	return iommu_is(c, IOMMU_NO_SMMU, "/sys/firmware/acpi/tables", "no IORT");
}

static struct check_result ask_in_vm(const struct check_context *c)
{
	const struct fact *vendor = fact_of(c->facts, FACT_SYS_VENDOR);
	struct check_result r = iommu_is(c, IOMMU_GUEST, "/proc/cpuinfo", "hypervisor");

	if (r.answer == CHECK_BAD && vendor->text)
		r.text = arena_printf(c->mem, "%s (%s)", r.text, vendor->text);
	return r;
}

static struct check_result ask_xen(const struct check_context *c)
{
	return iommu_is(c, IOMMU_XEN, "/sys/hypervisor/type", "xen");
}

static struct check_result ask_not_enabled(const struct check_context *c)
{
	struct check_result r = iommu_is(c, IOMMU_NOT_ENABLED, "/proc/cmdline", c->all->boot ? c->all->boot->cmdline : NULL);

	r.mend = "passthru boot enable puts intel_iommu=on where this host's loader reads it; then reboot";
	return r;
}

static struct check_result ask_switched_off(const struct check_context *c)
{
	struct check_result r = iommu_is(c, IOMMU_SWITCHED_OFF, "/proc/cmdline", c->all->boot ? c->all->boot->cmdline : NULL);

	r.mend = "take that word away where the loader has it (passthru boot status names the file), then reboot";
	return r;
}

static struct check_result ask_not_booted(const struct check_context *c)
{
	struct check_result r = iommu_is(c, IOMMU_NOT_BOOTED, "/proc/cmdline", c->all->boot ? c->all->boot->cmdline : NULL);
	const struct boot_answer *a = c->all->answer;

	if (r.answer == CHECK_BAD)
		r.mend = a->n_pending > 0 && a->loader.apply ? arena_printf(c->mem, "%s, then reboot", a->loader.apply) : "reboot";
	return r;
}

/* ---- processor ---- */

static bool has_flag(const char *flags, const char *flag)
{
	return str_has_word(flags, flag, strlen(flag));
}

static struct check_result ask_virtualization(const struct check_context *c)
{
	const char *flags = c->facts ? c->facts->cpu_flags : NULL;
	const struct fact *kvm = fact_of(c->facts, FACT_KVM);
	struct check_result r;

	if (!flags)
		return check_unread(c, "/proc/cpuinfo");
	if (has_flag(flags, "vmx") || has_flag(flags, "svm"))
		return check_ok("/proc/cpuinfo", has_flag(flags, "vmx") ? "vmx" : "svm");
	/* Below Xen the flags are hidden, and a KVM that is there has what it needs. */
	if (kvm->is_there == TRI_YES)
		return check_ok(kvm->file, NULL);
	if (c->all->boot && c->all->boot->iommu.is_xen != TRI_NO)
		return check_unknown("below a hypervisor the flags of /proc/cpuinfo do not tell", "/proc/cpuinfo");
	r = check_bad("the processor has neither vmx nor svm among its flags: virtualization is off in the firmware, or not there",
	    "/proc/cpuinfo", "flags without vmx and svm");
	r.mend = firmware_mend(c, FIRMWARE_VIRTUALIZATION);
	return r;
}

/* A region that the kernel knows of and has no addresses for. Regions of I/O ports and ROMs are left out: without them
 * devices work. */
static struct check_result ask_unassigned(const struct check_context *c)
{
	struct region r;
	struct check_result ret;

	if (!region_of(c->d, 0, &r))
		return check_unread(c, check_file(c, "resource"));
	for (unsigned i = 0; i < REGION_ROM; i++)
		if (region_of(c->d, i, &r) && (r.flags & REGION_MEMORY) && r.start == 0) {
			ret = check_bad(arena_printf(c->mem, "its memory region %u has no addresses: there was no room below 4 GiB", i),
			    check_file(c, "resource"), arena_printf(c->mem, "0x%016llx 0x%016llx 0x%016llx", (unsigned long long)r.start,
				(unsigned long long)r.end, (unsigned long long)r.flags));
			ret.mend = firmware_mend(c, FIRMWARE_ABOVE_4G);
			return ret;
		}
	return check_ok(check_file(c, "resource"), NULL);
}

/* ---- words ---- */

static const char cmdline_file[] = "/proc/cmdline";

/* A word of that key, with this value or option in it (NULL: any). */
static const struct kernel_word *find_word(const struct kernel_cmdline *k, const char *key, const char *part)
{
	for (size_t i = 0; i < k->n_words; i++)
		if (str_same_module(k->words[i].key, key) && (!part || (k->words[i].value && strstr(k->words[i].value, part))))
			return &k->words[i];
	return NULL;
}

static struct check_result word_is(const struct check_context *c, const char *key, const char *part, const char *text)
{
	struct kernel_cmdline k;
	const struct kernel_word *w;

	if (!check_words(c, &k))
		return check_unread(c, cmdline_file);
	w = find_word(&k, key, part);
	return w ? check_bad(text, cmdline_file, w->raw) : check_ok(cmdline_file, NULL);
}

static struct check_result ask_amd_on(const struct check_context *c)
{
	struct kernel_cmdline k;

	if (!check_words(c, &k))
		return check_unread(c, cmdline_file);
	for (size_t i = 0; i < k.n_words; i++)
		if (str_same_module(k.words[i].key, "amd_iommu") && str_eq(k.words[i].value, "on"))
			return check_bad("amd_iommu=on is no value the kernel knows; AMD's IOMMU is on without a word", cmdline_file, k.words[i].raw);
	return check_ok(cmdline_file, NULL);
}

static struct check_result ask_misspelt(const struct check_context *c)
{
	static const char *const known[] = {"vfio-pci", "vfio_iommu_type1", "vfio", "pci-stub", "intel_iommu", "amd_iommu", "iommu",
	    "pcie_acs_override", "iommufd", "vfio-platform", "arm-smmu-v3", "arm-smmu", "iommu_dma", "amd_iommu_intr",
	    "amd_iommu_dump", "virtio_iommu"};
	struct kernel_cmdline k;

	if (!check_words(c, &k))
		return check_unread(c, cmdline_file);
	for (size_t i = 0; i < k.n_words; i++) {
		const char *key = k.words[i].key;
		const char *module = arena_strndup(c->mem, key, strcspn(key, "."));
		bool is_known = false;

		if (!strstr(key, "vfio") && !strstr(key, "iommu"))
			continue;
		for (size_t n = 0; n < ARRAY_LEN(known); n++)
			is_known = is_known || str_same_module(known[n], module);
		/* Of a module, there must be a parameter behind it; of others there must not. */
		is_known = is_known && (!strstr(module, "vfio") || strchr(key, '.') != NULL);
		if (!is_known && !str_starts(key, "rd.") && !str_starts(key, "systemd.") && !strstr(key, "_vfio"))
			return check_bad(arena_printf(c->mem, "the kernel knows no word %s", key), cmdline_file, k.words[i].raw);
	}
	return check_ok(cmdline_file, NULL);
}

static struct check_result ask_igfx_off(const struct check_context *c)
{
	return word_is(c, "intel_iommu", "igfx_off", "the processor's own display is left out of the IOMMU, and cannot be handed over");
}

static struct check_result ask_acs_missing(const struct check_context *c)
{
	struct check_result r = word_is(c, "pcie_acs_override", NULL, NULL);

	if (r.answer != CHECK_BAD)
		return r;
	if (!c->facts || c->facts->has_acs_override == TRI_UNKNOWN)
		return check_unknown("/proc/kallsyms does not tell whether this kernel has the patch", "/proc/kallsyms");
	if (c->facts->has_acs_override == TRI_YES)
		return check_ok("/proc/kallsyms", "pcie_acs_overrides");
	r.text = "pcie_acs_override= is set, and this kernel does not have the patch that knows it";
	return r;
}

static struct check_result ask_acs_active(const struct check_context *c)
{
	struct check_result r = word_is(c, "pcie_acs_override", NULL, NULL);

	if (r.answer != CHECK_BAD)
		return r;
	if (!c->facts || c->facts->has_acs_override == TRI_UNKNOWN)
		return check_unknown("/proc/kallsyms does not tell whether this kernel has the patch", "/proc/kallsyms");
	if (c->facts->has_acs_override == TRI_NO)
		return check_ok("/proc/kallsyms", NULL);
	r.text = "groups are split by pcie_acs_override: the hardware does not keep apart what they hold";
	return r;
}

static struct check_result ask_efifb_off(const struct check_context *c)
{
	struct kernel_cmdline k;
	const struct kernel_word *w = NULL;

	if (!check_words(c, &k))
		return check_unread(c, cmdline_file);
	for (size_t i = 0; i < k.n_words && !w; i++)
		if (str_eq(k.words[i].key, "video") &&
		    (str_eq(k.words[i].value, "efifb:off") || str_eq(k.words[i].value, "vesafb:off") ||
			(k.words[i].value && str_starts(k.words[i].value, "efifb:off,"))))
			w = &k.words[i];
	if (!w || check_is_kernel(c, 1, 0, 5, 14))
		return check_ok(cmdline_file, w ? w->raw : NULL);
	if (c->all->h && c->all->h->kernel_major == 0)
		return check_unknown("the kernel's version is not known", "/proc/sys/kernel/osrelease");
	return check_bad("video=efifb:off no longer keeps the firmware's picture off the card on kernels that have simpledrm", cmdline_file, w->raw);
}

static struct check_result ask_initcall_lto(const struct check_context *c)
{
	struct check_result r = word_is(c, "initcall_blacklist", "sysfb_init", NULL);

	if (r.answer != CHECK_BAD)
		return r;
	if (!c->facts || c->facts->is_lto == TRI_UNKNOWN)
		return check_unknown("the kernel's configuration cannot be read", "/boot");
	if (c->facts->is_lto == TRI_NO)
		return check_ok(c->facts->config_file, "CONFIG_LTO_CLANG is not set");
	r.text = "initcall_blacklist=sysfb_init matches nothing in a kernel that was built with LTO";
	return r;
}

static struct check_result ask_relaxed(const struct check_context *c)
{
	return word_is(c, "intel_iommu", "relax_rmrr", "regions that the firmware wants mapped 1:1 are given away by relax_rmrr");
}

static struct check_result ask_identity_conflict(const struct check_context *c)
{
	struct check_result r = word_is(c, "iommu", "pt", NULL);

	if (r.answer != CHECK_BAD)
		return r;
	if (!c->all->h || c->all->h->kernel_major == 0)
		return check_unknown("the kernel's version is not known", "/proc/sys/kernel/osrelease");
	if (!check_is_kernel(c, 5, 3, 5, 8))
		return check_ok(cmdline_file, r.value);
	r.text = "iommu=pt on kernels 5.3 to 5.8 may clash with a device's private domain";
	return r;
}

static struct check_result ask_async(const struct check_context *c)
{
	return word_is(c, "driver_async_probe", NULL, "drivers are probed side by side: which of two gets a device first may change from boot to boot");
}

static struct check_result ask_remapping_word(const struct check_context *c)
{
	struct kernel_cmdline k;

	if (!check_words(c, &k))
		return check_unread(c, cmdline_file);
	for (size_t i = 0; i < k.n_words; i++) {
		const struct kernel_word *w = &k.words[i];

		if (str_eq(w->raw, "intremap=off") || str_eq(w->raw, "nointremap") || str_eq(w->raw, "noapic") ||
		    (str_eq(w->key, "pci") && w->value && strstr(w->value, "nomsi")) || str_eq(w->raw, "nox2apic"))
			return check_bad(arena_printf(c->mem, "%s takes away what interrupts of guests need", w->raw), cmdline_file, w->raw);
	}
	return check_ok(cmdline_file, NULL);
}

const struct check checks_firmware[] = {
    {"cpu-virt-disabled", 0, "/proc/cpuinfo: flags; /dev/kvm", "the processor runs virtual machines", ask_virtualization},
    {"xen-dom0", 0, "/sys/hypervisor/type", "this is not Xen's first domain", ask_xen},
    {"running-inside-a-vm", 0, "/proc/cpuinfo: hypervisor; /sys/class/dmi/id/sys_vendor; /sys/kernel/iommu_groups",
	"this is no virtual machine that lacks an IOMMU", ask_in_vm},
    {"iommu-firmware-off-intel", 0, "/sys/firmware/acpi/tables/DMAR; /proc/cpuinfo: vendor_id; /sys/kernel/iommu_groups",
	"VT-d is not off in the firmware", ask_off_intel},
    {"iommu-firmware-off-amd", 0, "/sys/firmware/acpi/tables/IVRS; /proc/cpuinfo: vendor_id; /sys/kernel/iommu_groups",
	"AMD-Vi is not off in the firmware", ask_off_amd},
    {"arm-no-smmu", 0, "/sys/firmware/acpi/tables/IORT; /proc/cpuinfo; /sys/kernel/iommu_groups", "no ARM host without an SMMU", ask_no_smmu},
    {"iommu-switched-off-by-parameter", 0, "/proc/cmdline; /sys/kernel/iommu_groups", "no word of the kernel switches the IOMMU off", ask_switched_off},
    {"cmdline-edited-not-booted", 0, "/proc/cmdline; the loader's own files", "what is configured for the IOMMU runs", ask_not_booted},
    {"intel-iommu-not-enabled", 0, "/sys/firmware/acpi/tables/DMAR; /proc/cmdline; /boot/config-*", "VT-d does not wait for intel_iommu=on", ask_not_enabled},
    {"above-4g-decoding-off", CHECK_DEVICE, "/sys/bus/pci/devices/<function>/resource", "all of its memory regions have addresses", ask_unassigned},
    {"intremap-or-msi-disabled-by-parameter", 0, "/proc/cmdline", "no word of the kernel takes interrupts away", ask_remapping_word},
    {"igfx-iommu-off", 0, "/proc/cmdline", "the processor's own display is not left out of the IOMMU", ask_igfx_off},
    {"acs-override-not-in-kernel", 0, "/proc/cmdline; /proc/kallsyms", "there is no pcie_acs_override that the kernel does not know", ask_acs_missing},
    {"acs-override-active", 0, "/proc/cmdline; /proc/kallsyms", "groups are not split by pcie_acs_override", ask_acs_active},
    {"cmdline-misspelt", 0, "/proc/cmdline", "no word about VFIO or the IOMMU is misspelt", ask_misspelt},
    {"efifb-off-parameter-obsolete", 0, "/proc/cmdline; /proc/sys/kernel/osrelease", "no video=efifb:off that does nothing", ask_efifb_off},
    {"initcall-blacklist-lto", 0, "/proc/cmdline; /boot/config-*", "no initcall_blacklist that matches nothing", ask_initcall_lto},
    {"rmrr-relaxed-kernel", 0, "/proc/cmdline", "the kernel keeps the firmware's regions", ask_relaxed},
    {"iommu-private-identity-conflict", 0, "/proc/cmdline; /proc/sys/kernel/osrelease", "no clash of iommu=pt with this kernel", ask_identity_conflict},
    {"async-probe-race", 0, "/proc/cmdline", "drivers are probed one after the other", ask_async},
    {"amd-iommu-on-is-a-noop", 0, "/proc/cmdline", "no amd_iommu=on that does nothing", ask_amd_on},
};
const size_t n_checks_firmware = ARRAY_LEN(checks_firmware);
