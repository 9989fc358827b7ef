/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/rules.h"

#include <string.h>

#include "base/str.h"
#include "judge/claims.h"
#include "sys/read_claims.h"
#include "sys/read_host.h"
#include "sys/read_modprobe.h"
#include "text/udev_rules.h"

/* "../../../devices/pci0000:00/0000:01:00.0" as a path from the root. */
static const char *read_place(struct flow *f, const char *function)
{
	char path[SYS_PATH], link[SYS_PATH];
	const char *rest;

	if (f->s->ops->link(f->s, sys_path(path, "sys/bus/pci/devices/%s", function), link, sizeof(link)) < 0)
		return NULL;
	rest = strstr(link, "devices/");
	return rest ? arena_printf(f->mem, "/sys/%s", rest) : NULL;
}

static struct claim_rule rule_of(struct flow *f, struct host *h, const struct claim *c, const struct claim_verdict *v)
{
	struct claim_rule r = {.path = c->path, .addr = c->addr, .vendor = c->vendor, .device = c->device,
	    .subvendor = c->subvendor, .subdevice = c->subdevice, .class_code = c->class_code, .driver = "vfio-pci"};

	if (v->state == CLAIM_HERE) {
		struct pci_function *function = &h->functions[v->function];
		const char *module;

		r.addr = function->addr;
		r.place = read_place(f, function->name);
		read_vfio_driver(f->s, f->mem, function, &module);
		r.driver = function->vfio_driver ? function->vfio_driver : r.driver;
	}
	return r;
}

static void add_driver(struct flow *f, const char *driver, struct boot_rules *ret)
{
	for (size_t i = 0; i < ret->n_drivers; i++)
		if (str_eq(ret->drivers[i], driver))
			return;
	*ARENA_PUSH(f->mem, ret->drivers, ret->n_drivers) = driver;
}

static void add_natives(struct flow *f, const struct pci_function *function, struct boot_rules *ret)
{
	struct function_modules m;

	read_function_modules(f->s, f->mem, function, &m);
	for (size_t i = 0; i < m.n; i++)
		*ARENA_PUSH(f->mem, ret->natives, ret->n_natives) = m.names[i];
}

int flow_udev_rules(struct flow *f, struct host *h, const struct claims *c, struct boot_rules *ret, struct err *e)
{
	struct read_request request = {.facets = FACET_PATH};
	struct claim_rule *rules = arena_alloc(f->mem, (c->n + 1) * sizeof(*rules));
	struct claim_verdict *verdicts;
	struct host now;
	int r = 0;

	*ret = (struct boot_rules){0};
	if (c->n == 0)
		return 0;
	if (!h) {
		r = flow_look(f, &request, &now, e);
		h = &now;
	}
	if (r < 0)
		return r;
	read_claim_serials(f->s, f->mem, c, h);
	verdicts = judge_claims(f->mem, h, c);
	for (size_t i = 0; i < c->n; i++) {
		rules[i] = rule_of(f, h, &c->items[i].claim, &verdicts[i]);
		if (!udev_rules_take(rules[i].class_code))
			continue;
		add_driver(f, rules[i].driver, ret);
		if (verdicts[i].state == CLAIM_HERE)
			add_natives(f, &h->functions[verdicts[i].function], ret);
	}
	if (ret->n_drivers > 0)
		ret->text = udev_rules_text(f->mem, rules, c->n, h->n_functions > 0 ? h->functions[0].name : NULL);
	return 0;
}
