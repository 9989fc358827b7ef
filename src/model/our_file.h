/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lasting files that passthru writes whole, by their absolute paths: claims, and what is made of claims and words
 * for udev, modprobe, the generators of the early image, the boot loader and X. KIND_FILE moves nothing else.
 */
#pragma once

#include "base/base.h"

#define UDEV_RULES_FILE "/etc/udev/rules.d/10-passthru.rules"
#define INITRAMFS_TOOLS_HOOK_FILE "/etc/initramfs-tools/hooks/passthru"
#define DRACUT_FILE "/etc/dracut.conf.d/90-passthru.conf"
#define MKINITCPIO_FILE "/etc/mkinitcpio.conf.d/90-passthru.conf"
#define MODPROBE_IDS_FILE "/etc/modprobe.d/passthru.conf"
#define MODPROBE_BLACKLIST_FILE "/etc/modprobe.d/passthru-blacklist.conf"
#define XORG_FILE "/etc/X11/xorg.conf.d/10-passthru-display.conf"
#define GRUB_D_FILE "/etc/default/grub.d/90-passthru.cfg"
#define CMDLINE_D_FILE "/etc/cmdline.d/90-passthru.conf"
#define LIMINE_TOOL_FILE "/etc/limine-entry-tool.d/90-passthru.conf"
#define KERNEL_CMDLINE_FILE "/etc/kernel/cmdline"

bool is_our_file(const char *path);

/* 0755 of what its reader runs, else 0644. */
unsigned our_file_mode(const char *path);
