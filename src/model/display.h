/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What decides on which card the host draws, besides the uses of the functions: filled by sys/read_desktop. */
#pragma once

#include "base/base.h"
#include "model/pci_addr.h"

/* A section of Xorg's configuration that names a graphics card: Device, or OutputClass (text/xorg_conf.h). */
struct xorg_device {
	const char *file;
	unsigned line;
	bool is_class;		/* OutputClass: of all cards of a driver */
	const char *identifier; /* NULL: none */
	const char *driver;	/* NULL: the server chooses */
	const char *bus_id;	/* as written, NULL: none */
	bool has_addr;		/* it is understood */
	struct pci_addr addr;
	bool is_primary;	/* Option "PrimaryGPU" */
};

struct unread_file {
	const char *file, *text; /* why */
};

struct xorg_conf {
	struct xorg_device *items; /* in the order the server reads them */
	size_t n;
	struct unread_file *unread;
	size_t n_unread;
};

/* The program that chooses between a laptop's two cards. */
enum prime_tool {
	PRIME_NONE,
	PRIME_UBUNTU, /* nvidia-prime: nvidia, intel, on-demand */
	PRIME_SUSE,   /* suse-prime: nvidia, intel, amd, … */
};

/* A session of logind that has, or may have, a picture. */
struct desktop_session {
	const char *id, *type, *class_word, *seat; /* "3", "wayland", "user", "seat0"; NULL: not said */
	bool is_active;
};

struct desktop {
	struct xorg_conf xorg;
	enum prime_tool prime;
	const char *prime_choice; /* "on-demand"; NULL: not known */
	const char *prime_file;	  /* which says it */
	struct desktop_session *sessions;
	size_t n_sessions;
	const char *board_vendor; /* by the firmware's table, NULL: not said */
	bool is_efi;
};

/* Where the firmware of this vendor's boards chooses the primary display, and how the choices are called there; NULL: not
 * known of it. For people: menus differ from board to board. */
const char *firmware_display_setting(const char *board_vendor);
