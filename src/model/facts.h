/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Single facts of a host that the checks ask and nothing else reads: a file and what stands in it. "It is not there" is
 * known only where the folder it belongs to was seen, so that a recorded host, or a pasted one, that merely left a file
 * out says "unknown" and never "no". Filled by sys/read_facts.
 */
#pragma once

#include "base/base.h"
#include "model/memlock.h"
#include "model/pci_config.h"

struct fact {
	const char *file;   /* as an absolute path */
	const char *text;   /* without its last newline; NULL: it is not there, or cannot be read, or is no text */
	enum tri is_there;
};

enum fact_id {
	FACT_KVM,
	FACT_SYS_VENDOR,
	FACT_PRODUCT,
	FACT_BOARD_VENDOR,
	FACT_BOARD_NAME,
	FACT_LOCKDOWN,
	FACT_NOIOMMU_MODE,
	FACT_DMA_ENTRY_LIMIT,
	FACT_TYPE1,	      /* the module is loaded, or built in */
	FACT_UNSAFE,
	FACT_VFIO_PCI,	      /* the driver is registered */
	FACT_DISABLE_DENYLIST,
	FACT_VENDOR_RESET,
	FACT_NVIDIA_MODESET,
	FACT_IGNORE_MSRS,
	FACT_IOMMUFD,
	FACT_DMAR_CAP,	      /* hexadecimal, without 0x */
	FACT_DMAR_ECAP,
	FACT_ASUS_DGPU,
	FACT_BBSWITCH,
	FACT_LIBVIRT,	      /* what is installed */
	FACT_PROXMOX,
	FACT_LIBVIRT_HOOK,
	FACT_RESERVATIONS,    /* "0000:01:00.0 101 pid:812", a line each (Proxmox) */
	FACT_MEMINFO,
	FACT_HUGE_2M_FREE, FACT_HUGE_2M_RESERVED, FACT_HUGE_1G_FREE, FACT_HUGE_1G_RESERVED,
	FACT_POWER_STATE,     /* "freeze mem disk" */
	FACT_NVIDIA,	      /* its driver is loaded */
	FACT_NVIDIA_SMI,
	FACT_VFIO,	      /* the module is loaded, or built in */
	FACT_IDLE_D3,	      /* the switches that vfio-pci looks at once, when it is loaded */
	FACT_NOINTXMASK,
	FACT_NODES,	      /* of NUMA: "0-1" */
	FACT_NVIDIA_VGPU,
	FACT_CLOUD_HYPERVISOR,
	FACT_CLOUD_HYPERVISOR_LOCAL,
	FACTS
};

enum device_fact_id {
	DEVICE_RESOURCE,      /* "start end flags", a line a region, in 0x… */
	DEVICE_POWER_STATE,
	DEVICE_RESET_METHOD,
	DEVICE_RESET,
	DEVICE_REMOVABLE,
	DEVICE_TOTAL_VFS,
	DEVICE_AER_FATAL,
	DEVICE_AER_CORRECTABLE,
	DEVICE_REVISION,
	DEVICE_REGIONS,	      /* reserved_regions of its group */
	DEVICE_IRQ,	      /* of its line, or its first message; 0: none */
	DEVICE_RUNTIME,	      /* "suspended" */
	DEVICE_AUTOPROBE,     /* of the function that it is a virtual one of: 1, new ones are given to drivers of the host */
	DEVICE_MDEV,	      /* the folder of types of mediated devices */
	DEVICE_VGPU_TYPE,     /* of a virtual function of NVIDIA's: 0, none was chosen */
	DEVICE_FACTS
};

/* A line that a check wants to see, out of files that hold many others. */
enum fact_line_kind {
	LINE_DRACUT_DRIVERS, /* add_drivers+= or force_drivers+= of dracut.conf.d */
	LINE_UDEV_OVERRIDE,  /* a rule that sets driver_override */
	LINE_VIRQFD,	     /* a list of modules that names vfio_virqfd */
	LINE_IGNORED_FILE,   /* a file of /etc/modprobe.d that modprobe passes over; text: the line that was meant */
	LINE_FRAMEBUFFER,    /* of /proc/iomem: the firmware's picture */
	LINE_INTX,	     /* of /proc/interrupts: a line that VFIO hands to a guest, "… vfio-intx(0000:01:00.0)" */
	LINE_KINDS
};
struct fact_line {
	enum fact_line_kind kind;
	const char *file;
	unsigned number; /* from 1 */
	const char *text;
	uint64_t start, end; /* of LINE_FRAMEBUFFER */
};

/* Lines of DEVICE_RESOURCE. */
enum { REGION_ROM = 6, REGION_VF = 7, REGIONS = 13 };

struct device_facts {
	struct fact facts[DEVICE_FACTS];
	enum tri is_gone; /* its configuration space reads all ones */
	int physfn;	  /* the function it is a virtual one of, index into host.functions; -1: none */
	enum tri has_variant;
	const char *variant; /* the VFIO driver that fits it best, other than vfio-pci; NULL unless it has one */
	enum tri is_builtin; /* its driver is part of the kernel */
	const char *early_file; /* that has its driver loaded in the early image; NULL: none that we know */
	unsigned early_line;
	struct pci_abilities abilities;
	struct fact handlers;	/* of DEVICE_IRQ: who gets it, comma-separated */
	struct fact sizes[REGION_ROM]; /* of its regions: bit n, it can have 2^n MiB; in hexadecimal */
	const char *cdev;	/* "vfio3": its own node of VFIO, below /dev/vfio/devices; NULL: none */
	enum tri has_cdev_node;
};

struct facts {
	struct fact facts[FACTS];
	const char *cpu_flags, *cpu_sizes; /* of the first processor, NULL: not said */
	enum tri has_lines[LINE_KINDS];	   /* could they be looked for? */
	struct fact_line *lines;
	size_t n_lines;
	bool is_iomem_masked;		   /* /proc/iomem without root: all addresses are 0 */
	enum tri is_vfio_installed, is_type1_installed; /* vfio-pci, vfio_iommu_type1 for the running kernel, built in counts */
	enum tri has_acs_override;	   /* the kernel has the patch; asked only where the word is there */
	enum tri is_sleep_masked;	   /* systemd's sleep.target: the host never sleeps by it */
	enum tri is_lto;		   /* built by clang with LTO; asked only where initcall_blacklist is there */
	const char *config_file;	   /* the kernel's configuration that says so, NULL: none */
	enum tri has_early_vfio;	   /* the early image's own settings name vfio-pci */
	enum tri is_image_stale;	   /* what it is made from was changed after it */
	const char *image_file, *changed_file; /* the running kernel's; what was changed last of what is in it; NULL: none */
	enum tri has_overrides;		   /* every function that VFIO has says whether it was chosen by driver_override */
	enum tri is_root;		   /* of who asks */
	unsigned uid;
	const unsigned *groups;
	size_t n_groups;
	struct memlock memlock;
	const char *dmar_table;	    /* file, NULL: cannot be read */
	bool has_dmar_flags;
	unsigned dmar_flags;	    /* 1: interrupts can be remapped, 2: x2APIC is to be left alone */
	struct device_facts *devices; /* one a function of the host, those that were not asked for all unknown */
	size_t n_devices;
};

/* What is said of a host of which nothing was read. */
const struct fact *fact_of(const struct facts *f, enum fact_id id);

/* NULL: nothing was read of that function. */
const struct device_facts *facts_of_device(const struct facts *f, int function);

/* "/sys/module/kvm/parameters/ignore_msrs" without the slash, and the folder that shows whether it would be there. */
struct fact_place {
	const char *path, *witness;
};
extern const struct fact_place fact_places[FACTS];
extern const struct fact_place device_fact_places[DEVICE_FACTS]; /* in the function's folder; the witness too */

/* One region of DEVICE_RESOURCE; false: it has no such line. */
struct region {
	uint64_t start, end, flags;
};
bool region_of(const struct device_facts *d, unsigned number, struct region *ret);

/* include/linux/ioport.h */
enum { REGION_IO = 0x100, REGION_MEMORY = 0x200, REGION_ROM_SHADOW = 0x2 };
