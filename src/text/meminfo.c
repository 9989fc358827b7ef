/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text/meminfo.h"

#include <string.h>

#include "base/str.h"

/* "Node 12 " in front of the name. */
static const char *skip_node(const char *line)
{
	size_t digits;

	if (!str_starts(line, "Node "))
		return line;
	digits = strspn(line + 5, "0123456789");
	return digits > 0 && line[5 + digits] == ' ' ? line + 5 + digits + 1 : line;
}

void meminfo_line(struct meminfo *m, const char *line)
{
	static const char *const cached[] = {"Active(file)", "Inactive(file)", "KReclaimable"};
	const char *name = skip_node(line), *colon = strchr(name, ':'), *value;
	size_t length = colon ? (size_t)(colon - name) : 0;
	uint64_t kb;

	if (!colon)
		return;
	value = colon + 1 + strspn(colon + 1, " \t");
	if (!str_number_n(value, strcspn(value, " "), 10, UINT64_MAX / 4096, &kb))
		return;
	if (length == strlen("MemFree") && memcmp(name, "MemFree", length) == 0) {
		m->has_free = true;
		m->free_kb = kb;
	}
	for (size_t i = 0; i < ARRAY_LEN(cached); i++)
		if (length == strlen(cached[i]) && memcmp(name, cached[i], length) == 0)
			m->cache_kb += kb;
}
