/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/proc_limits.h"

#include <string.h>

#include "base/str.h"

enum { CAPABILITY_IPC_LOCK = 14 }; /* include/uapi/linux/capability.h */

/* One word of the line; what is behind it. */
static const char *take_limit(const char *text, uint64_t *ret)
{
	size_t length;

	text += strspn(text, " ");
	length = strcspn(text, " ");
	if (length == strlen("unlimited") && memcmp(text, "unlimited", length) == 0)
		*ret = MEMLOCK_UNLIMITED;
	else if (!str_number_n(text, length, 10, UINT64_MAX - 1, ret))
		return NULL;
	return text + length;
}

void proc_limits_line(struct memlock *m, const char *line)
{
	uint64_t soft, hard;

	if (!str_starts(line, "Max locked memory "))
		return;
	line = take_limit(line + strlen("Max locked memory "), &soft);
	line = line ? take_limit(line, &hard) : NULL;
	line = line ? line + strspn(line, " ") : NULL;
	if (!line || !str_starts(line, "bytes"))
		return;
	m->has_limits = true;
	m->soft_bytes = soft;
	m->hard_bytes = hard;
}

enum tri proc_status_has_ipc_lock(const char *line)
{
	uint64_t capabilities;

	if (!str_starts(line, "CapEff:"))
		return TRI_UNKNOWN;
	line += strlen("CapEff:");
	line += strspn(line, " \t");
	if (!str_number(line, 16, UINT64_MAX, &capabilities))
		return TRI_UNKNOWN;
	return tri_from(capabilities >> CAPABILITY_IPC_LOCK & 1);
}
