/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/boot.h"

#include "base/str.h"

const char *const boot_mark_paths[BOOT_MARKS][2] = {
    [MARK_NIXOS] = {"etc/NIXOS"},
    [MARK_OSTREE_BOOTED] = {"run/ostree-booted"},
    [MARK_OSTREE_REPO] = {"ostree/repo"},
    [MARK_RPM_OSTREE] = {"usr/bin/rpm-ostree"},
    [MARK_PROXMOX_UUIDS] = {"etc/kernel/proxmox-boot-uuids"},
    [MARK_KERNELSTUB_CONFIG] = {"etc/kernelstub/configuration"},
    [MARK_KERNELSTUB] = {"usr/bin/kernelstub", "usr/sbin/kernelstub"},
    [MARK_SDBOOTUTIL] = {"usr/bin/sdbootutil"},
    [MARK_CLR] = {"usr/bin/clr-boot-manager"},
    [MARK_GRUB_CFG] = {"boot/grub/grub.cfg"},
    [MARK_GRUB2_CFG] = {"boot/grub2/grub.cfg"},
    [MARK_GRUB_DEFAULT] = {"etc/default/grub"},
    [MARK_GRUB_D] = {"etc/default/grub.d"},
    [MARK_GRUBBY] = {"usr/sbin/grubby", "usr/bin/grubby"},
    [MARK_BLS] = {"boot/loader/entries"},
    [MARK_LIMINE_TOOL] = {"usr/bin/limine-entry-tool", "usr/bin/limine-update"},
    [MARK_REFIND] = {"boot/refind_linux.conf"},
    [MARK_CMDLINE_TXT] = {"boot/firmware/cmdline.txt"},
    [MARK_CMDLINE_TXT_OLD] = {"boot/cmdline.txt"},
    [MARK_FLASH_KERNEL] = {"usr/sbin/flash-kernel"},
    [MARK_FLASH_KERNEL_DEFAULT] = {"etc/default/flash-kernel"},
    [MARK_EXTLINUX] = {"boot/extlinux/extlinux.conf"},
    [MARK_U_BOOT] = {"etc/default/u-boot"},
    [MARK_KERNEL_CMDLINE] = {"etc/kernel/cmdline"},
    [MARK_KERNEL_INSTALL] = {"usr/bin/kernel-install", "bin/kernel-install"},
    [MARK_CONTAINER] = {"run/systemd/container"},
    [MARK_CONTAINER_DOCKER] = {".dockerenv"},
    [MARK_CONTAINER_PODMAN] = {"run/.containerenv"},
    [MARK_HOOK_INITRAMFS_TOOLS] = {"etc/kernel/postinst.d/initramfs-tools"},
    [MARK_HOOK_DRACUT] = {"etc/kernel/postinst.d/dracut"},
    [MARK_MKINITRAMFS] = {"usr/sbin/mkinitramfs"},
    [MARK_DRACUT] = {"usr/bin/dracut", "usr/sbin/dracut"},
    [MARK_MKINITCPIO] = {"usr/bin/mkinitcpio"},
    [MARK_BOOSTER] = {"usr/bin/booster"},
    [MARK_INITRAMFS_ENTRIES] = {"etc/initramfs/post-update.d/systemd-boot"},
};

const char *boot_stack_name(enum boot_stack s)
{
	static const char *const names[] = {
	    [STACK_UNKNOWN] = "unknown",
	    [STACK_NIXOS] = "nixos",
	    [STACK_UBUNTU_CORE] = "ubuntu-core",
	    [STACK_RPM_OSTREE] = "rpm-ostree",
	    [STACK_OSTREE] = "ostree",
	    [STACK_PROXMOX_GRUB] = "proxmox-grub",
	    [STACK_PROXMOX_SYSTEMD] = "proxmox-systemd-boot",
	    [STACK_KERNELSTUB] = "kernelstub",
	    [STACK_SDBOOTUTIL] = "sdbootutil",
	    [STACK_CLEAR_LINUX] = "clr-boot-manager",
	    [STACK_GRUB_DEBIAN] = "grub-debian",
	    [STACK_GRUB_BLS] = "grub-bls",
	    [STACK_GRUB] = "grub",
	    [STACK_KERNEL_INSTALL] = "systemd-boot-kernel-install",
	    [STACK_SYSTEMD_BOOT] = "systemd-boot",
	    [STACK_UKI] = "uki",
	    [STACK_LIMINE_TOOL] = "limine-entry-tool",
	    [STACK_LIMINE] = "limine",
	    [STACK_REFIND] = "refind",
	    [STACK_RASPBERRY_PI] = "raspberry-pi",
	    [STACK_FLASH_KERNEL] = "flash-kernel",
	    [STACK_U_BOOT_MENU] = "u-boot-menu",
	    [STACK_EXTLINUX] = "extlinux",
	};
	static_assert(ARRAY_LEN(names) == BOOT_STACKS, "every stack has a name");

	return names[s];
}

const char *boot_tier_name(enum boot_tier t)
{
	static const char *const names[] = {
	    [TIER_NONE] = "none",
	    [TIER_WRITTEN] = "written",
	    [TIER_TOOL] = "tool",
	    [TIER_PRINTED] = "printed",
	};
	static_assert(ARRAY_LEN(names) == BOOT_TIERS, "every tier has a name");

	return names[t];
}

const char *iommu_state_name(enum iommu_state s)
{
	static const char *const names[] = {
	    [IOMMU_UNKNOWN] = "unknown",
	    [IOMMU_IN_USE] = "in-use",
	    [IOMMU_NOIOMMU] = "noiommu-mode-active",
	    [IOMMU_XEN] = "xen-dom0",
	    [IOMMU_GUEST] = "running-inside-a-vm",
	    [IOMMU_OFF_INTEL] = "iommu-firmware-off-intel",
	    [IOMMU_OFF_AMD] = "iommu-firmware-off-amd",
	    [IOMMU_NO_SMMU] = "arm-no-smmu",
	    [IOMMU_SWITCHED_OFF] = "iommu-switched-off-by-parameter",
	    [IOMMU_NOT_ENABLED] = "intel-iommu-not-enabled",
	    [IOMMU_NOT_BOOTED] = "cmdline-edited-not-booted",
	};
	static_assert(ARRAY_LEN(names) == IOMMU_STATES, "every state has a name");

	return names[s];
}

bool boot_stack_parse(const char *name, enum boot_stack *ret)
{
	for (int i = STACK_UNKNOWN + 1; i < BOOT_STACKS; i++)
		if (str_eq(boot_stack_name((enum boot_stack)i), name)) {
			*ret = (enum boot_stack)i;
			return true;
		}
	return false;
}

void boot_remark(struct arena *mem, struct boot *b, enum boot_remark_kind kind, const char *file, const char *other)
{
	*ARENA_PUSH(mem, b->remarks, b->n_remarks) = (struct boot_remark){kind, file, other};
}
