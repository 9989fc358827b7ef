/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/facts.h"

#include <string.h>

#include "base/str.h"

#define MODULES "sys/module"
#define HUGE "sys/kernel/mm/hugepages"

const struct fact_place fact_places[FACTS] = {
    [FACT_KVM] = {"dev/kvm", "dev/null"},
    [FACT_SYS_VENDOR] = {"sys/class/dmi/id/sys_vendor", "sys/class/dmi/id"},
    [FACT_PRODUCT] = {"sys/class/dmi/id/product_name", "sys/class/dmi/id"},
    [FACT_BOARD_VENDOR] = {"sys/class/dmi/id/board_vendor", "sys/class/dmi/id"},
    [FACT_BOARD_NAME] = {"sys/class/dmi/id/board_name", "sys/class/dmi/id"},
    /* Without securityfs the folder is there and empty. */
    [FACT_LOCKDOWN] = {"sys/kernel/security/lockdown", "sys/kernel/security/lsm"},
    [FACT_NOIOMMU_MODE] = {MODULES "/vfio/parameters/enable_unsafe_noiommu_mode", MODULES},
    [FACT_DMA_ENTRY_LIMIT] = {MODULES "/vfio_iommu_type1/parameters/dma_entry_limit", MODULES},
    [FACT_TYPE1] = {MODULES "/vfio_iommu_type1", MODULES},
    [FACT_UNSAFE] = {MODULES "/vfio_iommu_type1/parameters/allow_unsafe_interrupts", MODULES},
    [FACT_VFIO_PCI] = {"sys/bus/pci/drivers/vfio-pci", "sys/bus/pci/drivers"},
    [FACT_DISABLE_DENYLIST] = {MODULES "/vfio_pci/parameters/disable_denylist", MODULES},
    [FACT_VENDOR_RESET] = {MODULES "/vendor_reset", MODULES},
    [FACT_NVIDIA_MODESET] = {MODULES "/nvidia_drm/parameters/modeset", MODULES},
    [FACT_IGNORE_MSRS] = {MODULES "/kvm/parameters/ignore_msrs", MODULES},
    [FACT_IOMMUFD] = {"dev/iommu", "dev/null"},
    [FACT_DMAR_CAP] = {"sys/class/iommu/dmar0/intel-iommu/cap", "sys/class/iommu"},
    [FACT_DMAR_ECAP] = {"sys/class/iommu/dmar0/intel-iommu/ecap", "sys/class/iommu"},
    [FACT_ASUS_DGPU] = {"sys/devices/platform/asus-nb-wmi/dgpu_disable", "sys/devices/platform"},
    [FACT_BBSWITCH] = {"proc/acpi/bbswitch", "proc/cmdline"},
    [FACT_LIBVIRT] = {"etc/libvirt/libvirtd.conf", "etc/os-release"},
    [FACT_PROXMOX] = {"usr/bin/pvesh", "etc/os-release"},
    [FACT_LIBVIRT_HOOK] = {"etc/libvirt/hooks/qemu", "etc/os-release"},
    [FACT_RESERVATIONS] = {"run/qemu-server/pci-id-reservations", "etc/os-release"},
    [FACT_MEMINFO] = {"proc/meminfo", "proc/cpuinfo"},
    [FACT_HUGE_2M_FREE] = {HUGE "/hugepages-2048kB/free_hugepages", HUGE},
    [FACT_HUGE_2M_RESERVED] = {HUGE "/hugepages-2048kB/resv_hugepages", HUGE},
    [FACT_HUGE_1G_FREE] = {HUGE "/hugepages-1048576kB/free_hugepages", HUGE},
    [FACT_HUGE_1G_RESERVED] = {HUGE "/hugepages-1048576kB/resv_hugepages", HUGE},
    [FACT_POWER_STATE] = {"sys/power/state", "sys/power"},
    [FACT_NVIDIA] = {MODULES "/nvidia", MODULES},
    [FACT_NVIDIA_SMI] = {"usr/bin/nvidia-smi", "etc/os-release"},
    [FACT_VFIO] = {MODULES "/vfio", MODULES},
    [FACT_IDLE_D3] = {MODULES "/vfio_pci/parameters/disable_idle_d3", MODULES},
    [FACT_NOINTXMASK] = {MODULES "/vfio_pci/parameters/nointxmask", MODULES},
    [FACT_NODES] = {"sys/devices/system/node/online", "sys/devices/system"},
    [FACT_NVIDIA_VGPU] = {MODULES "/nvidia_vgpu_vfio", MODULES},
    [FACT_CLOUD_HYPERVISOR] = {"usr/bin/cloud-hypervisor", "etc/os-release"},
    [FACT_CLOUD_HYPERVISOR_LOCAL] = {"usr/local/bin/cloud-hypervisor", "etc/os-release"},
};

const struct fact_place device_fact_places[DEVICE_FACTS] = {
    [DEVICE_RESOURCE] = {"resource", "resource"},
    [DEVICE_POWER_STATE] = {"power_state", "resource"},
    [DEVICE_RESET_METHOD] = {"reset_method", "resource"},
    [DEVICE_RESET] = {"reset", "resource"},
    [DEVICE_REMOVABLE] = {"removable", "resource"},
    [DEVICE_TOTAL_VFS] = {"sriov_totalvfs", "resource"},
    [DEVICE_AER_FATAL] = {"aer_dev_fatal", "resource"},
    [DEVICE_AER_CORRECTABLE] = {"aer_dev_correctable", "resource"},
    [DEVICE_REVISION] = {"revision", "resource"},
    [DEVICE_REGIONS] = {"iommu_group/reserved_regions", "iommu_group/type"},
    [DEVICE_IRQ] = {"irq", "irq"},
    [DEVICE_RUNTIME] = {"power/runtime_status", "power"},
    [DEVICE_AUTOPROBE] = {"physfn/sriov_drivers_autoprobe", "physfn/resource"},
    [DEVICE_MDEV] = {"mdev_supported_types", "resource"},
    [DEVICE_VGPU_TYPE] = {"nvidia/current_vgpu_type", "resource"},
};

const struct fact *fact_of(const struct facts *f, enum fact_id id)
{
	static const struct fact none;

	return f ? &f->facts[id] : &none;
}

const struct device_facts *facts_of_device(const struct facts *f, int function)
{
	return f && function >= 0 && (size_t)function < f->n_devices ? &f->devices[function] : NULL;
}

/* One of the three numbers of a line, and what stands behind it. */
static bool take_number(const char **at, uint64_t *ret)
{
	size_t length = strcspn(*at, " \n");

	if (!str_starts(*at, "0x") || !str_number_n(*at + 2, length - 2, 16, UINT64_MAX, ret))
		return false;
	*at += length + (((*at)[length]) == ' ');
	return true;
}

bool region_of(const struct device_facts *d, unsigned number, struct region *ret)
{
	const char *at = d ? d->facts[DEVICE_RESOURCE].text : NULL;

	for (unsigned i = 0; at && i < number; i++) {
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
	return at && take_number(&at, &ret->start) && take_number(&at, &ret->end) && take_number(&at, &ret->flags);
}
