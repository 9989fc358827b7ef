/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the host would lose with a function: the answers of judge/guards. */
#pragma once

#include "base/base.h"

enum guard_id {
	GUARD_SYSTEM_DISK,   /* never overridden */
	GUARD_STORAGE,
	GUARD_DISK_CONTENTS,
	GUARD_NETWORK,
	GUARD_SESSION,
	GUARD_DISPLAY,
	GUARD_KEYBOARD,
	GUARD_PLATFORM,
	GUARD_VFS,	     /* never: its virtual functions would go with it */
	GUARD_VM,	     /* a virtual machine's definition names it */
	GUARD_UNKNOWN,	     /* something that decides this could not be seen */
	GUARDS
};

struct guard {
	enum guard_id id;
	int function; /* index into host.functions */
	const char *text;     /* a sentence: what the host would lose */
	const char *evidence; /* the file that shows it, as an absolute path; NULL: none */
};

const char *guard_id_name(enum guard_id id); /* "system-disk" */
bool guard_may_be_allowed(enum guard_id id);
