/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Derived things: what the owner's programs make of files. They are no moves, for their result cannot be seen half-way:
 * the commands run after a plan's moves, again after they were taken back, and again in recover. A record on disk may
 * ask for those of the table and for nothing else.
 */
#pragma once

#include "base/arena.h"
#include "base/base.h"

#define DERIVED_UPDATE_GRUB "update-grub"
#define DERIVED_GRUB_MKCONFIG "grub-mkconfig -o /boot/grub/grub.cfg"
#define DERIVED_GRUB2_MKCONFIG "grub2-mkconfig -o /boot/grub2/grub.cfg"
#define DERIVED_UPDATE_INITRAMFS "update-initramfs -u -k all"
#define DERIVED_DRACUT "dracut --force --regenerate-all"
#define DERIVED_MKINITCPIO "mkinitcpio -P"
#define DERIVED_PROXMOX "proxmox-boot-tool refresh"
#define DERIVED_SDBOOTUTIL "sdbootutil update-all-entries"
#define DERIVED_LIMINE "limine-update"

/* "kernel-install add 6.1.0-44-amd64 /boot/vmlinuz-6.1.0-44-amd64", the image below /boot or /lib/modules. NULL: the
 * release is none. */
const char *derived_kernel_install(struct arena *mem, const char *release, const char *image);

/* One of the table, or what derived_kernel_install makes. */
bool is_derived(const char *command);

/* Its words, NULL behind the last. */
char **derived_argv(struct arena *mem, const char *command);
