/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the checks ask of a function itself. Nothing that takes its lock in the kernel, and nothing of one that a stuck
 * write holds but what stays readable then. */
#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "sys/folder.h"
#include "sys/read_facts.h"
#include "sys/read_host.h"
#include "sys/read_image.h"
#include "text/modprobe_conf.h"
#include "text/pci_config.h"

#define DEVICES "sys/bus/pci/devices"

/* The first bytes of a device that fell off its bus are all ones; those of a virtual function always are (PCI Express
 * Base Specification, 9.3.4.1.1). */
static void read_space(struct sys *s, const struct pci_function *f, struct device_facts *d)
{
	char path[SYS_PATH];
	unsigned char bytes[4097];
	int n = s->ops->read(s, sys_path(path, DEVICES "/%s/config", f->name), (char *)bytes, sizeof(bytes));

	if (n >= 4 && f->is_vf != TRI_YES)
		d->is_gone = tri_from(bytes[0] == 0xff && bytes[1] == 0xff);
	if (n > 0)
		d->abilities = pci_abilities_parse(bytes, (size_t)n);
}

/* Asking wakes it, and waits for whoever keeps it from that. */
static void read_sizes(struct sys *s, struct arena *mem, const struct pci_function *f, struct device_facts *d)
{
	char path[SYS_PATH], witness[SYS_PATH];

	for (unsigned i = 0; i < REGION_ROM; i++)
		d->sizes[i] = fact_read(s, mem, sys_path(path, DEVICES "/%s/resource%u_resize", f->name, i),
		    sys_path(witness, DEVICES "/%s/resource", f->name));
}

static void read_handlers(struct sys *s, struct arena *mem, struct device_facts *d)
{
	const char *text = d->facts[DEVICE_IRQ].text;
	char path[SYS_PATH];
	uint64_t irq;

	if (text && str_number(text, 10, UINT32_MAX, &irq) && irq > 0)
		d->handlers = fact_read(s, mem, sys_path(path, "sys/kernel/irq/%llu/actions", (unsigned long long)irq), "sys/kernel/irq");
}

static void read_cdev(struct sys *s, struct arena *mem, const struct pci_function *f, struct device_facts *d)
{
	char path[SYS_PATH];
	struct folder names;
	uint64_t number;

	(void)folder_names(s, mem, sys_path(path, DEVICES "/%s/vfio-dev", f->name), &names);
	for (size_t i = 0; i < names.n && !d->cdev; i++)
		if (folder_is_numbered(names.names[i], "vfio", &number))
			d->cdev = names.names[i];
	if (d->cdev)
		d->has_cdev_node = fact_read(s, mem, sys_path(path, "dev/vfio/devices/%s", d->cdev), "dev/vfio/vfio").is_there;
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
		if (s->ops->is_busy(s, function->name) != 1) {
			read_space(s, function, d);
			read_sizes(s, mem, function, d);
		}
		read_handlers(s, mem, d);
		read_cdev(s, mem, function, d);
		if (function->is_vf == TRI_YES)
			d->physfn = read_physfn(s, mem, h, function);
		read_variant(s, mem, function, d);
		if (function->driver && generator)
			read_early(s, mem, generator, function, d);
	}
}
