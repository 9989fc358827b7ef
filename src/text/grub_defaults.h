/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GRUB's files: /etc/default/grub with the drop-ins of Debian's grub-mkconfig (GRUB 2.06, util/grub-mkconfig.in), the
 * grub.cfg that is made of it, and grubenv.
 */
#pragma once

#include "base/arena.h"
#include "base/base.h"
#include "text/shell_vars.h"

enum {
	GRUB_CFG_BYTES = 1024 * 1024,
	GRUB_ENTRIES = 512,
};

/* The words that a new grub.cfg gets beside root=. */
struct grub_words {
	const char *text;   /* $GRUB_CMDLINE_LINUX $GRUB_CMDLINE_LINUX_DEFAULT as 10_linux puts them; NULL: cannot be told */
	const char *file;   /* of the assignment that counts: DEFAULT's, else the other one; of the trouble where there is any */
	unsigned line;	    /* 0: neither is assigned */
	const char *reason; /* why it cannot be told */
};
struct grub_words grub_defaults_words(struct arena *mem, const struct shell_vars *v);

/* An entry that loads a kernel. */
struct grub_entry {
	const char *title, *id;	 /* id: "", where it has none */
	const char *menu;	 /* "1\n2": where it stands, counted from 0, a line each submenu */
	const char *menu_titles; /* the same by titles, "Advanced options\nDebian, with 6.1" */
	const char *menu_ids;	 /* and by ids, "?" where there is none */
	const char *kernel;	 /* "/boot/vmlinuz-6.1.0-18-amd64" */
	const char *words;	 /* what follows on the line; variables stay as they are */
	unsigned line;
};

struct grub_cfg {
	struct grub_entry *entries; /* linux, linux16, linuxefi, module2 of Xen's; in their order */
	size_t n_entries;
	bool has_blscfg;		/* the entries stand in loader/entries */
	const char *default_entry;	/* of the last plain "set default=", NULL: none */
	bool is_saved;			/* it is what grubenv has saved */
};

/* false: it is too long. Nothing of it is run: both sides of an `if` count. */
bool grub_cfg_parse(struct arena *mem, const char *text, struct grub_cfg *ret);

/* The entry that a value of `default` means: number, title or id, with ">" into submenus; of a submenu the first.
 * NULL: there is none. */
const struct grub_entry *grub_cfg_find(struct arena *mem, const struct grub_cfg *c, const char *value);

/* A value of grubenv ("# GRUB Environment Block", NAME=VALUE lines, filled up with #); NULL: not set, or empty. */
const char *grubenv_value(struct arena *mem, const char *text, const char *name);
