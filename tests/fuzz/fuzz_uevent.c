/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <string.h>

#include "fuzz.h"
#include "text/pci_uevent.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena mem = {0};
	struct pci_function f = {.group = 7}, before = f;

	if (pci_uevent_parse(&mem, (const char *)data, size, &f)) {
		assert(f.class_code <= 0xffffff);
		assert((f.has_driver == TRI_YES) == (f.driver != NULL));
	} else {
		assert(memcmp(&f, &before, sizeof(f)) == 0); /* a bad one leaves all as it was */
	}
	arena_done(&mem);
	return 0;
}
