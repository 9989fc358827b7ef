/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verbs on their machines, for the sweeps. A row each; a test is made for each row. */
#pragma once

#include "sweep.h"

extern struct scenario scenarios[]; /* not const, for cmocka hands them on as void * */
extern const size_t n_scenarios;

/* Runs the assertion for every scenario; the tests are called "SCENARIO: ASSERTION". */
struct assertion {
	const char *text;
	void (*check)(void **state); /* *state: const struct scenario * */
};
int run_assertions(const struct assertion *assertions, size_t n_assertions);
