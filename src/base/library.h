/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Libraries that only some commands need are loaded when they are needed, so that `list` does not pay
 * for libkmod and `bind` not for tables. For sys and view alone: the pure layers load nothing. */
#pragma once

#include "base/base.h"

struct library_symbol {
	const char *name;
	void **address;
};

/* Loads a shared library and fills the addresses; false where it, or one of the symbols, is missing.
 * The library stays loaded. */
bool library_load(const char *soname, const struct library_symbol *symbols, size_t n);
