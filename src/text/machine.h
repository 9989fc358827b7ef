/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which PCI devices the definition of a virtual machine names, and what of the rest decides whether it starts with them:
 * as Proxmox, LXD and Incus write theirs, and the command lines of QEMU and Cloud Hypervisor (libvirt's XML:
 * sys/machine_xml.h). Only that is looked at; anything may stand around it. The texts are taken apart in place.
 */
#pragma once

#include "base/arena.h"
#include "model/memlock.h"
#include "model/pci_addr.h"

struct pci_function;

enum machine_device_kind {
	MACHINE_FUNCTION, /* addr */
	MACHINE_SLOT,	  /* all functions of addr's slot */
	MACHINE_MAPPING,  /* what Proxmox's mapping `name` leads to */
	MACHINE_GPU_IDS,  /* each display function of that vendor, and of that device unless it is 0 */
	MACHINE_GPU_CARD, /* the one of /sys/class/drm/card<number> */
	MACHINE_GPU_ANY,  /* whichever display function there is */
};

struct machine_device {
	enum machine_device_kind kind;
	struct pci_addr addr;
	const char *name;
	uint16_t vendor, device;
	unsigned number;

	/* How it is given */
	bool is_choice;	      /* one of several that may be taken, or it waits for the next start */
	bool is_part;	      /* LXD: a slice of it (mdev, mig, sriov) */
	bool is_pcie;	      /* Proxmox: pcie=1 */
	enum tri is_managed;  /* libvirt takes it from its driver */
	bool is_stub;	      /* libvirt gives it to another driver than VFIO's */
	bool has_place;	      /* the next three are known: where the guest sees it */
	bool is_on_root;      /* on the root bus, below no port */
	const char *guest_bus;
	unsigned guest_slot;
	unsigned option;      /* devices of one option of Cloud Hypervisor's have the same number, from 1 */
	unsigned segment;     /* of Cloud Hypervisor's */
};

enum machine_board { BOARD_UNKNOWN, BOARD_I440FX, BOARD_Q35, BOARD_OTHER };

/* {0} is one without a name that names nothing. */
struct machine {
	struct arena *mem;
	const char *name; /* NULL: the text does not say, the file's name does */
	struct machine_device *devices;
	size_t n_devices;
	bool is_unclear; /* it names something that is not understood */

	/* What else it says; unknown and 0 where it does not, or where the tool decides by itself. */
	enum machine_board board;
	uint64_t memory_bytes;
	bool is_huge;	       /* its memory is huge pages */
	uint64_t huge_kb;      /* of that size, 0: of the host's default one */
	bool has_viommu, is_intel_iommu, has_caching_mode;
	unsigned phys_bits;
	enum tri is_kvm_hidden;
	enum tri has_screen;   /* an emulated display adapter */
	enum tri is_windows;
	bool has_iommufd, has_mdev_iommufd; /* the latter: a mediated device is opened by it */
	bool is_started;       /* libvirt: what is read is the state of a machine that runs */
	const char *wrong_key; /* LXD: "address of gpu0", which is another type's key; NULL: none */
	const char *wrong_property; /* libvirt: "x-pci-device-id", whose value is text; NULL: none */
	bool is_p2p_off;       /* Cloud Hypervisor: vfio_p2p_dma=off */
	unsigned n_segments;   /* of Cloud Hypervisor's */
	bool has_weights;      /* which do not share the room alike */
};

enum machine_tool { TOOL_LIBVIRT, TOOL_PROXMOX, TOOL_LXD, TOOL_SESSION, TOOL_QEMU, TOOL_CLOUD_HYPERVISOR };

/* A machine of this host: one that is configured, or a process that holds VFIO (TOOL_QEMU and after). */
struct known_machine {
	struct machine m;
	enum machine_tool tool;
	const char *words; /* "libvirt machine win10", "qemu-system-x86_64 (process 812)" */
	const char *file;  /* as an absolute path */
	unsigned uid;	   /* of a process, as the next */
	struct memlock limit;
};

struct machines {
	struct known_machine *items;
	size_t n;
	const char *unread, *unread_file; /* why the command line of a process is not here; NULL: all were read */
};

/* No machine has so many; what stands behind them is not looked at, and is unclear. */
enum { MACHINE_DEVICES = 1024 };

/* false: there are MACHINE_DEVICES already. */
bool machine_add(struct machine *m, struct machine_device device);

/* "0000:01:00.0", or "0000:01:00" for the whole slot, domain 0 where there is none; false: neither, or as above. */
bool machine_add_address(struct machine *m, const char *text);

/* Does it mean that function? A mapping and a card's number must have been looked up before: they mean none. */
bool machine_device_means(const struct machine_device *d, const struct pci_function *f);

/* A word of QEMU's command line and the one before it, which names the option ("-device"; NULL: none): the host= and
 * sysfsdev= of vfio-pci. Is none understood, it is unclear. */
void machine_take_word(struct machine *m, const char *option, const char *word);

/* The same of a line of such words. */
void machine_parse_arguments(struct machine *m, const char *text);

/* The whole command line of a process, argv[0] too; ends with NULL. No more than MACHINE_WORDS are looked at. */
void machine_parse_qemu(struct machine *m, char *const *argv);
void machine_parse_cloud_hypervisor(struct machine *m, char *const *argv);
enum { MACHINE_WORDS = 4096 };

/* "pc-q35-8.2", "q35", "pc-i440fx-9.0", "pc", "virt". */
enum machine_board machine_board_of(const char *type);

/* "KiB", "k", "GB", "", …: how many bytes, in either case; false: no such unit. */
bool machine_unit(const char *unit, uint64_t *ret_bytes);

/* QEMU's configuration file (-readconfig), as LXD and Incus write it for a machine that runs. */
void machine_parse_qemu_conf(struct machine *m, char *text);

/* /etc/pve/qemu-server/VMID.conf: what stands above the first section, and what is pending. Snapshots are not looked
 * at. */
void machine_parse_proxmox(struct machine *m, char *text);

/* /etc/pve/mapping/pci.cfg: the devices that the mapping `id` has on a node (NULL: on any). */
void machine_parse_proxmox_mapping(struct machine *m, char *text, const char *id, const char *node);

/* /run/qemu-server/pci-id-reservations, "0000:01:00.0 100 pid:1234" a line: those of all machines; name is the VMID. */
void machine_parse_proxmox_reservations(struct machine *m, char *text);

/* backup.yaml of LXD and Incus. */
void machine_parse_lxd(struct machine *m, char *text);

/* ---- for the parsers ---- */

/* The next line, its newline cut; false: none is left. */
bool machine_line(char **rest, char **ret_line);

/* The next part up to one of the separators; NULL: none is left. */
char *machine_part(char **rest, const char *separators);

/* Without the blanks and tabs around it. */
char *machine_trim(char *text);
