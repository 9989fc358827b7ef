/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads how a host boots. Which loader it is, is judged (judge/boot.h) between the two. */
#pragma once

#include "model/boot.h"
#include "sys/sys.h"

/* Everything but the words of the loader's own files. Cannot fail: what is not there is not said. */
void read_boot(struct sys *s, struct arena *mem, struct boot *ret);

/* Can the firmware be asked to show its setup at the next boot? Bit 0 of OsIndicationsSupported (UEFI 2.10, 8.5.4), as
 * `systemctl reboot --firmware-setup` asks. */
enum tri read_firmware_setup(struct sys *s);

/* What is configured and generated, by the files of that stack. */
void read_boot_words(struct sys *s, struct arena *mem, enum boot_stack stack, struct boot *b);

/* What became of the IOMMU; called by read_boot. */
void read_boot_iommu(struct sys *s, struct arena *mem, const char *kernel_release, struct boot_iommu *ret);

/* ---- for the readers of sys/read_boot*.c ---- */

/* A text of at most so many bytes, in mem; NULL where it cannot be read, *ret_code (may be NULL) says why. */
char *boot_text(struct sys *s, struct arena *mem, const char *path, size_t most, int *ret_code);

/* The names in a folder that end so, sorted by bytes; at most 512. NULL and 0 where there are none. */
const char **boot_names(struct sys *s, struct arena *mem, const char *folder, const char *ending, size_t *ret_n, int *ret_code);

/* Where $BOOT and the ESP are mounted, relative to the root. */
extern const char *const boot_folders[3];
