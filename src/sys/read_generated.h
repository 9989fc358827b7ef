/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What loaders would start now: every entry of a file or folder that they read, be it grub.cfg, a folder of loader
 * entries or one of them, limine.conf, refind_linux.conf, extlinux.conf, or a unified kernel image.
 */
#pragma once

#include "model/boot_entries.h"
#include "sys/sys.h"

/* place is relative to the root. Cannot fail: ret->reason says what cannot be told. Entries of other systems (of
 * os-prober, of another machine id) and, where grub-mkconfig made some, entries made by hand are left out. */
void read_generated(struct sys *s, struct arena *mem, const char *place, struct boot_entries *ret);
