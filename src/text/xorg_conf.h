/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Xorg's configuration, as far as it names cards (xorg.conf(5); hw/xfree86/parser): words and quoted strings, "#" begins a
 * comment, letters' case and "_" do not matter in words. A BusID is "PCI:bus@domain:device:function", all decimal, the
 * domain and the function may be left out (hw/xfree86/common/xf86pciBus.c, xf86ParsePciBusString).
 */
#pragma once

#include "base/arena.h"
#include "model/display.h"

enum { LARGEST_XORG_FILE = 256 * 1024, MOST_XORG_DEVICES = 1024 };

/* Adds the sections Device and OutputClass of a file. What is not understood is passed over. */
void xorg_conf_add(struct arena *mem, struct xorg_conf *c, const char *file, const char *text);

bool xorg_bus_id_parse(const char *text, struct pci_addr *ret);

/* "PCI:1@0:0:0" */
const char *xorg_bus_id(struct arena *mem, struct pci_addr addr);

/* The file that has the server draw on that card. driver NULL: the server chooses. leaves_others: it opens no other card,
 * which it would do to show pictures of theirs (AutoAddGPU), and so keep them from being handed over. */
const char *xorg_display_text(struct arena *mem, struct pci_addr addr, const char *driver, bool leaves_others);

/* Is this a file as the above writes it, to the last letter? */
bool xorg_display_is_ours(struct arena *mem, const char *text);
