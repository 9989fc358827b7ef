/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The world gets in between: a write that does not come back, a function that is pulled out. */
#include "scenarios.h"

static void sticking(void **state)
{
	sweep_stuck(*state);
}

/* What is claimed is a matter of what was there when it was. */
static void pulling(void **state)
{
	const struct scenario *sc = *state;

	if (!sc->is_lasting)
		sweep_unplug(sc, SOUND);
}

int main(void)
{
	static const struct assertion assertions[] = {
	    {"a write that does not come back blocks nothing else, and recover ends it later", sticking},
	    {"a function may be pulled out at any call", pulling},
	};

	return run_assertions(assertions, ARRAY_LEN(assertions));
}
