/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A claim: the standing wish that a PCI function belongs to virtual machines. It is chosen by address once and from
 * then on held by identity, because addresses move: the ids say what it is, the port path where it sits. Kept as one
 * file each (text/claim_file.h); which function of a host it means is for judge/claims.h to say.
 */
#pragma once

#include "base/arena.h"
#include "base/base.h"
#include "model/host.h"
#include "model/pci_addr.h"
#include "model/port_path.h"

/* Where the files are, below the root; their names end so. */
#define CLAIMS_FOLDER "etc/passthru/claims.d"
#define CLAIM_SUFFIX ".conf"

enum {
	MOST_CLAIMS = 4096,
	LONGEST_VM_NAME = 64,
	LONGEST_CLAIM_TEXT = 512, /* of slot, serial and wish */
};

struct claim {
	/* What it is. */
	uint16_t vendor, device;
	uint16_t subvendor, subdevice; /* 0 and 0: none */
	uint32_t class_code;	       /* 0xBBSSPP */
	const char *serial;	       /* PCI Express serial number, NULL: it has none, or it could not be read */

	/* Where it sits. */
	struct port_path path;
	struct pci_addr addr; /* when it was claimed; for people, it decides nothing */
	const char *slot;     /* label of the physical slot, NULL: none; for people, too */

	/* What for. */
	struct port_path card; /* of the function whose card it was claimed with: they go together */
	const char *vm;	       /* NULL: none in particular */
	const char *allow;     /* guards that were overridden for this function, "display unknown"; NULL: none */
	enum server_type server_type; /* what the machine was said to be; SERVER_UNKNOWN: nothing was said */
	int64_t time_s;	       /* since 1970 */
	const char *wish;      /* the command as it was typed, for people */
	const char *by_id;     /* vfio-pci takes it by its ids, and these modules wait for that: "nouveau,nvidia", "none";
				* NULL: it is held by its path alone */
};

/* One that was read. */
struct saved_claim {
	struct claim claim;
	const char *name; /* of the file, without the suffix */
	const char *file; /* absolute path */
	const char *text; /* what is in it, byte for byte */
	bool is_plain;	  /* root's, mode 0644: as passthru writes it */
};

/* A file that cannot be believed or read. */
struct claim_trouble {
	const char *file;
	const char *text; /* why */
	bool is_unread;	  /* there may be a good claim in it */
};

struct claims {
	struct saved_claim *items; /* by file name */
	size_t n;
	struct claim_trouble *troubles;
	size_t n_troubles;
};

/* The same ids on both: vendor, device, subsystem, class. */
bool claim_fits_ids(const struct claim *c, const struct pci_function *f);

/* A virtual machine's name as it may stand in a claim: letters, digits and "_.:+-", first a letter or digit, at most
 * LONGEST_VM_NAME (libvirt and Proxmox stop there too). */
bool is_vm_name(const char *name);

/* "0000-00-01.0-00.0": what a claim of this path is called, and its file without the suffix. */
const char *claim_name(struct arena *mem, const struct port_path *path);

/* "/etc/passthru/claims.d/NAME.conf" */
const char *claim_file(struct arena *mem, const char *name);

/* May a file of this absolute path hold a claim? [a-z0-9.-] and the suffix, directly in the folder. */
bool is_claim_file(const char *path);
