/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <string.h>

#include "fuzz.h"
#include "text/pci_config.h"

struct space {
	const uint8_t *data;
	size_t size;
	unsigned n_asked;
};

static int get(void *data, unsigned at, unsigned char *buf, size_t size)
{
	struct space *s = data;
	size_t n = at >= s->size ? 0 : s->size - at < size ? s->size - at : size;

	s->n_asked++;
	memcpy(buf, s->data + (n > 0 ? at : 0), n);
	return (int)n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct space s = {data, size < PCI_CONFIG_SIZE ? size : PCI_CONFIG_SIZE};
	struct pci_config c = pci_config_parse(get, &s);

	assert(c.kind < PORT_KINDS && c.acs < ACS_STATES && c.secondary_bus >= -1 && c.secondary_bus <= 0xff);
	assert(s.n_asked < 1000); /* a list may bite its tail */
	return 0;
}
