/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which loader: the most specific owner first, then what the running kernel tells, then what is left of what is
 * installed. */
#include <string.h>

#include "base/str.h"
#include "judge/boot.h"
#include "text/kernel_cmdline.h"

/* How words are changed there. */
static const struct way {
	enum boot_tier tier;
	const char *file, *apply;
} ways[] = {
    [STACK_UNKNOWN] = {TIER_NONE, NULL, NULL},
    [STACK_NIXOS] = {TIER_PRINTED, "etc/nixos/configuration.nix", "nixos-rebuild boot"},
    [STACK_UBUNTU_CORE] = {TIER_PRINTED, NULL, "snap set system system.kernel.dangerous-cmdline-append=WORDS"},
    [STACK_RPM_OSTREE] = {TIER_TOOL, NULL, "rpm-ostree kargs --append-if-missing=WORD"},
    [STACK_OSTREE] = {TIER_PRINTED, "usr/lib/bootc/kargs.d", NULL},
    [STACK_PROXMOX_GRUB] = {TIER_WRITTEN, "etc/default/grub.d/90-passthru.cfg", "update-grub"},
    [STACK_PROXMOX_SYSTEMD] = {TIER_WRITTEN, "etc/kernel/cmdline", "proxmox-boot-tool refresh"},
    [STACK_KERNELSTUB] = {TIER_TOOL, NULL, "kernelstub -a WORDS"},
    [STACK_SDBOOTUTIL] = {TIER_TOOL, "etc/kernel/cmdline", "sdbootutil update-all-entries"},
    [STACK_CLEAR_LINUX] = {TIER_PRINTED, "etc/kernel/cmdline.d/90-passthru.conf", "clr-boot-manager update"},
    [STACK_GRUB_DEBIAN] = {TIER_WRITTEN, "etc/default/grub.d/90-passthru.cfg", "update-grub"},
    [STACK_GRUB_BLS] = {TIER_TOOL, NULL, "grubby --update-kernel=ALL --args=WORDS"},
    [STACK_GRUB] = {TIER_WRITTEN, "etc/default/grub", "grub-mkconfig -o /boot/grub/grub.cfg"},
    [STACK_KERNEL_INSTALL] = {TIER_WRITTEN, "etc/kernel/cmdline", "kernel-install add VERSION KERNEL"},
    [STACK_SYSTEMD_BOOT] = {TIER_PRINTED, NULL, NULL},
    [STACK_UKI] = {TIER_PRINTED, "etc/kernel/cmdline", NULL},
    [STACK_LIMINE_TOOL] = {TIER_TOOL, "etc/default/limine", "limine-update"},
    [STACK_LIMINE] = {TIER_PRINTED, NULL, NULL},
    [STACK_REFIND] = {TIER_PRINTED, "boot/refind_linux.conf", NULL},
    [STACK_RASPBERRY_PI] = {TIER_PRINTED, NULL, NULL},
    [STACK_FLASH_KERNEL] = {TIER_PRINTED, "etc/default/flash-kernel", "flash-kernel"},
    [STACK_U_BOOT_MENU] = {TIER_PRINTED, "etc/default/u-boot", "u-boot-update"},
    [STACK_EXTLINUX] = {TIER_PRINTED, "boot/extlinux/extlinux.conf", NULL},
};
static_assert(ARRAY_LEN(ways) == BOOT_STACKS, "every stack has a way");

struct look {
	struct arena *mem;
	const struct boot *b;
	bool has_cmdline;	  /* it runs */
	struct kernel_cmdline running;
	bool has_boot_image;	  /* GRUB's and syslinux' word */
};

static bool has(const struct boot *b, enum boot_mark m)
{
	return b->marks[m] == TRI_YES;
}

static const char *path_of(enum boot_mark m)
{
	return boot_mark_paths[m][0];
}

/* As evidence it is shown from the root on. */
static const char *shown(const struct look *l, const char *path)
{
	return arena_printf(l->mem, "/%s", path);
}

static struct boot_loader found(enum boot_stack stack, const char *evidence)
{
	return (struct boot_loader){
	    .stack = stack, .evidence = evidence, .tier = ways[stack].tier, .file = ways[stack].file, .apply = ways[stack].apply};
}

static struct boot_loader cannot(const char *reason)
{
	return (struct boot_loader){.stack = STACK_UNKNOWN, .reason = reason};
}

static bool loader_is(const struct boot *b, const char *name)
{
	return b->loader_info && str_starts(b->loader_info, name);
}

/* ---- owners: whoever they are there for has the say, whatever loader lies below ---- */

static bool is_ostree(const struct look *l)
{
	if (has(l->b, MARK_OSTREE_BOOTED))
		return true;
	/* A running host may have the repository of another system's. */
	if (l->has_cmdline)
		return kernel_cmdline_last(&l->running, "ostree") != NULL;
	return has(l->b, MARK_OSTREE_REPO);
}

static struct boot_loader judge_proxmox(const struct look *l)
{
	const char *file = shown(l, path_of(MARK_PROXMOX_UUIDS));

	if (loader_is(l->b, "systemd-boot"))
		return found(STACK_PROXMOX_SYSTEMD, arena_printf(l->mem, "%s, and LoaderInfo is %s", file, l->b->loader_info));
	if (loader_is(l->b, "GRUB"))
		return found(STACK_PROXMOX_GRUB, arena_printf(l->mem, "%s, and LoaderInfo is %s", file, l->b->loader_info));
	if (l->has_boot_image)
		return found(STACK_PROXMOX_GRUB, arena_printf(l->mem, "%s, and BOOT_IMAGE= in /proc/cmdline", file));
	if (l->b->is_efi == TRI_NO)
		return found(STACK_PROXMOX_GRUB, arena_printf(l->mem, "%s, and no /sys/firmware/efi", file));
	return cannot(arena_printf(l->mem, "%s is there, but not which of systemd-boot and GRUB proxmox-boot-tool feeds", file));
}

static bool judge_owner(const struct look *l, struct boot_loader *ret)
{
	const struct boot *b = l->b;

	if (has(b, MARK_NIXOS) || str_eq(b->os_id, "nixos"))
		*ret = found(STACK_NIXOS, has(b, MARK_NIXOS) ? shown(l, path_of(MARK_NIXOS)) : "ID=nixos in os-release");
	else if (str_eq(b->os_id, "ubuntu-core"))
		*ret = found(STACK_UBUNTU_CORE, "ID=ubuntu-core in os-release");
	else if (is_ostree(l))
		*ret = found(has(b, MARK_RPM_OSTREE) ? STACK_RPM_OSTREE : STACK_OSTREE,
		    has(b, MARK_OSTREE_BOOTED) ? shown(l, path_of(MARK_OSTREE_BOOTED))
		    : l->has_cmdline	       ? "ostree= in /proc/cmdline"
					       : shown(l, path_of(MARK_OSTREE_REPO)));
	else if (has(b, MARK_PROXMOX_UUIDS))
		*ret = judge_proxmox(l);
	else if (has(b, MARK_KERNELSTUB_CONFIG) && has(b, MARK_KERNELSTUB) && !loader_is(b, "GRUB") && !l->has_boot_image)
		*ret = found(STACK_KERNELSTUB, shown(l, path_of(MARK_KERNELSTUB_CONFIG)));
	else if (has(b, MARK_SDBOOTUTIL) && (loader_is(b, "systemd-boot") || str_eq(b->loader_type, "grub2-bls") ||
						(!b->loader_info && str_eq(b->loader_type, "systemd-boot"))))
		*ret = found(STACK_SDBOOTUTIL, arena_printf(l->mem, "/%s, and %s", path_of(MARK_SDBOOTUTIL),
						   b->loader_type ? arena_printf(l->mem, "LOADER_TYPE is %s", b->loader_type)
								  : arena_printf(l->mem, "LoaderInfo is %s", b->loader_info)));
	else if (has(b, MARK_CLR))
		*ret = found(STACK_CLEAR_LINUX, shown(l, path_of(MARK_CLR)));
	else
		return false;
	return true;
}

/* ---- families ---- */

static struct boot_loader judge_grub(const struct look *l, const char *evidence)
{
	const struct boot *b = l->b;
	struct boot_loader ret;

	/* Where grub.cfg cannot be read the entries alone tell. */
	if (has(b, MARK_BLS) && (b->has_blscfg == TRI_YES || (b->has_blscfg == TRI_UNKNOWN && has(b, MARK_GRUBBY)))) {
		ret = found(STACK_GRUB_BLS, evidence);
		if (!has(b, MARK_GRUBBY)) {
			ret.tier = TIER_PRINTED;
			ret.file = "boot/loader/entries";
			ret.apply = NULL;
		}
		return ret;
	}
	if (b->reads_grub_d == TRI_YES)
		return found(STACK_GRUB_DEBIAN, evidence);
	ret = found(STACK_GRUB, evidence);
	if (has(b, MARK_GRUB2_CFG))
		ret.apply = "grub2-mkconfig -o /boot/grub2/grub.cfg";
	if (b->is_transactional)
		ret.apply = "transactional-update grub.cfg";
	/* A file of another system's, or none at all: there is nothing to write into. */
	if (!has(b, MARK_GRUB_DEFAULT))
		ret.tier = TIER_PRINTED;
	return ret;
}

/* Images by mkinitcpio take a drop-in of ours. Where they are signed, or words come from elsewhere, a person has to: with
 * no /etc/kernel/cmdline a drop-in would be all the words there are. */
static struct boot_loader judge_uki(const struct look *l, const char *evidence)
{
	const struct boot *b = l->b;
	struct boot_loader ret = found(STACK_UKI, evidence);

	if (b->n_preset_ukis > 0 && !b->has_preset_cmdline && has(b, MARK_MKINITCPIO) && has(b, MARK_KERNEL_CMDLINE) &&
	    b->is_secure == TRI_NO) {
		ret.tier = TIER_WRITTEN;
		ret.file = "etc/cmdline.d/90-passthru.conf";
		ret.apply = "mkinitcpio -P";
	}
	return ret;
}

static struct boot_loader judge_systemd(const struct look *l, const char *evidence)
{
	if (l->b->stub_info)
		return judge_uki(l, arena_printf(l->mem, "%s, and StubInfo is %s", evidence, l->b->stub_info));
	if (l->b->managed_entry && has(l->b, MARK_KERNEL_INSTALL))
		return found(STACK_KERNEL_INSTALL, arena_printf(l->mem, "%s, and /%s", evidence, l->b->managed_entry));
	return found(STACK_SYSTEMD_BOOT, evidence);
}

static struct boot_loader judge_limine(const struct look *l, const char *evidence)
{
	return found(has(l->b, MARK_LIMINE_TOOL) ? STACK_LIMINE_TOOL : STACK_LIMINE, evidence);
}

static struct boot_loader judge_raspberry(const struct look *l, const char *evidence)
{
	struct boot_loader ret = found(STACK_RASPBERRY_PI, evidence);

	ret.file = path_of(has(l->b, MARK_CMDLINE_TXT) ? MARK_CMDLINE_TXT : MARK_CMDLINE_TXT_OLD);
	return ret;
}

static struct boot_loader judge_refind(const struct look *l, const char *evidence)
{
	(void)l;
	return found(STACK_REFIND, evidence);
}

static struct boot_loader judge_extlinux(const struct look *l, const char *evidence)
{
	return found(has(l->b, MARK_U_BOOT) ? STACK_U_BOOT_MENU : STACK_EXTLINUX, evidence);
}

static struct boot_loader judge_flash_kernel(const struct look *l, const char *evidence)
{
	(void)l;
	return found(STACK_FLASH_KERNEL, evidence);
}

/* ---- what is installed, less what cannot have started this kernel ---- */

/* Why it did not; NULL: it may have. Absent: "". */
static const char *against_grub(const struct look *l)
{
	if (!has(l->b, MARK_GRUB_CFG) && !has(l->b, MARK_GRUB2_CFG))
		return "";
	/* Its linux command puts the word there on every platform (grub-core/loader). */
	return l->has_cmdline && !l->has_boot_image ? "GRUB would have put BOOT_IMAGE= into /proc/cmdline" : NULL;
}

static const char *against_systemd(const struct look *l)
{
	if (!l->b->loader_conf)
		return "";
	if (l->b->is_efi == TRI_NO)
		return "systemd-boot needs EFI";
	if (l->b->has_variables == TRI_YES && !l->b->stub_info)
		return "systemd-boot would have set LoaderInfo";
	return l->has_boot_image ? "systemd-boot puts no BOOT_IMAGE= into /proc/cmdline" : NULL;
}

static const char *against_limine(const struct look *l)
{
	if (!l->b->limine_conf)
		return "";
	return l->has_boot_image ? "Limine puts no BOOT_IMAGE= into /proc/cmdline" : NULL;
}

static const char *against_refind(const struct look *l)
{
	if (!has(l->b, MARK_REFIND))
		return "";
	if (l->b->is_efi == TRI_NO)
		return "rEFInd needs EFI";
	return l->has_boot_image ? "rEFInd puts no BOOT_IMAGE= into /proc/cmdline" : NULL;
}

static const char *against_raspberry(const struct look *l)
{
	if (!has(l->b, MARK_CMDLINE_TXT) && !has(l->b, MARK_CMDLINE_TXT_OLD))
		return "";
	return l->b->is_efi == TRI_YES ? "the Raspberry Pi's firmware is no EFI" : NULL;
}

static const char *against_extlinux(const struct look *l)
{
	if (!has(l->b, MARK_EXTLINUX))
		return "";
	return l->b->is_efi == TRI_YES ? "U-Boot's menu hands over no EFI" : NULL;
}

static const char *against_flash_kernel(const struct look *l)
{
	if (!has(l->b, MARK_FLASH_KERNEL) || !has(l->b, MARK_FLASH_KERNEL_DEFAULT) || has(l->b, MARK_CMDLINE_TXT))
		return "";
	return l->b->is_efi == TRI_YES ? "flash-kernel does nothing on EFI" : NULL;
}

static const struct candidate {
	const char *name;
	const char *(*against)(const struct look *l);
	struct boot_loader (*judge)(const struct look *l, const char *evidence);
} candidates[] = {
    {"GRUB", against_grub, judge_grub},
    {"systemd-boot", against_systemd, judge_systemd},
    {"Limine", against_limine, judge_limine},
    {"rEFInd", against_refind, judge_refind},
    {"the Raspberry Pi's firmware", against_raspberry, judge_raspberry},
    {"extlinux.conf", against_extlinux, judge_extlinux},
    {"flash-kernel", against_flash_kernel, judge_flash_kernel},
};

static const char *file_of(const struct look *l, const struct candidate *c)
{
	const struct boot *b = l->b;

	if (c->judge == judge_grub)
		return path_of(has(b, MARK_GRUB2_CFG) ? MARK_GRUB2_CFG : MARK_GRUB_CFG);
	if (c->judge == judge_systemd)
		return b->loader_conf;
	if (c->judge == judge_limine)
		return b->limine_conf;
	if (c->judge == judge_refind)
		return path_of(MARK_REFIND);
	if (c->judge == judge_raspberry)
		return path_of(has(b, MARK_CMDLINE_TXT) ? MARK_CMDLINE_TXT : MARK_CMDLINE_TXT_OLD);
	return path_of(c->judge == judge_extlinux ? MARK_EXTLINUX : MARK_FLASH_KERNEL_DEFAULT);
}

static struct boot_loader judge_installed(const struct look *l)
{
	const struct candidate *only = NULL;
	const char *several = NULL, *out = NULL;

	for (size_t i = 0; i < ARRAY_LEN(candidates); i++) {
		const struct candidate *c = &candidates[i];
		const char *against = c->against(l);

		if (!against && only)
			several = arena_printf(l->mem, "%s and %s", several ? several : only->name, c->name);
		else if (!against)
			only = c;
		else if (*against)
			out = out ? arena_printf(l->mem, "%s, and %s", out, against) : against;
	}
	if (several)
		return cannot(arena_printf(l->mem, "%s are installed, and nothing says which of them started this kernel", several));
	if (only && only->judge == judge_grub && l->has_boot_image)
		return only->judge(l, arena_printf(l->mem, "/%s, and BOOT_IMAGE= in /proc/cmdline", file_of(l, only)));
	if (only)
		return only->judge(l, arena_printf(l->mem, "/%s, and no other loader", file_of(l, only)));
	if (l->b->is_boot_hidden)
		return cannot("part of /boot cannot be read; as root more may be told");
	if (out)
		return cannot(arena_printf(l->mem, "what is installed did not start this kernel: %s", out));
	return cannot("no file of a boot loader that passthru knows is there");
}

static bool is_container(const struct boot *b)
{
	return has(b, MARK_CONTAINER) || has(b, MARK_CONTAINER_DOCKER) || has(b, MARK_CONTAINER_PODMAN);
}

struct boot_loader judge_boot_loader(struct arena *mem, const struct boot *b)
{
	struct look l = {.mem = mem, .b = b};
	struct boot_loader ret;
	const char *info;

	l.has_cmdline = b->cmdline && kernel_cmdline_parse(mem, b->cmdline, &l.running);
	l.has_boot_image = l.has_cmdline && kernel_cmdline_last(&l.running, "BOOT_IMAGE");
	if (is_container(b))
		return cannot("a container has no boot loader of its own");
	if (judge_owner(&l, &ret))
		return ret;
	if (b->loader_info) {
		info = arena_printf(mem, "LoaderInfo is %s", b->loader_info);
		if (loader_is(b, "systemd-boot"))
			return judge_systemd(&l, info);
		if (loader_is(b, "GRUB") && !b->stub_info)
			return judge_grub(&l, info);
		if (loader_is(b, "Limine"))
			return judge_limine(&l, info);
		if (!loader_is(b, "GRUB"))
			return cannot(arena_printf(mem, "LoaderInfo is %s, which passthru does not know", b->loader_info));
	}
	if (b->stub_info)
		return judge_uki(&l, arena_printf(mem, "StubInfo is %s", b->stub_info));
	return judge_installed(&l);
}

/* ---- what a person says ---- */

static bool has_files_of(const struct boot *b, enum boot_stack stack)
{
	static const struct {
		enum boot_stack stack;
		enum boot_mark mark;
	} rows[] = {
	    {STACK_NIXOS, MARK_NIXOS},
	    {STACK_RPM_OSTREE, MARK_RPM_OSTREE},
	    {STACK_OSTREE, MARK_OSTREE_REPO},
	    {STACK_OSTREE, MARK_OSTREE_BOOTED},
	    {STACK_PROXMOX_GRUB, MARK_PROXMOX_UUIDS},
	    {STACK_PROXMOX_SYSTEMD, MARK_PROXMOX_UUIDS},
	    {STACK_KERNELSTUB, MARK_KERNELSTUB_CONFIG},
	    {STACK_SDBOOTUTIL, MARK_SDBOOTUTIL},
	    {STACK_CLEAR_LINUX, MARK_CLR},
	    {STACK_REFIND, MARK_REFIND},
	    {STACK_RASPBERRY_PI, MARK_CMDLINE_TXT},
	    {STACK_RASPBERRY_PI, MARK_CMDLINE_TXT_OLD},
	    {STACK_FLASH_KERNEL, MARK_FLASH_KERNEL_DEFAULT},
	    {STACK_U_BOOT_MENU, MARK_U_BOOT},
	    {STACK_EXTLINUX, MARK_EXTLINUX},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].stack == stack && has(b, rows[i].mark))
			return true;
	return false;
}

bool judge_boot_loader_as(struct arena *mem, const struct boot *b, enum boot_stack stack, struct boot_loader *ret)
{
	struct look l = {.mem = mem, .b = b};
	const char *evidence = arena_printf(mem, "--loader %s", boot_stack_name(stack));

	if ((stack == STACK_GRUB || stack == STACK_GRUB_DEBIAN || stack == STACK_GRUB_BLS) &&
	    (has(b, MARK_GRUB_CFG) || has(b, MARK_GRUB2_CFG)))
		*ret = judge_grub(&l, evidence);
	else if (stack == STACK_KERNEL_INSTALL && b->managed_entry && has(b, MARK_KERNEL_INSTALL))
		*ret = found(stack, evidence);
	else if (stack == STACK_SYSTEMD_BOOT && b->loader_conf)
		*ret = found(stack, evidence);
	else if (stack == STACK_UKI && b->uki)
		*ret = judge_uki(&l, evidence);
	else if ((stack == STACK_LIMINE || stack == STACK_LIMINE_TOOL) && b->limine_conf)
		*ret = judge_limine(&l, evidence);
	else if (stack == STACK_RASPBERRY_PI && has_files_of(b, stack))
		*ret = judge_raspberry(&l, evidence);
	else if (has_files_of(b, stack) || (stack == STACK_UBUNTU_CORE && str_eq(b->os_id, "ubuntu-core")))
		*ret = found(stack, evidence);
	else
		return false;
	ret->is_said = true;
	/* GRUB here is of one kind, Limine too. */
	return ret->stack == stack;
}
