/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the host does with its functions: fills host.uses, area by area. One file an area: read_storage.c,
 * read_network.c, read_display.c, read_input.c, read_machines.c. */
#pragma once

#include "base/arena.h"
#include "model/host.h"
#include "model/use.h"
#include "sys/sys.h"
#include "text/machine.h"

struct use_reading {
	struct sys *s;
	struct arena *mem;
	struct host *h;
	const bool *wanted; /* of each function: is it asked for? NULL: all are */
	bool may_try;	    /* idle disks may be opened exclusively for a moment */
	struct use *uses; /* grows; goes to h->uses at the end, as the blind spots do */
	size_t n_uses;
	struct blind_spot *blind;
	size_t n_blind;
	struct machines *machines; /* NULL: not kept */
};

/* What is read: the areas (bits 1 << AREA_…); of all functions, but idle disks are looked at only where they hang on one
 * of those wanted (NULL: all). may_try: they may be opened exclusively for a moment, which can be in the way of
 * somebody who mounts them just then. */
struct uses_request {
	unsigned areas;
	const bool *wanted;
	bool may_try;
	struct machines *machines; /* gets those that are configured, with AREA_MACHINES; NULL: not asked */
};

/* Cannot fail: what cannot be seen becomes a blind spot. */
void read_uses(struct sys *s, struct arena *mem, struct host *h, const struct uses_request *q);

/* ---- for the areas' files ---- */

/* The same row again is left out. evidence is relative, as the readers have it ("proc/swaps"). */
void uses_add(struct use_reading *r, enum use_kind kind, int function, const char *subject, const char *evidence);
void uses_blind(struct use_reading *r, enum use_area area, const char *reason, const char *evidence);

/* The function that a sysfs object hangs on: where the link at path ("sys/class/net/eth0") leads, the last PCI
 * address in it. -1: on none. */
int uses_function_of(struct use_reading *r, const char *path);

/* The same of a text that names a device ("/devices/pci0000:00/0000:00:14.0/usb1/1-2/…"). */
int uses_function_in(const struct use_reading *r, const char *device_path);

void read_storage_uses(struct use_reading *r);
void read_network_uses(struct use_reading *r);
void read_display_uses(struct use_reading *r);
void read_input_uses(struct use_reading *r);
void read_machine_uses(struct use_reading *r);
