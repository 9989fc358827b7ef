/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host as it was read: PCI functions, IOMMU groups, kernel modules. Values only; filled by
 * sys/read_host, never changed afterwards. What was not asked for or could not be read says so.
 */
#pragma once

#include "base/arena.h"
#include "base/base.h"
#include "model/pci_addr.h"
#include "model/use.h"

enum {
	GROUP_NONE = -1,    /* the function is in no IOMMU group */
	GROUP_UNKNOWN = -2, /* nothing on this host says whether it is */
	PARENT_NONE = -1,   /* the function sits on a root bus */
	PARENT_UNKNOWN = -2,
};

/* What is read of a function only where it is shown; text as the kernel prints it. */
enum attribute {
	ATTR_SLOT,	      /* label of the physical slot (/sys/bus/pci/slots) */
	ATTR_REVISION,	      /* two hex digits */
	ATTR_NUMA_NODE,
	ATTR_BOOT_VGA,	      /* 1: the firmware's console */
	ATTR_DRIVER_OVERRIDE,
	ATTR_RESET_METHOD,    /* blank-separated, in the order of use */
	ATTR_LINK_SPEED,
	ATTR_LINK_WIDTH,
	ATTR_MAX_LINK_SPEED,
	ATTR_MAX_LINK_WIDTH,
	ATTR_MODULES,	      /* modules whose alias fits, comma-separated */
	ATTR_VFS,	      /* how many virtual functions it has now */
	ATTR_SLOT_BELOW,      /* of a port: label of the physical slot that it leads to; with FACET_CONFIG */
	ATTR_SERIAL,	      /* PCI Express device serial number; its reading needs root */
	ATTRIBUTES
};

struct pci_config;
struct port_path;

struct pci_function {
	struct pci_addr addr;
	char name[PCI_ADDR_TEXT]; /* the address as sysfs spells it */

	bool has_class, has_ids;
	uint32_t class_code; /* 0xBBSSPP: base class, sub class, programming interface */
	uint16_t vendor, device;
	uint16_t subvendor, subdevice; /* 0 and 0: none */
	bool is_subsystem_unread;      /* or not known */
	bool is_device_unread;	       /* with has_ids: whose it is is known, not what (a listing without numbers) */

	enum tri has_driver;
	const char *driver; /* NULL unless has_driver is TRI_YES */

	int group;	       /* number, GROUP_NONE or GROUP_UNKNOWN */
	const char *vfio_node; /* name under /dev/vfio, "28" or "noiommu-0"; NULL: there is none */
	const char *description; /* "VGA compatible controller: NVIDIA Corporation …", NULL: not asked */
	const char *trouble;	 /* why part of it could not be read, NULL: all well */

	/* FACET_TOPOLOGY */
	int parent;		/* index of the bridge above in host.functions, or PARENT_… */
	enum tri is_vf;		/* an SR-IOV virtual function (it has a physfn link) */
	const int *linked;	/* indices of functions tied to it by a device link (consumer:pci:, supplier:pci:) */
	size_t n_linked;

	/* FACET_PATH */
	const struct port_path *path; /* where it sits (model/port_path.h), NULL: not known, or not asked */
	const char *claim; /* flow_mark_claims: "yes", or the VM that a saved claim names; NULL: none, or not asked */

	/* FACET_CONFIG, of bridges */
	const struct pci_config *config; /* model/pci_config.h; NULL: it is off, or not asked */

	/* Those asked for; NULL: none was, a member NULL: absent, or it cannot be read. */
	const char **attributes;

	/* read_vfio_driver */
	const char *vfio_driver; /* the VFIO driver that fits it best, NULL: vfio-pci */

	/* FACET_OVERRIDE */
	const char *driver_override; /* NULL: none, or not asked */
	bool is_busy; /* a write of ours is still stuck in the kernel: nothing that takes its lock was read */
};

/* A member of an IOMMU group that is no PCI function (arm64: platform devices). */
struct group_other {
	const char *name;
	enum tri has_driver;
	const char *driver;
};

struct iommu_group {
	int number;
	const int *functions; /* indices into host.functions, by address */
	size_t n_functions;
	const struct group_other *others;
	size_t n_others;
	bool is_noiommu; /* vfio's no-IOMMU mode made it: it isolates nothing */
	bool may_lack_members; /* of a listing that lost lines, or shows a choice of them; or a function whose group nothing says may be in it */
	enum tri has_direct_region; /* reserved_regions names a "direct" one: firmware insists on a 1:1 mapping */
};

struct kernel_module {
	const char *name;
	bool is_loaded; /* built in counts as loaded */
	bool exists;	/* modprobe could load it */
};

/* Unit of systemd: is it active? (model/unit.h says how a target is spelled) */
struct unit_fact {
	const char *target;
	bool is_active;
};

/* A module that others are built on: they go before it, in this order, and come back in the inverse one. */
struct module_stack {
	const char *driver;
	const char *module;
	const char **dependants;
	size_t n_dependants;
	bool holds_all; /* the dependants keep every function of the driver in use (nvidia_drm with modeset) */
};

/* Something that text consoles are drawn by ("vtcon1", the frame buffer kind). */
struct text_console {
	const char *name;
	bool is_bound;
};

/* fbN: on a PCI function, or on the platform device of the firmware's picture ("efi-framebuffer.0"). */
struct framebuffer {
	const char *name;
	int function;	      /* index into host.functions, -1: none */
	const char *platform; /* name of the platform device, NULL: it is none */
};

struct holders;

/* Who may open a node of a group. */
struct node_access {
	const char *node; /* "/dev/vfio/5" */
	const char *text; /* model/access.h */
};

struct host {
	struct pci_function *functions; /* by address */
	size_t n_functions;

	/* Does the IOMMU isolate PCI functions here? TRI_NO: /sys/kernel/iommu_groups is there and
	 * empty; TRI_UNKNOWN: it is not there to be asked. */
	enum tri has_groups;

	unsigned kernel_major, kernel_minor; /* 0.0: unknown */

	/* FACET_GROUPS */
	struct iommu_group *groups; /* by number */
	size_t n_groups;

	/* FACET_MODULES: what vfio-pci needs, in the order of loading */
	struct kernel_module *modules;
	size_t n_modules;

	/* read_uses: what the host does with its functions, and what of it could not be seen */
	const struct use *uses;
	size_t n_uses;
	const struct blind_spot *blind;
	size_t n_blind;
	unsigned seen_areas; /* bits 1 << AREA_…: those that were read */
	enum server_type server_type;
	const char *server_evidence; /* what showed it, NULL: nothing */

	/* sys/read_access, where a user is to open the nodes */
	const struct node_access *accesses; /* of the nodes that are there */
	size_t n_accesses;
	enum tri has_irq_remapping; /* TRI_UNKNOWN: nothing says it, or not asked */

	/* sys/read_freeing: what must let go before a function can, NULL and empty: not asked */
	const struct holders *holders;
	const struct unit_fact *units;
	size_t n_units;
	const char *display_manager; /* "gdm.service" when it is active, else NULL */
	const struct module_stack *stacks;
	size_t n_stacks;
	const struct text_console *consoles;
	size_t n_consoles;
	const struct framebuffer *framebuffers;
	size_t n_framebuffers;
};

/* Which functions are wanted; {0} takes all. */
struct function_filter {
	unsigned class_value, class_mask; /* (class_code & mask) == value; mask 0: any */
	const char *driver;		  /* NULL: any; "none": without one */
	bool has_group;
	int group;
	bool has_vendor;
	uint16_t vendor;
};

/* "gpu", "audio", "network", "storage", "usb", "bridge", …, or two, four or six hex digits; false: no such class. */
bool function_filter_class(const char *word, struct function_filter *ret);
extern const char function_filter_class_words[]; /* those words, for help and completion */

/* Leaves out the functions that do not match; bridges above those that do stay, where parents are known. Groups, links
 * and uses are lost. */
void host_filter(struct host *h, struct arena *mem, const struct function_filter *filter);

/* NULL: there is none. */
const struct pci_function *host_find(const struct host *h, struct pci_addr addr);
const struct iommu_group *host_group(const struct host *h, int number);

/* Position of f in h->functions. */
int host_index(const struct host *h, const struct pci_function *f);

/* A bridge that stays with the host: host bridge, PCI-to-PCI, CardBus, semi-transparent (classes 0600,
 * 0604, 0607, 0609; PCI code and ID assignment specification). NVIDIA's NVSwitch (0680) and ISA
 * bridges (0601) have a type 0 header and need a driver as any endpoint: no bridges here. */
bool function_is_bridge(const struct pci_function *f);

/* Base class 03. */
bool function_is_display(const struct pci_function *f);

/* The areas of uses that can matter for a function (bits 1 << AREA_…), by its class: no disk hangs below a graphics
 * card. */
unsigned use_areas_of(const struct pci_function *f);

/* Base class and sub class, "0300". */
unsigned function_class(const struct pci_function *f);
