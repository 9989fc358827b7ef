/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole files that are passthru's in folders of others: what a lasting plan may move besides claims (KIND_FILE). */
#pragma once

#include "base/base.h"

/* Read by modprobe, in the order of the names without their folders: "passthru.conf" has a place among them. */
#define MODPROBE_IDS_FILE "/etc/modprobe.d/passthru.conf"
#define MODPROBE_BLACKLIST_FILE "/etc/modprobe.d/passthru-blacklist.conf"
#define XORG_DISPLAY_FILE "/etc/X11/xorg.conf.d/10-passthru-display.conf"

/* Is it exactly one of them? */
bool is_config_file(const char *path);
