/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many boots in a row did not become good (judge/boots.h); kept in a file of passthru's own (text/boots_file.h). */
#pragma once

#include "base/base.h"

#define BOOTS_FILE "var/lib/passthru/boots"
/* What is to be said until the next boot, a line each; by passthru status and claim list. */
#define NOTICE_FILE "run/passthru/notice"

enum {
	BOOTS_LIMIT = 2,  /* after so many claims are not served any more */
	BOOT_ID_TEXT = 37, /* of /proc/sys/kernel/random/boot_id */
	LARGEST_NOTICE = 4000,
};

struct boots {
	unsigned unconfirmed; /* in a row, the last one counted in */
	char boot_id[BOOT_ID_TEXT]; /* which that is; "": none was counted */
	bool is_released;     /* that boot serves no claims, for there were too many before it */
	uint64_t claims;      /* of which claims: judge/boots, boots_claims */
};
