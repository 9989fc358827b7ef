/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The world gets in between: a write that does not come back, a function that is pulled out. */
#include "scenarios.h"

static void sticking(void **state)
{
	sweep_stuck(*state);
}

static void pulling(void **state)
{
	sweep_unplug(*state, SOUND);
}

int main(void)
{
	static const struct claim claims[] = {
	    {"a write that does not come back blocks nothing else, and recover ends it later", sticking},
	    {"a function may be pulled out at any call", pulling},
	};

	return run_claims(claims, ARRAY_LEN(claims));
}
