/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entries that boot loaders read: type 1 entries of the Boot Loader Specification (UAPI.1, loader/entries/NAME.conf) and
 * loader.conf, and the files of other loaders: extlinux.conf, refind_linux.conf, limine.conf.
 */
#pragma once

#include "base/arena.h"
#include "base/base.h"

enum {
	LOADER_TEXT_BYTES = 256 * 1024,
	LOADER_ENTRIES = 512,
};

struct loader_entry {
	const char *id;	     /* file name without ".conf" and the count of tries ("+3-1"); of other loaders the label */
	const char *file;    /* set by whoever read it */
	const char *title, *version, *machine_id, *kernel; /* NULL: not said; kernel is linux, efi or uki */
	bool is_linux;	     /* it has a linux line (or another loader's kernel) */
	const char *options; /* all options lines joined by a blank, "" where there are none */
	const char *first_options; /* GRUB reads the first alone (blscfg.c) */
	size_t n_options;
	const char *sort_key;
};

/* false: it is too long. `name` is the file's. */
bool loader_entry_parse(struct arena *mem, const char *name, const char *text, struct loader_entry *ret);

/* "arch+3-1.conf" is "arch"; NULL: it does not end in ".conf" (or another ending). */
const char *loader_entry_id(struct arena *mem, const char *name, const char *ending);

/* The text with words added to the first options line (one is made where there is none) and removed from all; all else
 * stays byte for byte. NULL: kernel_cmdline_edit refuses. */
const char *loader_entry_edit(
    struct arena *mem, const char *text, const char *const *add, size_t n_add, const char *const *remove, size_t n_remove);

/* The value of a key in loader.conf; NULL: not there. */
const char *loader_conf_value(struct arena *mem, const char *text, const char *key);

/* Does `default` of loader.conf mean this entry? "*" and "?" are wildcards, an ending ".conf" may be there. */
bool loader_default_matches(struct arena *mem, const char *pattern, const struct loader_entry *e);

/* Which of two is newer, as GRUB's blscfg and systemd-boot sort: negative, 0 or positive (UAPI.10; digits by number,
 * the rest by letter, "~" below all). */
int loader_version_cmp(const char *a, const char *b);

/* The entries of another loader's file, in their order; the first, or the one that is the default, is *ret_default
 * (-1: there is none). */
struct loader_entries {
	struct loader_entry *items;
	size_t n;
	int first; /* the default */
};
bool extlinux_parse(struct arena *mem, const char *text, struct loader_entries *ret);
bool refind_linux_parse(struct arena *mem, const char *text, struct loader_entries *ret);
bool limine_parse(struct arena *mem, const char *text, struct loader_entries *ret);

/* "$name" words replaced by the values that the caller knows; those it does not know stay. */
typedef const char *loader_lookup(void *data, const char *name);
const char *loader_expand(struct arena *mem, const char *options, loader_lookup *lookup, void *data);

/* An EFI variable as efivarfs shows it: four bytes of attributes, then UTF-16LE; what is not ASCII becomes "?". NULL: it
 * is none, or empty. */
const char *efi_variable_text(struct arena *mem, const char *data, size_t length);

/*
 * Where a section of a PE image stands in the file (Microsoft PE format, section table), by its first bytes. false: no
 * such section, or no PE image; *ret_size is the smaller of raw and virtual size.
 */
bool pe_section(const char *data, size_t length, const char *name, uint32_t *ret_offset, uint32_t *ret_size);
