/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge/boots.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

static struct boots in_boot(const char *boot_id, uint64_t claims)
{
	struct boots b = {.claims = claims};

	(void)snprintf(b.boot_id, sizeof(b.boot_id), "%s", boot_id);
	return b;
}

struct boots boots_begin(const struct boots *was, const char *boot_id, uint64_t claims)
{
	struct boots now = in_boot(boot_id, claims);

	if (str_eq(was->boot_id, boot_id))
		return *was;
	if (was->claims != claims)
		now.unconfirmed = 1;
	else if (was->unconfirmed >= BOOTS_LIMIT)
		now.unconfirmed = was->unconfirmed;
	else
		now.unconfirmed = was->unconfirmed + 1;
	now.is_released = was->claims == claims && was->unconfirmed >= BOOTS_LIMIT;
	return now;
}

struct boots boots_confirm(const struct boots *was, const char *boot_id)
{
	return in_boot(boot_id, was->claims);
}

/* FNV-1a, 64 bits: it need not withstand anybody, for the files are root's. */
uint64_t boots_claims(const struct claims *c)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < c->n; i++)
		for (const char *at = c->items[i].text;; at++) {
			hash = (hash ^ (unsigned char)*at) * UINT64_C(0x100000001b3);
			if (*at == '\0')
				break;
		}
	return hash;
}
