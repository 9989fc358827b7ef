/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What read_display.c finds out and read_server.c goes by. */
#pragma once

#include "sys/folder.h"
#include "sys/read_uses.h"

/* A framebuffer of /sys/class/graphics. */
struct drawn_framebuffer {
	const char *name; /* "fb0" */
	unsigned number;
	int function;	  /* the function it hangs on, -1: none of PCI */
	bool is_firmware; /* drawn in what the firmware set up, by efifb, vesafb, simplefb, simpledrm, … */
};

struct display_reading {
	struct use_reading *r;
	int boot; /* function with the firmware's console; -1: none, or it cannot be told */
	int only; /* the only display function; -1: there is none, or there are several */
	size_t n_display;
	struct drawn_framebuffer *framebuffers; /* by number */
	size_t n_framebuffers;
	/* Monitors: what all connectors say, lit or not. */
	bool has_drm;	       /* /sys/class/drm could be listed */
	bool maybe_connected;  /* a connector is connected, or cannot say that it is not */
	bool *has_connector;   /* of each function */
};

/* What kind of machine this is: h->server_type and what showed it. */
void read_server_type(const struct display_reading *d);
