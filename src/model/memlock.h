/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much memory a process may lock: RLIMIT_MEMLOCK, and whether it applies. */
#pragma once

#include "base/base.h"

#define MEMLOCK_UNLIMITED UINT64_MAX

struct memlock {
	bool has_limits; /* the next two are known */
	uint64_t soft_bytes, hard_bytes; /* or MEMLOCK_UNLIMITED */
	enum tri is_privileged; /* CAP_IPC_LOCK where the kernel looks for it, in the first user namespace */
};
