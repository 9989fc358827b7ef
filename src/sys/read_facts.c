/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/read_facts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "sys/read_limits.h"
#include "sys/read_modprobe.h"
#include "text/kernel_cmdline.h"

enum { MOST_USER_GROUPS = 1024 };

struct fact fact_read(struct sys *s, struct arena *mem, const char *path, const char *witness)
{
	struct fact f = {.file = arena_printf(mem, "/%s", path)};
	int there = s->ops->exists(s, path);

	if (there > 0) {
		f.is_there = TRI_YES;
		f.text = sys_text(s, mem, path, NULL);
	} else if (there == 0 && (s->is_live || s->ops->exists(s, witness) > 0)) {
		f.is_there = TRI_NO;
	}
	return f;
}

/* ---- processor ---- */

struct taking {
	struct arena *mem;
	struct facts *f;
};

static int take_cpu_line(void *data, const char *line)
{
	struct taking *t = data;
	const char *value = strchr(line, ':');

	value = value ? value + 1 + strspn(value + 1, " \t") : "";
	if (str_starts(line, "flags") && !t->f->cpu_flags)
		t->f->cpu_flags = arena_strdup(t->mem, value);
	else if (str_starts(line, "address sizes"))
		t->f->cpu_sizes = arena_strdup(t->mem, value);
	return t->f->cpu_flags && t->f->cpu_sizes;
}

/* ---- kernel ---- */

static int find_acs_symbol(void *data, const char *line)
{
	(void)data;
	return strstr(line, " pcie_acs_overrides") != NULL;
}

static int find_lto(void *data, const char *line)
{
	enum tri *is_lto = data;

	if (str_starts(line, "CONFIG_LTO_CLANG=y"))
		*is_lto = TRI_YES;
	else if (*is_lto == TRI_UNKNOWN && str_starts(line, "CONFIG_"))
		*is_lto = TRI_NO;
	return *is_lto == TRI_YES;
}

static void read_lto(struct sys *s, struct arena *mem, const char *release, struct facts *f)
{
	static const char *const places[] = {"boot/config-", "lib/modules/", "usr/lib/modules/"};

	if (!release || strchr(release, '/') || *release == '.')
		return;
	for (size_t i = 0; i < ARRAY_LEN(places) && f->is_lto == TRI_UNKNOWN; i++) {
		char path[SYS_PATH];

		(void)sys_lines(s, sys_path(path, "%s%s%s", places[i], release, i == 0 ? "" : "/config"), find_lto, &f->is_lto);
		if (f->is_lto != TRI_UNKNOWN)
			f->config_file = arena_printf(mem, "/%s", path);
	}
}

/* Both are long to read, and asked only where a word makes them matter. */
static void read_kernel(struct sys *s, struct arena *mem, const struct boot *b, struct facts *f)
{
	struct kernel_cmdline c;
	int r;

	if (!b->cmdline || !kernel_cmdline_parse(mem, b->cmdline, &c))
		return;
	if (kernel_cmdline_last(&c, "pcie_acs_override")) {
		r = sys_lines(s, "proc/kallsyms", find_acs_symbol, NULL);
		f->has_acs_override = r < 0 ? TRI_UNKNOWN : tri_from(r > 0);
	}
	if (kernel_cmdline_last(&c, "initcall_blacklist"))
		read_lto(s, mem, b->kernel_release, f);
}

static void read_installed(struct sys *s, struct arena *mem, struct facts *f, struct kernel_files *files)
{
	const struct kernel_file *vfio;

	read_kernel_files(s, mem, files);
	if (!files->is_known)
		return;
	vfio = kernel_files_find(files, "vfio_pci");
	f->is_vfio_installed = tri_from(vfio != NULL);
	f->is_type1_installed = tri_from(kernel_files_find(files, "vfio_iommu_type1") != NULL);
}

/* ---- DMAR ---- */

/* Flags behind the header and the address width (Intel VT-d specification, 8.1). */
static void read_dmar(struct sys *s, struct facts *f)
{
	char buf[SYS_TEXT * 16];
	int n;

	if (s->ops->read_part)
		n = s->ops->read_part(s, "sys/firmware/acpi/tables/DMAR", 0, buf, 64);
	else
		n = s->ops->read(s, "sys/firmware/acpi/tables/DMAR", buf, sizeof(buf));
	if (n < 38)
		return;
	f->dmar_table = "/sys/firmware/acpi/tables/DMAR";
	f->has_dmar_flags = true;
	f->dmar_flags = (unsigned char)buf[37];
}

/* ---- who asks ---- */

static int take_status_line(void *data, const char *line)
{
	struct taking *t = data;
	unsigned *groups = NULL;
	const char *at;
	unsigned long id;

	if (sscanf(line, "Uid: %lu", &id) == 1) {
		t->f->uid = (unsigned)id;
		t->f->is_root = tri_from(id == 0);
	}
	if (!str_starts(line, "Groups:"))
		return 0;
	for (at = line + strlen("Groups:"); *at && t->f->n_groups < MOST_USER_GROUPS;) {
		size_t length;
		uint64_t number;

		at += strspn(at, " \t");
		length = strcspn(at, " \t");
		if (length > 0 && str_number_n(at, length, 10, UINT32_MAX, &number))
			*ARENA_PUSH(t->mem, groups, t->f->n_groups) = (unsigned)number;
		at += length;
	}
	t->f->groups = groups;
	return 1;
}

/* Of a recorded host: of whoever recorded it. */
static void read_asker(struct sys *s, struct arena *mem, struct facts *f)
{
	struct taking t = {mem, f};
	char path[SYS_PATH];
	uint64_t pid = s->pid;

	if (!s->is_live) {
		const char *self = sys_link_base(s, mem, "proc/self");

		if (!self || !str_number(self, 10, INT32_MAX, &pid))
			return;
	}
	f->memlock = read_memlock(s, (int)pid);
	(void)sys_lines(s, sys_path(path, "proc/%d/status", (int)pid), take_status_line, &t);
}

/* A unit is masked by a link to nowhere. */
static void read_sleep(struct sys *s, struct arena *mem, struct facts *f)
{
	static const char unit[] = "etc/systemd/system/sleep.target";
	const char *target = sys_link_base(s, mem, unit);

	if (target)
		f->is_sleep_masked = tri_from(str_eq(target, "null"));
	else if (s->ops->exists(s, "etc/systemd/system") > 0)
		f->is_sleep_masked = TRI_NO;
}

/* Where the file was left out, none at all and one that was not read look alike. */
static enum tri read_overrides(struct sys *s, const struct host *h)
{
	char path[SYS_PATH];

	for (size_t i = 0; i < h->n_functions; i++) {
		const struct pci_function *f = &h->functions[i];

		if (f->has_driver == TRI_UNKNOWN ||
		    (str_eq(f->driver, "vfio-pci") && (f->is_busy || s->ops->exists(s, sys_path(path, "sys/bus/pci/devices/%s/driver_override", f->name)) <= 0)))
			return TRI_UNKNOWN;
	}
	return TRI_YES;
}

void read_facts(struct sys *s, struct arena *mem, const struct host *h, const bool *is_wanted, const struct boot *b,
    const char *generator, struct facts *ret)
{
	struct taking t = {mem, ret};
	struct kernel_files files = {0};

	*ret = (struct facts){0};
	for (int i = 0; i < FACTS; i++)
		ret->facts[i] = fact_read(s, mem, fact_places[i].path, fact_places[i].witness);
	(void)sys_lines(s, "proc/cpuinfo", take_cpu_line, &t);
	read_kernel(s, mem, b, ret);
	read_installed(s, mem, ret, &files);
	read_dmar(s, ret);
	read_asker(s, mem, ret);
	read_sleep(s, mem, ret);
	read_fact_lines(s, mem, generator, ret);
	ret->has_overrides = read_overrides(s, h);
	read_fact_devices(s, mem, h, is_wanted, generator, ret);
	for (size_t i = 0; files.is_known && i < h->n_functions; i++) {
		const struct pci_function *f = &h->functions[i];
		const char *module = f->driver ? module_name(mem, f->driver) : NULL;
		const struct kernel_file *file = is_wanted[i] && module ? kernel_files_find(&files, module) : NULL;

		if (file)
			ret->devices[i].is_builtin = tri_from(file->is_builtin);
	}
}
