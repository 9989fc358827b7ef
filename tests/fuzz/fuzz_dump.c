/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pasted text: the verdict of whatever comes out of it, too. */
#include <assert.h>
#include <string.h>

#include "fuzz.h"
#include "judge/verdict.h"
#include "text/dump.h"

static void check_host(struct arena *mem, const struct host *h)
{
	for (size_t i = 0; i < h->n_functions; i++) {
		const struct pci_function *f = &h->functions[i];

		assert(i == 0 || pci_addr_cmp(h->functions[i - 1].addr, f->addr) < 0);
		assert(f->group >= GROUP_UNKNOWN && f->parent < (int)i);
		assert(f->group < 0 || host_group(h, f->group));
		assert(f->has_driver != TRI_NO);
		if (i < 64)
			(void)judge_function(mem, h, f);
	}
	for (size_t i = 0; i < h->n_groups; i++) {
		assert(i == 0 || h->groups[i - 1].number < h->groups[i].number);
		if (i < 64)
			(void)judge_group(mem, h, &h->groups[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena mem = {0};
	struct dump *d = dump_new(&mem);
	struct host h;
	size_t half = size / 2;

	/* As two texts, for one may end anywhere; the first in pieces of one byte. */
	dump_begin(d, "a.txt");
	for (size_t i = 0; i < half; i++)
		dump_feed(d, data + i, 1);
	dump_end(d);
	dump_begin(d, size % 7 == 0 ? "cmdline.txt" : "b.txt");
	dump_feed(d, data + half, size - half);
	dump_end(d);
	if (dump_host(d, &h, NULL) == 0)
		check_host(&mem, &h);
	arena_done(&mem);
	return 0;
}
