/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recover itself fails or dies at every call, after a death at every write. */
#include "scenarios.h"

static void dying(void **state)
{
	sweep_recover(*state, SIM_DIE);
}

static void dying_after(void **state)
{
	sweep_recover(*state, SIM_DIE_AFTER);
}

static void failing(void **state)
{
	sweep_recover(*state, SIM_FAIL);
}

static void failing_after(void **state)
{
	sweep_recover(*state, SIM_FAIL_AFTER);
}

int main(void)
{
	static const struct assertion assertions[] = {
	    {"a second recover ends what the first died in", dying},
	    {"a second recover ends what the first died after", dying_after},
	    {"a second recover ends what the first failed at", failing},
	    {"a second recover ends what the first did and failed at", failing_after},
	};

	return run_assertions(assertions, ARRAY_LEN(assertions));
}
