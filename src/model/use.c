/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/use.h"

#include "base/str.h"

static const struct use_row {
	const char *name;
	enum use_area area;
} use_rows[] = {
    [USE_SYSTEM_DISK] = {"system-disk", AREA_STORAGE},
    [USE_MOUNT] = {"mount", AREA_STORAGE},
    [USE_DISK_CLAIM] = {"disk-claim", AREA_STORAGE},
    [USE_SIGNATURE] = {"signature", AREA_STORAGE},
    [USE_ROUTE] = {"route", AREA_NETWORK},
    [USE_SESSION] = {"session", AREA_NETWORK},
    [USE_NET_STORAGE] = {"network-storage", AREA_NETWORK},
    [USE_BOOT_DISPLAY] = {"boot-display", AREA_DISPLAY},
    [USE_CONNECTOR] = {"connector", AREA_DISPLAY},
    [USE_CONSOLE] = {"console", AREA_DISPLAY},
    [USE_KEYBOARD] = {"keyboard", AREA_INPUT},
    [USE_MACHINE] = {"machine", AREA_MACHINES},
};
static_assert(ARRAY_LEN(use_rows) == USES, "every use has a row");

enum use_area use_area(enum use_kind k)
{
	return use_rows[k].area;
}

const char *use_kind_name(enum use_kind k)
{
	return use_rows[k].name;
}

const char *use_area_name(enum use_area a)
{
	static const char *const names[] = {
	    [AREA_STORAGE] = "storage",
	    [AREA_NETWORK] = "network",
	    [AREA_DISPLAY] = "display",
	    [AREA_INPUT] = "keyboard",
	    [AREA_MACHINES] = "vm",
	};
	static_assert(ARRAY_LEN(names) == AREAS, "every area has a name");

	return names[a];
}

const char *server_type_name(enum server_type t)
{
	static const char *const names[] = {
	    [SERVER_UNKNOWN] = "unknown",
	    [SERVER_DESKTOP] = "desktop",
	    [SERVER_LAPTOP] = "laptop",
	    [SERVER_HEADLESS] = "headless",
	};
	static_assert(ARRAY_LEN(names) == SERVER_TYPES, "every type has a name");

	return names[t];
}

bool server_type_parse(const char *name, enum server_type *ret)
{
	for (int i = SERVER_UNKNOWN + 1; i < SERVER_TYPES; i++)
		if (str_eq(server_type_name((enum server_type)i), name)) {
			*ret = (enum server_type)i;
			return true;
		}
	return false;
}
