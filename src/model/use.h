/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the host does with a PCI function: the facts that the guards judge. Read by sys/read_uses; one row
 * for each mount, route, connector … and each function it hangs on.
 */
#pragma once

#include "base/base.h"

/* Where facts come from; each is readable or not by itself. */
enum use_area {
	AREA_STORAGE,
	AREA_NETWORK,
	AREA_DISPLAY,
	AREA_INPUT,
	AREA_MACHINES, /* definitions of virtual machines */
	AREAS
};

enum use_kind {
	/* AREA_STORAGE */
	USE_SYSTEM_DISK, /* /, /boot, /usr, /var, swap or the resume device is on it: it never goes */
	USE_MOUNT,	 /* a file system is mounted from it elsewhere */
	USE_DISK_CLAIM,	 /* dm, LVM, md, bcache, btrfs, ZFS or an exclusive open has it */
	USE_SIGNATURE,	 /* nobody uses it, but it carries something known: a file system, a RAID member, … */
	/* AREA_NETWORK */
	USE_ROUTE,	 /* a default route leads through it */
	USE_SESSION,	 /* the session this is typed in comes through it */
	USE_NET_STORAGE, /* NFS, iSCSI, NVMe over TCP, NBD … are reached through it */
	/* AREA_DISPLAY */
	USE_BOOT_DISPLAY, /* the firmware's console (boot_vga) */
	USE_CONNECTOR,	  /* a monitor is connected and lit */
	USE_CONSOLE,	  /* a text console is drawn on it */
	/* AREA_INPUT */
	USE_KEYBOARD, /* a keyboard hangs on it */
	/* AREA_MACHINES */
	USE_MACHINE, /* a definition of libvirt, LXD/Incus or Proxmox names it */
	USES
};

struct use {
	enum use_kind kind;
	int function;	      /* index into host.functions; -1: none of PCI (a keyboard on PS/2) */
	const char *subject;  /* "/home on nvme1n1p2", "eth0", "card0-HDMI-A-1", "libvirt machine win11" */
	const char *evidence; /* the file that shows it, as an absolute path */
};

/* An area, or a part of it, that could not be seen: unknown is not unused. */
struct blind_spot {
	enum use_area area;
	const char *reason; /* "run as root to see it" */
	const char *evidence;
};

/* What kind of machine this is, as far as its display is concerned. */
enum server_type {
	SERVER_UNKNOWN,
	SERVER_DESKTOP,	 /* somebody sits in front of it */
	SERVER_LAPTOP,
	SERVER_HEADLESS, /* nobody does */
	SERVER_TYPES
};

enum use_area use_area(enum use_kind k);
const char *use_kind_name(enum use_kind k); /* "mount" */
const char *use_area_name(enum use_area a);
const char *server_type_name(enum server_type t); /* "desktop", … */

/* "desktop", "laptop", "headless"; false: anything else. */
bool server_type_parse(const char *name, enum server_type *ret);
