/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The process dies at every call of every verb. */
#include "scenarios.h"

static void dying(void **state)
{
	sweep_deaths(*state, SIM_DIE, MODULES_MAY_STAY);
}

static void dying_in_a_write(void **state)
{
	sweep_deaths(*state, SIM_DIE_STUCK, MODULES_MAY_STAY);
}

/* A release is complete when its functions are back and the modules it was about to unload are gone too. */
static void dying_after(void **state)
{
	sweep_deaths(*state, SIM_DIE_AFTER, MODULES_EXACT);
}

int main(void)
{
	static const struct assertion assertions[] = {
	    {"recover ends a death before any call", dying},
	    {"recover ends a death after any call, and leaves no module loaded that nothing uses", dying_after},
	    {"recover ends a death in any write, once it has come back", dying_in_a_write},
	};

	return run_assertions(assertions, ARRAY_LEN(assertions));
}
