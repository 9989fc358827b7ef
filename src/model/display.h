/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What decides on which card the host draws, besides the uses of the functions: filled by sys/read_desktop. */
#pragma once

#include "base/base.h"
#include "model/host.h"
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

/*
 * Its choice as a setting (KIND_SETTING): the target is the command, its value the word behind that. suse-prime itself
 * switches when the user logs out, by a process that waits for it; what its service does at the next boot is set apart,
 * "last" being what was chosen last.
 */
#define PRIME_TARGET "prime-select"
#define PRIME_BOOT_TARGET "prime-select boot"
bool is_prime_target(const char *target);
bool is_prime_choice(const char *target, const char *word);

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
	const char *prime_boot;	  /* PRIME_SUSE: what the service makes of it at boot; NULL: there is no service, or it is off */
	struct desktop_session *sessions;
	size_t n_sessions;
	const char *board_vendor; /* by the firmware's table, NULL: not said */
	bool is_efi;
	enum tri has_setup; /* the firmware can be asked to show its setup at the next boot */
	const char **power; /* a function of the host, "suspended", "active"; NULL: not read */
};

/* How far what `display use` chose has come. */
enum display_stage {
	DISPLAY_NOT_CHOSEN,
	DISPLAY_NEEDS_REBOOT,
	DISPLAY_NEEDS_SERVER, /* the X server must start anew */
	DISPLAY_TAKEN,
	DISPLAY_NOT_TAKEN,
	DISPLAY_STAGES
};

struct display_progress {
	enum display_stage stage;
	struct pci_addr card;
	const char *command; /* of the owner's program that was run for it, "prime-select on-demand"; NULL: none */
	const char *text;    /* what came of it, and by what it is seen */
	const char **others; /* the other cards, a sentence each: driver, power, screen */
	size_t n_others;
	const char *next; /* what to do next */
};

const char *display_stage_name(enum display_stage s); /* "needs-reboot" */

/* A lit monitor shows it; where none is, what the text console or else the firmware draws on. h has the uses of AREA_DISPLAY. */
bool shows_picture(const struct host *h, int function);

/* Where the firmware of this vendor's boards chooses the primary display, and how the choices are called there; NULL: not
 * known of it. For people: menus differ from board to board. */
const char *firmware_display_setting(const char *board_vendor);
