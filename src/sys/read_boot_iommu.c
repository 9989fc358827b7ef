/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the IOMMU really does, from files alone (facts KF-12, KF-13, KF-14): the log says "IOMMU enabled" where there is
 * none at all, and nothing where a kernel has it on by default. */
#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "sys/read_boot.h"

#define GROUPS "sys/kernel/iommu_groups"
#define IRQS "sys/kernel/irq"

enum { MOST_GROUPS = 65536, MOST_UNITS = 1024, MOST_TYPES = 16 };

struct reading {
	struct sys *s;
	struct arena *mem;
	struct boot_iommu *i;
};

static void count_type(struct reading *r, const char *type)
{
	struct boot_iommu *i = r->i;

	for (size_t k = 0; k < i->n_types; k++) {
		if (str_eq(i->types[k].type, type)) {
			i->types[k].n_groups++;
			return;
		}
	}
	if (i->n_types < MOST_TYPES)
		*ARENA_PUSH(r->mem, i->types, i->n_types) = (struct iommu_type){type, 1};
}

static int add_group(void *data, const char *name)
{
	struct reading *r = data;
	const char *type, *label;
	char path[SYS_PATH];
	uint64_t number;

	if (!str_number(name, 10, INT32_MAX, &number))
		return 0;
	if (r->i->n_groups++ == MOST_GROUPS)
		return 1;
	label = sys_text(r->s, r->mem, sys_path(path, GROUPS "/%s/name", name), NULL);
	if (str_eq(label, "vfio-noiommu")) {
		r->i->n_noiommu++;
		return 0;
	}
	type = sys_text(r->s, r->mem, sys_path(path, GROUPS "/%s/type", name), NULL);
	count_type(r, type && *type ? type : "unknown");
	return 0;
}

static int add_unit(void *data, const char *name)
{
	struct reading *r = data;

	if (r->i->n_units == MOST_UNITS)
		return 1;
	*ARENA_PUSH(r->mem, r->i->units, r->i->n_units) = (struct iommu_unit){arena_strdup(r->mem, name)};
	return 0;
}

static int by_unit_name(const void *a, const void *b)
{
	const struct iommu_unit *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int by_type_name(const void *a, const void *b)
{
	const struct iommu_type *x = a, *y = b;

	return strcmp(x->type, y->type);
}

static void read_tables(struct reading *r)
{
	static const char *const tables[] = {"DMAR", "IVRS", "IORT", "VIOT"};
	char path[SYS_PATH];
	int found = r->s->ops->exists(r->s, "sys/firmware/acpi/tables");

	r->i->has_tables = found < 0 ? TRI_UNKNOWN : tri_from(found > 0);
	for (size_t i = 0; i < ARRAY_LEN(tables) && !r->i->acpi_table; i++)
		if (r->s->ops->exists(r->s, sys_path(path, "sys/firmware/acpi/tables/%s", tables[i])) > 0)
			r->i->acpi_table = tables[i];
}

static int take_cpu_line(void *data, const char *line)
{
	struct reading *r = data;
	const char *value = strchr(line, ':');

	value = value ? value + 1 + strspn(value + 1, " \t") : "";
	if (str_starts(line, "vendor_id"))
		r->i->cpu_vendor = arena_strdup(r->mem, value);
	else if (str_starts(line, "CPU implementer"))
		r->i->is_arm = true;
	if (!str_starts(line, "flags"))
		return 0;
	r->i->is_guest = tri_from(str_has_word(value, "hypervisor", strlen("hypervisor")));
	return 1; /* the first processor says it all */
}

struct interrupts {
	bool is_remapped;
	bool has_lines, is_cut;
};

static int take_interrupt(void *data, const char *line)
{
	struct interrupts *i = data;

	i->has_lines = true;
	i->is_cut = i->is_cut || strlen(line) >= SYS_TEXT - 1;
	i->is_remapped = strstr(line, " IR-") != NULL;
	return i->is_remapped;
}

struct chips {
	struct reading *r;
	bool is_remapped, has_names;
};

static int take_chip(void *data, const char *number)
{
	struct chips *c = data;
	char path[SYS_PATH];
	const char *chip = sys_text(c->r->s, c->r->mem, sys_path(path, IRQS "/%s/chip_name", number), NULL);

	if (!chip)
		return 0;
	c->has_names = true;
	c->is_remapped = str_starts(chip, "IR-");
	return c->is_remapped;
}

/* The chips' names stand behind a column a processor: hundreds of those make lines longer than are read. Then each
 * interrupt is asked. */
static void read_interrupts(struct reading *r)
{
	struct interrupts lines = {0};
	struct chips chips = {.r = r};

	(void)sys_lines(r->s, "proc/interrupts", take_interrupt, &lines);
	if (!lines.is_remapped && (lines.is_cut || !lines.has_lines))
		(void)r->s->ops->list(r->s, IRQS, take_chip, &chips);
	if (lines.is_remapped || chips.is_remapped)
		r->i->is_remapped = TRI_YES;
	else if ((lines.has_lines && !lines.is_cut) || chips.has_names)
		r->i->is_remapped = r->i->is_arm ? TRI_UNKNOWN : TRI_NO; /* there it is the ITS that keeps MSIs apart */
}

static int take_config_line(void *data, const char *line)
{
	enum tri *is_on = data;

	if (str_starts(line, "CONFIG_INTEL_IOMMU_DEFAULT_ON=y") || str_starts(line, "CONFIG_INTEL_IOMMU_DEFAULT_ON_INTGPU_OFF=y"))
		*is_on = TRI_YES;
	else if (*is_on == TRI_UNKNOWN && str_starts(line, "CONFIG_"))
		*is_on = TRI_NO;
	return *is_on == TRI_YES;
}

static void read_config(struct reading *r, const char *release)
{
	static const char *const places[] = {"boot/config-%s", "lib/modules/%s/config", "usr/lib/modules/%s/config"};
	char path[SYS_PATH];

	if (!release || strchr(release, '/') || *release == '.')
		return;
	for (size_t i = 0; i < ARRAY_LEN(places) && r->i->is_intel_default_on == TRI_UNKNOWN; i++) {
		const char *percent = strchr(places[i], '%');

		(void)sys_path(path, "%.*s%s%s", (int)(percent - places[i]), places[i], release, percent + 2);
		(void)sys_lines(r->s, path, take_config_line, &r->i->is_intel_default_on);
	}
}

void read_boot_iommu(struct sys *s, struct arena *mem, const char *kernel_release, struct boot_iommu *ret)
{
	struct reading r = {s, mem, ret};
	const char *text;
	int found;

	*ret = (struct boot_iommu){0};
	found = s->ops->list(s, GROUPS, add_group, &r);
	ret->has_list = found >= 0 ? TRI_YES : TRI_UNKNOWN;
	found = s->ops->list(s, "sys/class/iommu", add_unit, &r);
	ret->has_units = found >= 0 ? TRI_YES : TRI_UNKNOWN;
	if (ret->n_units > 0)
		qsort(ret->units, ret->n_units, sizeof(*ret->units), by_unit_name);
	if (ret->n_types > 0)
		qsort(ret->types, ret->n_types, sizeof(*ret->types), by_type_name);
	read_tables(&r);
	text = sys_text(s, mem, "sys/hypervisor/type", &found);
	ret->is_xen = text ? tri_from(str_eq(text, "xen")) : found == -ENOENT ? TRI_NO : TRI_UNKNOWN;
	(void)sys_lines(s, "proc/cpuinfo", take_cpu_line, &r);
	read_interrupts(&r);
	text = sys_text(s, mem, "sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts", NULL);
	if (text)
		ret->is_unsafe_allowed = tri_from(*text == 'Y');
	read_config(&r, kernel_release);
}
