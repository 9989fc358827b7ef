/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the readers of words share. For sys/read_boot_words.c and sys/read_boot_entries.c only. */
#pragma once

#include "sys/read_boot.h"

enum { BOOT_CMDLINE_BYTES = 16 * 1024 };

struct boot_reading {
	struct sys *s;
	struct arena *mem;
	struct boot *b;
	const char *env; /* of GRUB, NULL: none */
};

struct boot_words boot_cannot(const char *file, const char *reason);

/* Why a file cannot be read, by its errno. */
const char *boot_trouble(struct arena *mem, int code);

/* Newlines and runs of blanks are one blank each, as kernel-install and mkinitcpio make it; lines that begin with "#"
 * are left out where those do. */
const char *boot_one_line(struct arena *mem, const char *text, bool has_comments);

/* A value of grubenv; a loader_lookup. data: struct boot_reading. */
const char *boot_env(void *data, const char *name);

/* The kernel behind BOOT_IMAGE=, without GRUB's device ("(hd0,gpt2)/vmlinuz-6.1"); NULL: not said. */
const char *boot_running_kernel(struct boot_reading *r);

/* Do two paths of a kernel mean the same? GRUB's begin at a partition, which may be /boot or a subvolume. */
bool boot_same_kernel(const char *a, const char *b);

/* The words in a unified kernel image. */
struct boot_words boot_image_words(struct boot_reading *r, const char *path, const char *id);

/* What systemd-boot starts, of all places; and what lies in /boot/loader/entries, for GRUB's blscfg and others. */
void boot_systemd_entries(struct boot_reading *r);
void boot_bls_entries(struct boot_reading *r, bool is_grub);
