/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Targets that say one word of the kernel's command line and where it stands: in a file of somebody else, with the
 * program that owns the words, or in what was generated.
 *
 *	KIND_WORD       "/etc/kernel/cmdline iommu=pt", "/etc/default/grub GRUB_CMDLINE_LINUX_DEFAULT iommu=pt"
 *	KIND_SETTING    "grubby iommu=pt"
 *	KIND_GENERATED  "/boot/grub/grub.cfg iommu=pt": all entries of that loader that are not for rescue
 */
#pragma once

#include "base/arena.h"
#include "base/base.h"

struct boot_word {
	const char *place;    /* absolute path of a file, or the name of a program */
	const char *variable; /* of a file that a shell reads; NULL: the file is the words */
	const char *word;
};

/* Of KIND_GENERATED; "in some entries (1 of 3)" is wanted by nobody. */
#define GENERATED_IN_ALL "in every entry"
#define GENERATED_IN_NONE "in no entry"

enum { LONGEST_BOOT_WORD = 160 };

/* The values of the two. A setting that some entries lack cannot be gone back to. */
#define SETTING_ALL "set"
#define SETTING_SOME "set in some entries"
#define SETTING_NONE "not set"

/* Letters, digits and _.,:=/+- only: it may stand in files that a shell, GRUB and the kernel read. */
bool is_safe_boot_word(const char *word);

/* false: it is none that passthru writes. */
bool boot_word_parse(struct arena *mem, const char *target, struct boot_word *ret);
bool boot_setting_parse(struct arena *mem, const char *target, struct boot_word *ret);
bool boot_generated_parse(struct arena *mem, const char *target, struct boot_word *ret);

/* variable may be NULL. */
const char *boot_word_target(struct arena *mem, const char *place, const char *variable, const char *word);
