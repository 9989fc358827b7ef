/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the checks ask of a function itself. Nothing that takes its lock in the kernel, and nothing of one that a stuck
 * write holds but what stays readable then. */
#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "sys/read_facts.h"
#include "sys/read_host.h"
#include "sys/read_image.h"
#include "text/modprobe_conf.h"

#define DEVICES "sys/bus/pci/devices"

/* The first bytes of a device that fell off its bus are all ones; those of a virtual function always are (PCI Express
 * Base Specification, 9.3.4.1.1). */
static enum tri read_gone(struct sys *s, const struct pci_function *f)
{
	char path[SYS_PATH];
	unsigned char bytes[4097];
	int n;

	if (f->is_vf == TRI_YES)
		return TRI_UNKNOWN;
	n = s->ops->read(s, sys_path(path, DEVICES "/%s/config", f->name), (char *)bytes, sizeof(bytes));
	return n < 4 ? TRI_UNKNOWN : tri_from(bytes[0] == 0xff && bytes[1] == 0xff);
}

static int read_physfn(struct sys *s, struct arena *mem, const struct host *h, const struct pci_function *f)
{
	char path[SYS_PATH];
	const char *name = sys_link_base(s, mem, sys_path(path, DEVICES "/%s/physfn", f->name));
	struct pci_addr addr;
	const struct pci_function *physical = name && pci_addr_parse(name, &addr) ? host_find(h, addr) : NULL;

	return physical ? host_index(h, physical) : -1;
}

static void read_variant(struct sys *s, struct arena *mem, const struct pci_function *f, struct device_facts *d)
{
	struct pci_function copy = *f;
	const char *module;

	copy.vfio_driver = NULL;
	read_vfio_driver(s, mem, &copy, &module);
	d->variant = copy.vfio_driver;
	/* Which module fits is asked of the running kernel alone. */
	if (s->is_live)
		d->has_variant = tri_from(d->variant != NULL);
}

static void read_early(struct sys *s, struct arena *mem, const char *generator, const struct pci_function *f, struct device_facts *d)
{
	const char *file;

	if (read_early_source(s, mem, generator, module_name(mem, f->driver), &file, &d->early_line))
		d->early_file = arena_printf(mem, "/%s", file);
}

void read_fact_devices(struct sys *s, struct arena *mem, const struct host *h, const bool *is_wanted, const char *generator,
    struct facts *f)
{
	f->devices = arena_alloc(mem, (h->n_functions + 1) * sizeof(*f->devices));
	f->n_devices = h->n_functions;
	for (size_t i = 0; i < h->n_functions; i++) {
		const struct pci_function *function = &h->functions[i];
		struct device_facts *d = &f->devices[i];
		char path[SYS_PATH], witness[SYS_PATH];

		d->physfn = -1;
		if (!is_wanted[i])
			continue;
		for (int k = 0; k < DEVICE_FACTS; k++)
			d->facts[k] = fact_read(s, mem, sys_path(path, DEVICES "/%s/%s", function->name, device_fact_places[k].path),
			    sys_path(witness, DEVICES "/%s/%s", function->name, device_fact_places[k].witness));
		d->is_gone = s->ops->is_busy(s, function->name) == 1 ? TRI_UNKNOWN : read_gone(s, function);
		if (function->is_vf == TRI_YES)
			d->physfn = read_physfn(s, mem, h, function);
		read_variant(s, mem, function, d);
		if (function->driver && generator)
			read_early(s, mem, generator, function, d);
	}
}
