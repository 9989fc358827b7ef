/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/diagnosis.h"

const char *layer_name(enum layer l)
{
	static const char *const names[] = {
	    [LAYER_FIRMWARE] = "firmware",
	    [LAYER_KERNEL_CMDLINE] = "kernel-cmdline",
	    [LAYER_IOMMU] = "iommu",
	    [LAYER_GROUP] = "group",
	    [LAYER_DRIVER] = "driver",
	    [LAYER_MODULE_CONFIG] = "module-config",
	    [LAYER_INITRAMFS] = "initramfs",
	    [LAYER_DISPLAY] = "display",
	    [LAYER_PROCESS_HOLDER] = "process-holder",
	    [LAYER_RESET] = "reset",
	    [LAYER_BAR_MMIO] = "bar/mmio",
	    [LAYER_MEMORY] = "memory",
	    [LAYER_INTERRUPT] = "interrupt",
	    [LAYER_PERMISSIONS] = "permissions",
	    [LAYER_LIBVIRT] = "libvirt",
	    [LAYER_QEMU] = "qemu",
	    [LAYER_CLOUD_HYPERVISOR] = "cloud-hypervisor",
	    [LAYER_LXD] = "lxd",
	    [LAYER_PROXMOX] = "proxmox",
	    [LAYER_GUEST_DRIVER] = "guest-driver",
	    [LAYER_SUSPEND] = "suspend",
	    [LAYER_SECURITY_LOCKDOWN] = "security/lockdown",
	};
	static_assert(ARRAY_LEN(names) == LAYERS, "every layer has a name");

	return names[l];
}

const char *severity_name(enum severity s)
{
	static const char *const names[] = {
	    [SEVERITY_BLOCKER] = "blocker", [SEVERITY_WARN] = "warn", [SEVERITY_INFO] = "info"};
	static_assert(ARRAY_LEN(names) == SEVERITIES, "every severity has a name");

	return names[s];
}
