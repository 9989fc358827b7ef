/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file of a claim: lines "key = value" below a comment, one function each, for people to read.
 *
 *	path = 0000:00/01.0/00.0	domain and root bus, then device.function of each bridge down to it
 *	vendor = 10de			four hex digits, as device
 *	device = 2204
 *	subsystem = 1043:87e2		vendor and device; left out where there is none
 *	class = 030000			base class, sub class, programming interface
 *	serial = 48-b0-2d-ff-ff-00-00-01	left out where there is none
 *	slot = 4			label of the physical slot, the same
 *	address = 0000:01:00.0		when it was claimed; decides nothing
 *	card = 0000:00/01.0/00.0	path of the function whose card it was claimed with
 *	for = win11			a virtual machine; left out where none was said
 *	allow = display unknown		what --allow overrode, and overrides at boot; left out where nothing was
 *	server-type = headless		what --server-type said; left out where nothing was said
 *	claimed = 2026-11-20T18:00:00Z	UTC
 *	wish = claim 01:00.0 --for win11	as typed; what is no printable ASCII is a "?"
 *
 * The order is free, "#" starts a line of comment. A line that is not understood, a key twice or missing, makes the
 * whole file void: a claim takes a device from the host, so nothing in it is guessed. The file is called after its
 * path, with "-" for ":" and "/", and ".conf" behind.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "model/claim.h"

enum { LARGEST_CLAIM_FILE = 8 * 1024 };

/* -EINVAL, with the line. text is foreign; strings are copied to mem. */
int claim_file_parse(struct arena *mem, const char *text, struct claim *ret, struct err *e);

/* What claim_file_parse reads back as the same claim; texts that may not stand in a file are made so. */
const char *claim_file_text(struct arena *mem, const struct claim *c);
