/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/derived.h"

#include <string.h>

#include "base/str.h"

enum { LONGEST_RELEASE = 64 }; /* as uname(2) has it */

static const char *const commands[] = {DERIVED_UPDATE_GRUB, DERIVED_GRUB_MKCONFIG, DERIVED_GRUB2_MKCONFIG,
    DERIVED_UPDATE_INITRAMFS, DERIVED_DRACUT, DERIVED_MKINITCPIO, DERIVED_PROXMOX, DERIVED_SDBOOTUTIL, DERIVED_LIMINE};

static const char kernel_install[] = "kernel-install add ";

/* It becomes a part of paths. */
static bool is_release(const char *text, size_t length)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+~-";

	return length > 0 && length <= LONGEST_RELEASE && text[0] != '.' && text[0] != '-' && strspn(text, letters) >= length;
}

/* Where distributions keep a kernel: /boot/vmlinuz-RELEASE, /lib/modules/RELEASE/vmlinuz. */
static bool is_image(const char *path, const char *release, size_t length)
{
	static const char *const forms[][2] = {
	    {"/boot/vmlinuz-", ""}, {"/lib/modules/", "/vmlinuz"}, {"/usr/lib/modules/", "/vmlinuz"}};

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		size_t head = strlen(forms[i][0]);

		if (str_starts(path, forms[i][0]) && strncmp(path + head, release, length) == 0 &&
		    str_eq(path + head + length, forms[i][1]))
			return true;
	}
	return false;
}

const char *derived_kernel_install(struct arena *mem, const char *release, const char *image)
{
	const char *command = arena_printf(mem, "%s%s %s", kernel_install, release, image);

	return is_derived(command) ? command : NULL;
}

bool is_derived(const char *command)
{
	const char *release, *blank;

	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (str_eq(command, commands[i]))
			return true;
	if (!str_starts(command, kernel_install))
		return false;
	release = command + strlen(kernel_install);
	blank = strchr(release, ' ');
	return blank && is_release(release, (size_t)(blank - release)) &&
	    is_image(blank + 1, release, (size_t)(blank - release));
}

char **derived_argv(struct arena *mem, const char *command)
{
	char **argv = NULL, *copy = arena_strdup(mem, command);
	size_t n = 0;

	for (char *rest = NULL, *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		*ARENA_PUSH(mem, argv, n) = word;
	*ARENA_PUSH(mem, argv, n) = NULL;
	return argv;
}
