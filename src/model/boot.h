/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a host boots: what lies on its disks and in its firmware that tells the loader, the kernel's words as they are
 * configured, generated and running, and what became of the IOMMU. Filled by sys/read_boot, judged by judge/boot.
 */
#pragma once

#include "base/arena.h"
#include "base/base.h"
#include "model/boots.h"

/* Who has the say over the kernel's words. */
enum boot_stack {
	STACK_UNKNOWN,
	STACK_NIXOS,
	STACK_UBUNTU_CORE,
	STACK_RPM_OSTREE,
	STACK_OSTREE,		  /* ostree without rpm-ostree: bootc images, Endless */
	STACK_PROXMOX_GRUB,	  /* proxmox-boot-tool copies what GRUB reads */
	STACK_PROXMOX_SYSTEMD,
	STACK_KERNELSTUB,	  /* Pop!_OS */
	STACK_SDBOOTUTIL,	  /* openSUSE with loader entries */
	STACK_CLEAR_LINUX,
	STACK_GRUB_DEBIAN,	  /* with /etc/default/grub.d */
	STACK_GRUB_BLS,		  /* loader entries, and grubby */
	STACK_GRUB,
	STACK_KERNEL_INSTALL,	  /* systemd-boot, entries made by kernel-install */
	STACK_SYSTEMD_BOOT,	  /* systemd-boot, entries made by hand */
	STACK_UKI,		  /* unified kernel images */
	STACK_LIMINE_TOOL,	  /* limine-entry-tool writes limine.conf */
	STACK_LIMINE,
	STACK_REFIND,
	STACK_RASPBERRY_PI,
	STACK_FLASH_KERNEL,
	STACK_U_BOOT_MENU,
	STACK_EXTLINUX,
	BOOT_STACKS
};

/* What passthru can do about words there. */
enum boot_tier {
	TIER_NONE,    /* nothing: the loader is not known */
	TIER_WRITTEN, /* by passthru */
	TIER_TOOL,    /* by the program that owns them */
	TIER_PRINTED, /* file and line are told */
	BOOT_TIERS
};

/* Files and folders whose being there says something. */
enum boot_mark {
	MARK_NIXOS,
	MARK_OSTREE_BOOTED,
	MARK_OSTREE_REPO,
	MARK_RPM_OSTREE,
	MARK_PROXMOX_UUIDS,
	MARK_KERNELSTUB_CONFIG,
	MARK_KERNELSTUB,
	MARK_SDBOOTUTIL,
	MARK_CLR,
	MARK_GRUB_CFG,
	MARK_GRUB2_CFG,
	MARK_GRUB_DEFAULT,
	MARK_GRUB_D,
	MARK_GRUBBY,
	MARK_BLS,
	MARK_LIMINE_TOOL,
	MARK_REFIND,
	MARK_CMDLINE_TXT,
	MARK_CMDLINE_TXT_OLD,
	MARK_FLASH_KERNEL,
	MARK_FLASH_KERNEL_DEFAULT,
	MARK_EXTLINUX,
	MARK_U_BOOT,
	MARK_KERNEL_CMDLINE,
	MARK_KERNEL_INSTALL,
	MARK_CONTAINER,
	MARK_CONTAINER_DOCKER,
	MARK_CONTAINER_PODMAN,
	/* the early image */
	MARK_HOOK_INITRAMFS_TOOLS,
	MARK_HOOK_DRACUT,
	MARK_MKINITRAMFS,
	MARK_DRACUT,
	MARK_MKINITCPIO,
	MARK_BOOSTER,
	MARK_INITRAMFS_ENTRIES, /* each new early image makes the loader entry anew */
	BOOT_MARKS
};

/* "etc/NIXOS": relative to the root. Each has two places at most, the second may be NULL. */
extern const char *const boot_mark_paths[BOOT_MARKS][2];

const char *boot_stack_name(enum boot_stack s); /* "grub-debian" */
bool boot_stack_parse(const char *name, enum boot_stack *ret); /* false: none is called so */
const char *boot_tier_name(enum boot_tier t);	/* "written" */

/* One of the three answers: the words, and which file says so. */
struct boot_words {
	const char *file;   /* NULL: there is none */
	unsigned line;	    /* 0: of no matter */
	const char *entry;  /* of the loader: title or id, NULL: the file has none */
	const char *text;   /* as the kernel would get them; NULL: it cannot be told */
	const char *reason; /* why, where text is NULL */
	bool is_partial;    /* root= and the like are added when it is generated */
};

/* What was seen beside the words; judge/boot makes sentences of them. */
enum boot_remark_kind {
	REMARK_ASSIGNMENT_LOST, /* file assigns what other (an earlier file) had set */
	REMARK_GRUB_D_IGNORED,	/* file lies in a folder that grub-mkconfig here does not read */
	REMARK_MORE_OPTIONS,	/* file has several options lines, of which GRUB reads the first */
	REMARK_NO_KERNEL_CMDLINE, /* no /etc/kernel/cmdline: made with our words alone it would drop root= */
	REMARK_UNUSED_FILE,	/* file has words that matter, and the loader does not read it */
	REMARK_NO_ENTRY_RUNS,	/* no entry of file starts the kernel that runs */
	REMARK_ESP_NOT_MOUNTED,
	REMARK_SEVERAL_LINES,	/* file must be one line, and is not */
	REMARK_ADDON,		/* file, an addon of systemd-stub, adds words */
	BOOT_REMARKS
};
struct boot_remark {
	enum boot_remark_kind kind;
	const char *file, *other;
};

struct iommu_unit {
	const char *name; /* of /sys/class/iommu: "dmar0", "ivhd0" */
};

struct iommu_type {
	const char *type; /* "DMA-FQ"; "unknown" where it cannot be read */
	size_t n_groups;
};

struct boot_iommu {
	enum tri has_list;	/* /sys/kernel/iommu_groups can be read */
	size_t n_groups, n_noiommu;
	struct iommu_type *types;
	size_t n_types;
	struct iommu_unit *units;
	size_t n_units;
	enum tri has_units;	/* /sys/class/iommu can be read */
	const char *acpi_table; /* "DMAR", "IVRS", "IORT", "VIOT"; NULL: none */
	enum tri has_tables;	/* /sys/firmware/acpi/tables can be read */
	enum tri is_xen, is_guest; /* below Xen; in a virtual machine */
	const char *cpu_vendor; /* "GenuineIntel"; NULL: not said */
	bool is_arm;
	enum tri is_remapped;	/* an interrupt controller's name begins with "IR-" */
	enum tri is_unsafe_allowed; /* vfio_iommu_type1's allow_unsafe_interrupts; UNKNOWN: not loaded */
	enum tri is_intel_default_on; /* by the kernel's configuration */
};

struct boot {
	enum tri marks[BOOT_MARKS];
	enum tri is_efi;
	enum tri has_variables; /* of EFI, and can be read */
	const char *loader_info, *stub_info;	/* LoaderInfo, StubInfo; NULL: not set */
	const char *selected_entry, *default_entry, *one_shot_entry; /* LoaderEntrySelected, …Default, …OneShot */
	const char *os_id, *os_like;		/* of os-release, NULL: not said */
	const char *loader_type;		/* LOADER_TYPE of /etc/sysconfig/bootloader */
	const char *kernel_release;
	const char *entry_token, *machine_id;
	const char *cmdline;			/* that runs; NULL: cannot be read */
	enum tri reads_grub_d;			/* does grub-mkconfig read /etc/default/grub.d? */
	enum tri has_blscfg;			/* grub.cfg reads loader entries */
	const char *loader_conf, *limine_conf;	/* which of the places has it, NULL: none */
	const char *managed_entry;		/* an entry that kernel-install made, NULL: none */
	const char *entries_folder;		/* the first with loader entries, "boot/loader/entries"; NULL: none */
	const char *uki;			/* an image in EFI/Linux, NULL: none */
	const char **preset_ukis;		/* images that presets of mkinitcpio name */
	size_t n_preset_ukis;
	bool has_preset_cmdline;		/* a preset brings words of its own */
	enum tri is_secure;			/* Secure Boot is on */
	bool is_boot_hidden;			/* part of /boot cannot be read without root */
	bool is_transactional;			/* transactional-update: the root cannot be written */

	/* read_boot_words */
	struct boot_words configured, generated, running_entry;
	size_t n_entries;
	struct boot_remark *remarks;
	size_t n_remarks;

	struct boot_iommu iommu;

	/* flow_boot_status */
	bool knows_boots; /* boots with claims are counted, and root may see it: */
	struct boots boots;
};

void boot_remark(struct arena *mem, struct boot *b, enum boot_remark_kind kind, const char *file, const char *other);

/* ---- what judge/boot answers ---- */

struct boot_loader {
	enum boot_stack stack;
	const char *evidence; /* what showed it; NULL where the stack is not known */
	const char *reason;   /* why it cannot be told; NULL: it can */
	enum boot_tier tier;  /* how passthru would change words here */
	const char *file;     /* where they go; NULL: into none */
	bool is_said;	      /* by a person: --loader */
	const char *apply;    /* what carries them into effect; NULL: a reboot alone */
};

/* A word that is on one side only. */
struct boot_change {
	const char *word;
	bool is_now, is_then; /* in what runs; in what comes */
	bool matters;	      /* for handing devices over */
};

enum iommu_state {
	IOMMU_UNKNOWN,
	IOMMU_IN_USE,
	IOMMU_NOIOMMU,	  /* vfio's no-IOMMU mode alone: it isolates nothing */
	IOMMU_XEN,	  /* the hypervisor has it */
	IOMMU_GUEST,	  /* a virtual machine without a virtual one */
	IOMMU_OFF_INTEL,  /* not switched on in the firmware */
	IOMMU_OFF_AMD,
	IOMMU_NO_SMMU,
	IOMMU_SWITCHED_OFF, /* by a word */
	IOMMU_NOT_ENABLED,  /* Intel: this kernel wants intel_iommu=on */
	IOMMU_NOT_BOOTED,   /* the same, and the word waits for a reboot */
	IOMMU_STATES
};
const char *iommu_state_name(enum iommu_state s); /* the id of the finding: "iommu-firmware-off-intel" */

struct boot_note {
	const char *id, *text;
};

struct boot_answer {
	struct boot_loader loader;
	enum iommu_state iommu;
	const char *iommu_text;
	const char *initramfs, *initramfs_evidence; /* "dracut"; NULL: cannot be told, then the evidence says why */
	bool can_compare;		/* changes are known */
	struct boot_change *changes;	/* what runs against what the loader has */
	size_t n_changes;
	bool can_compare_configured;
	struct boot_change *pending;	/* what the loader has against what is configured; only words that matter, or that
					 * are configured and not generated */
	size_t n_pending;
	struct boot_note *notes;
	size_t n_notes;
};
