/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export/qemu.h"

static void add_device(struct arena *mem, const char ***words, size_t *n, const char *device)
{
	*ARENA_PUSH(mem, *words, *n) = "-device";
	*ARENA_PUSH(mem, *words, *n) = device;
}

/* How many of the functions from first on share its slot. */
static size_t slot_length(const struct host *h, const int *functions, size_t n, size_t first)
{
	size_t i = first + 1;

	while (i < n && pci_addr_same_slot(h->functions[functions[first]].addr, h->functions[functions[i]].addr))
		i++;
	return i - first;
}

size_t export_qemu(struct arena *mem, const struct host *h, const int *functions, size_t n, const char ***ret)
{
	const char **words = NULL;
	size_t n_words = 0;
	unsigned port = 0;

	for (size_t first = 0; first < n;) {
		size_t length = slot_length(h, functions, n, first);

		port++;
		/* chassis and slot number the port for hot-plug; a pair must be unique in the machine. High
		 * numbers keep clear of ports a user has. */
		add_device(mem, &words, &n_words,
		    arena_printf(mem, "pcie-root-port,id=passthru%u,chassis=%u,slot=%u", port, 100 + port, 100 + port));
		for (size_t i = 0; i < length; i++) {
			const struct pci_function *f = &h->functions[functions[first + i]];

			/* Function 0 announces the others. Numbers are packed: a slot without a function 0 shows
			 * nothing to the guest. */
			add_device(mem, &words, &n_words,
			    arena_printf(mem, "vfio-pci,host=%s,bus=passthru%u,addr=0.%zx%s", f->name, port, i,
				i == 0 && length > 1 ? ",multifunction=on" : ""));
		}
		first += length;
	}
	*ret = words;
	return n_words;
}
