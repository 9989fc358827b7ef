/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/our_file.h"

#include "base/str.h"
#include "model/claim.h"

static const char *const files[] = {UDEV_RULES_FILE, INITRAMFS_TOOLS_HOOK_FILE, DRACUT_FILE, MKINITCPIO_FILE,
    MODPROBE_IDS_FILE, MODPROBE_BLACKLIST_FILE, XORG_FILE, GRUB_D_FILE, CMDLINE_D_FILE, LIMINE_TOOL_FILE,
    KERNEL_CMDLINE_FILE};

bool is_our_file(const char *path)
{
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		if (str_eq(path, files[i]))
			return true;
	return is_claim_file(path);
}

unsigned our_file_mode(const char *path)
{
	return str_eq(path, INITRAMFS_TOOLS_HOOK_FILE) ? 0755 : 0644;
}
