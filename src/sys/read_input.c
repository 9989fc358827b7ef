/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "sys/folder.h"
#include "sys/read_uses.h"

#define INPUT "sys/class/input"
#define BLUETOOTH "sys/class/bluetooth"

/* KEY_ESC (1) to KEY_S (31) are all there: what udev goes by as well (udev-builtin-input_id.c). Words of the bitmap are
 * told from the highest to the lowest. Power buttons, hotkeys, mice and the remote control of HDMI have some of them at
 * most; the keyboard that a BMC plays, and a security key that types, have them all. */
static bool has_letters(const char *capabilities)
{
	const uint64_t letters = 0xfffffffe;
	const char *last = strrchr(capabilities, ' ');
	uint64_t bits;

	return str_number(last ? last + 1 : capabilities, 16, UINT64_MAX, &bits) && (bits & letters) == letters;
}

/* A Bluetooth keyboard of the low energy kind is made by bluetoothd through uhid and hangs on nothing; its radio is one
 * of the adapters. */
static void add_bluetooth_keyboard(struct use_reading *r, const char *name, const char *evidence)
{
	struct folder folder;

	(void)folder_names(r->s, r->mem, BLUETOOTH, &folder);
	for (size_t i = 0; i < folder.n; i++) {
		char path[SYS_PATH];
		uint64_t number;

		/* "hci0:256" is a connection. */
		if (folder_is_numbered(folder.names[i], "hci", &number))
			uses_add(r, USE_KEYBOARD, uses_function_of(r, sys_path(path, BLUETOOTH "/%s", folder.names[i])),
			    name, evidence);
	}
}

static void read_input(struct use_reading *r, const char *input)
{
	enum { BUS_IS_BLUETOOTH = 0x0005 }; /* include/uapi/linux/input.h, BUS_BLUETOOTH */
	char path[SYS_PATH], link[SYS_PATH];
	const char *name, *bus, *capabilities;
	uint64_t number;

	capabilities = sys_text(r->s, r->mem, sys_path(path, INPUT "/%s/capabilities/key", input), NULL);
	if (!capabilities) {
		uses_blind(r, AREA_INPUT, "the keys of an input device cannot be read", path);
		return;
	}
	if (!has_letters(capabilities) ||
	    r->s->ops->link(r->s, sys_path(path, INPUT "/%s", input), link, sizeof(link)) < 0)
		return;
	bus = sys_text(r->s, r->mem, sys_path(path, INPUT "/%s/id/bustype", input), NULL);
	name = sys_text(r->s, r->mem, sys_path(path, INPUT "/%s/name", input), NULL);
	if (!name || !*name)
		name = "keyboard";
	/* Remote controls, those of HDMI CEC among them. */
	if (strstr(link, "/rc/rc"))
		return;
	if (!strstr(link, "/devices/virtual/"))
		uses_add(r, USE_KEYBOARD, uses_function_in(r, link), name, path);
	else if (strstr(link, "/uhid/") && bus && str_number(bus, 16, 0xffff, &number) && number == BUS_IS_BLUETOOTH)
		add_bluetooth_keyboard(r, name, path);
}

void read_input_uses(struct use_reading *r)
{
	struct folder folder;
	int n = folder_names(r->s, r->mem, INPUT, &folder);
	uint64_t number;

	if (n < 0 && n != -ENOENT && n != -ENOTDIR)
		uses_blind(r, AREA_INPUT, "the input devices cannot be listed", INPUT);
	for (size_t i = 0; i < folder.n; i++)
		if (folder_is_numbered(folder.names[i], "input", &number))
			read_input(r, folder.names[i]);
}
