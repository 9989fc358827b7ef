/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/guard.h"

static const struct guard_row {
	const char *name;
	bool may_be_allowed;
} guard_rows[] = {
    [GUARD_SYSTEM_DISK] = {"system-disk", false},
    [GUARD_STORAGE] = {"storage", true},
    [GUARD_DISK_CONTENTS] = {"disk-contents", true},
    [GUARD_NETWORK] = {"network", true},
    [GUARD_SESSION] = {"session", true},
    [GUARD_DISPLAY] = {"display", true},
    [GUARD_KEYBOARD] = {"keyboard", true},
    [GUARD_PLATFORM] = {"platform", true},
    [GUARD_VFS] = {"vfs", false},
    [GUARD_VM] = {"vm", true},
    [GUARD_UNKNOWN] = {"unknown", true},
};
static_assert(ARRAY_LEN(guard_rows) == GUARDS, "every guard has a row");

const char *guard_id_name(enum guard_id id)
{
	return guard_rows[id].name;
}

bool guard_may_be_allowed(enum guard_id id)
{
	return guard_rows[id].may_be_allowed;
}
