/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "fuzz.h"
#include "model/pci_addr.h"
#include "view/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena mem = {0};
	char *text = arena_strndup(&mem, (const char *)data, size);
	char again[PCI_ADDR_TEXT];
	struct pci_addr addr, second;
	const char *clean;
	uint64_t number;

	if (pci_addr_parse(text, &addr)) {
		/* What was understood can be said, and is then understood the same. */
		assert(pci_addr_parse(pci_addr_format(addr, again), &second));
		assert(pci_addr_cmp(addr, second) == 0);
	}
	if (str_number(text, 10, 1000, &number))
		assert(number <= 1000);
	assert(!str_is_driver_name(text) || !strchr(text, '/'));
	clean = view_clean(&mem, text);
	assert(view_clean(&mem, clean) == clean); /* what is clean stays as it is */
	arena_done(&mem);
	return 0;
}
