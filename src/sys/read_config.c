/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/read_config.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "text/pci_config.h"

#define DEVICES "sys/bus/pci/devices"

struct source {
	struct sys *s;
	char path[SYS_PATH];
};

static int get_part(void *data, unsigned at, unsigned char *buf, size_t size)
{
	struct source *source = data;

	return source->s->ops->read_part(source->s, source->path, at, (char *)buf, size);
}

static struct pci_config *read_one(struct sys *s, struct arena *mem, const struct pci_function *f)
{
	struct source source = {.s = s};
	struct pci_config *config = arena_alloc(mem, sizeof(*config));
	const char *power = sys_text(s, mem, sys_path(source.path, DEVICES "/%s/power_state", f->name), NULL);

	/* Reading would switch it on (drivers/pci/pci.c, pci_config_pm_runtime_get). */
	if (power && str_eq(power, "D3cold"))
		return NULL;
	(void)sys_path(source.path, DEVICES "/%s/config", f->name);
	*config = pci_config_parse(get_part, &source);
	return config;
}

void read_configs(struct sys *s, struct arena *mem, struct host *h, const bool *is_wanted)
{
	for (size_t i = 0; i < h->n_functions && s->ops->read_part; i++) {
		struct pci_function *f = &h->functions[i];

		if (is_wanted[i] && function_is_bridge(f) && function_class(f) != 0x0600)
			f->config = read_one(s, mem, f);
	}
}
