/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every call of every verb fails once. */
#include "scenarios.h"

static void failing(void **state)
{
	sweep_failures(*state, SIM_FAIL);
}

static void failing_after(void **state)
{
	sweep_failures(*state, SIM_FAIL_AFTER);
}

static void refused(void **state)
{
	sweep_busy(*state);
}

int main(void)
{
	static const struct assertion assertions[] = {
	    {"a call that fails leaves before or after, and says which", failing},
	    {"a write that the kernel refuses as busy leaves before or after, and says which", refused},
	    {"a write that fails after it took effect leaves before or after", failing_after},
	};

	return run_assertions(assertions, ARRAY_LEN(assertions));
}
