/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/library.h"

#include <dlfcn.h>

bool library_load(const char *soname, const struct library_symbol *symbols, size_t n)
{
	void *library = dlopen(soname, RTLD_NOW | RTLD_LOCAL);
	bool is_whole = true;

	if (!library)
		return false;
	for (size_t i = 0; i < n; i++) {
		*symbols[i].address = dlsym(library, symbols[i].name);
		is_whole = is_whole && *symbols[i].address;
	}
	/* Half a library would be taken for a whole one the next time. */
	for (size_t i = 0; i < n && !is_whole; i++)
		*symbols[i].address = NULL;
	return is_whole;
}
