/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which PCI devices the definition of a virtual machine names, as Proxmox, LXD and Incus write theirs, and QEMU's own
 * arguments (libvirt's XML: sys/machine_xml.h). Only that is looked at; anything may stand around it. The texts are
 * taken apart in place.
 */
#pragma once

#include "base/arena.h"
#include "model/pci_addr.h"

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
};

/* {0} is one without a name that names nothing. */
struct machine {
	struct arena *mem;
	const char *name; /* NULL: the text does not say, the file's name does */
	struct machine_device *devices;
	size_t n_devices;
	bool is_unclear; /* it names something that is not understood */
};

/* No machine has so many; what stands behind them is not looked at, and is unclear. */
enum { MACHINE_DEVICES = 1024 };

/* false: there are MACHINE_DEVICES already. */
bool machine_add(struct machine *m, struct machine_device device);

/* "0000:01:00.0", or "0000:01:00" for the whole slot, domain 0 where there is none; false: neither, or as above. */
bool machine_add_address(struct machine *m, const char *text);

/* Arguments of QEMU's, one or many: the host= and sysfsdev= of vfio-pci. Is none understood, it is unclear. */
void machine_parse_arguments(struct machine *m, const char *text);

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
