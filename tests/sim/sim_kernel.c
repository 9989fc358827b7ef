/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine itself: functions, drivers, groups, modules, processes. The door to it is sim_ops.c. */
#include "sim_kernel.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "sim_ops.h"

#define DEVICES "sys/bus/pci/devices"
#define DRIVERS "sys/bus/pci/drivers"
#define GROUPS "sys/kernel/iommu_groups"

__attribute__((format(printf, 3, 4))) static void file_at(struct sim *sim, const char *text, const char *format, ...)
{
	char path[TREE_PATH];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	tree_file(&sim->tree, path, text);
}

__attribute__((format(printf, 3, 4))) static void link_at(struct sim *sim, const char *target, const char *format, ...)
{
	char path[TREE_PATH];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	tree_link(&sim->tree, path, target);
}

__attribute__((format(printf, 2, 3))) static void nothing_at(struct sim *sim, const char *format, ...)
{
	char path[TREE_PATH];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	tree_remove(&sim->tree, path);
}

bool sim_exists(struct sim *sim, const char *path)
{
	return tree_resolve(&sim->tree, path, true) != NULL;
}

/* ---- finding ---- */

struct sim_function *sim_find_function(struct sim *sim, const char *name)
{
	for (size_t i = 0; i < sim->n_functions; i++)
		if (str_eq(sim->functions[i].name, name))
			return &sim->functions[i];
	return NULL;
}

struct sim_driver *sim_find_driver(struct sim *sim, const char *name)
{
	for (size_t i = 0; i < sim->n_drivers; i++)
		if (str_eq(sim->drivers[i].name, name))
			return &sim->drivers[i];
	return NULL;
}

struct sim_module *sim_find_module(struct sim *sim, const char *name)
{
	for (size_t i = 0; i < sim->n_modules; i++)
		if (str_same_module(sim->modules[i].name, name))
			return &sim->modules[i];
	return NULL;
}

bool sim_is_bound(struct sim *sim, const char *name, const char *driver)
{
	const struct sim_function *f = sim_find_function(sim, name);

	return f && str_eq(f->driver ? f->driver->name : NULL, driver);
}

bool sim_is_loaded(struct sim *sim, const char *module)
{
	const struct sim_module *m = sim_find_module(sim, module);

	return m && m->is_loaded;
}

/* ---- processes ---- */

static int count_one(void *data, const char *name)
{
	(void)name;
	*(size_t *)data += 1;
	return 0;
}

size_t sim_count_files(struct sim *sim, const char *folder)
{
	size_t n = 0;

	(void)tree_list(&sim->tree, folder, count_one, &n);
	return n;
}

static void add_process(struct sim *sim, int pid, const char *command)
{
	char text[256];
	char folder[TREE_PATH];

	(void)snprintf(text, sizeof(text), "%s\n", command);
	file_at(sim, text, "proc/%d/comm", pid);
	(void)snprintf(text, sizeof(text), "%d (%s) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 %lld 0 0\n", pid, command,
	    100 + (long long)sim->time_ms);
	file_at(sim, text, "proc/%d/stat", pid);
	(void)snprintf(folder, sizeof(folder), "proc/%d/fd", pid);
	tree_dir(&sim->tree, folder);
	link_at(sim, "/dev/null", "proc/%d/fd/0", pid);
}

static void show_modules(struct sim *sim);

void sim_open_node(struct sim *sim, int pid, const char *command, const char *node)
{
	add_process(sim, pid, command);
	link_at(sim, node, "proc/%d/fd/17", pid);
	show_modules(sim);
}

void sim_close_node(struct sim *sim, int pid)
{
	nothing_at(sim, "proc/%d", pid);
	sim_let_go(sim);
	show_modules(sim);
}

/* How often is a node open; NULL: any of them. */
static int count_opens(struct sim *sim, const char *node)
{
	int n = 0;

	for (size_t i = 0; i < sim->tree.n && strcmp(sim->tree.nodes[i].path, "run") < 0; i++) {
		const struct node *fd = &sim->tree.nodes[i];

		if (fd->type == NODE_LINK && tree_is_below(fd->path, "proc"))
			n += node ? str_eq(fd->text, node) : str_starts(fd->text, "/dev/vfio/");
	}
	return n;
}

bool sim_group_is_open(struct sim *sim, int group)
{
	char node[64];

	(void)snprintf(node, sizeof(node), "/dev/vfio/%d", group);
	return count_opens(sim, node) > 0;
}

/* ---- what is shown of all this ---- */

static bool needs(const struct sim_module *m, const char *name)
{
	char all[80], one[40];

	(void)snprintf(all, sizeof(all), " %s ", m->needs);
	(void)snprintf(one, sizeof(one), " %s ", name);
	return strstr(all, one) != NULL;
}

static int module_users(struct sim *sim, const struct sim_module *m)
{
	int n = str_starts(m->name, "vfio") ? count_opens(sim, NULL) : 0;

	for (size_t i = 0; i < sim->n_modules; i++)
		n += sim->modules[i].is_loaded && needs(&sim->modules[i], m->name);
	return n;
}

static void show_modules(struct sim *sim)
{
	char text[32];

	for (size_t i = 0; i < sim->n_modules; i++) {
		const struct sim_module *m = &sim->modules[i];

		if (!m->is_loaded || m->is_builtin)
			continue;
		(void)snprintf(text, sizeof(text), "%d\n", module_users(sim, m));
		file_at(sim, text, "sys/module/%s/refcnt", m->name);
	}
}

/* What stands below /sys, as a link in the function's folder says it. */
static const char *from_folder(const struct sim_function *f, const char *below_sys, char link[TREE_PATH])
{
	size_t used = 0;

	for (const char *c = f->folder; *c && used < 64; c++)
		if (*c == '/')
			used += (size_t)snprintf(link + used, TREE_PATH - used, "../");
	(void)snprintf(link + used, TREE_PATH - used, "%s", below_sys);
	return link;
}

static void show_function(struct sim *sim, const struct sim_function *f)
{
	char text[512], link[TREE_PATH];

	(void)snprintf(text, sizeof(text), "%s%s%sPCI_CLASS=%X\nPCI_ID=%s\nPCI_SUBSYS_ID=1AF4:1100\nPCI_SLOT_NAME=%s\n",
	    f->driver ? "DRIVER=" : "", f->driver ? f->driver->name : "", f->driver ? "\n" : "", f->class_code, f->ids,
	    f->name);
	file_at(sim, text, "%s/uevent", f->folder);
	(void)snprintf(text, sizeof(text), "%s\n", f->driver_override[0] ? f->driver_override : "(null)");
	file_at(sim, text, "%s/driver_override", f->folder);
	(void)snprintf(text, sizeof(text), "%s\n", f->reset_method);
	file_at(sim, text, "%s/reset_method", f->folder);
	nothing_at(sim, "%s/driver", f->folder);
	for (size_t i = 0; i < sim->n_drivers; i++)
		nothing_at(sim, DRIVERS "/%s/%s", sim->drivers[i].name, f->name);
	if (!f->driver)
		return;
	(void)snprintf(text, sizeof(text), "bus/pci/drivers/%s", f->driver->name);
	link_at(sim, from_folder(f, text, link), "%s/driver", f->folder);
	(void)snprintf(link, sizeof(link), "../../../../%.400s", f->folder + strlen("sys/"));
	link_at(sim, link, DRIVERS "/%s/%s", f->driver->name, f->name);
}

/* Root's at first, and whosever it was made then. udev, where it runs, has not noticed yet (there is no queue), and
 * gives it to root once more a while later. */
static void make_node(struct sim *sim, int group)
{
	char path[TREE_PATH];

	(void)snprintf(path, sizeof(path), "dev/vfio/%d", group);
	if (tree_find(&sim->tree, path))
		return;
	tree_file(&sim->tree, path, "0:0 600");
	if (!sim_exists(sim, "run/udev/control"))
		return;
	sim->udev_group = group;
	sim->udev_ms = 300;
}

void sim_end_udev(struct sim *sim)
{
	char path[TREE_PATH];

	(void)snprintf(path, sizeof(path), "dev/vfio/%d", sim->udev_group);
	if (tree_find(&sim->tree, path))
		tree_file(&sim->tree, path, "0:0 600");
	tree_file(&sim->tree, "run/udev/data/c243:0", "");
}

/* The node is there while a member is bound to a VFIO driver (KF-10). */
static void show_node(struct sim *sim, int group)
{
	bool is_there = false;

	for (size_t i = 0; i < sim->n_functions; i++)
		is_there |= sim->functions[i].group == group && sim->functions[i].driver && sim->functions[i].driver->is_vfio;
	if (group >= 0 && is_there)
		make_node(sim, group);
	else
		nothing_at(sim, "dev/vfio/%d", group);
}

/* ---- binding ---- */

static bool driver_matches(const struct sim_driver *d, const struct sim_function *f)
{
	if (f->driver_override[0])
		return str_eq(f->driver_override, d->name);
	for (size_t i = 0; i < d->n_ids; i++)
		if (str_eq(d->ids[i], f->ids))
			return true;
	return false;
}

/* drivers/base/bus.c, bind_store: KF-01. */
static int attach(struct sim *sim, struct sim_function *f, struct sim_driver *d)
{
	if (!driver_matches(d, f))
		return -ENODEV;
	if (f->driver)
		return -EBUSY;
	if (d->is_vfio && (f->class_code >> 16 == 6 || f->group < 0))
		return -EINVAL;
	if (!d->leaves_dma && f->group >= 0 && sim_group_is_open(sim, f->group))
		return -EBUSY;
	if (d->probe_code < 0)
		return d->probe_code;
	f->driver = d;
	show_function(sim, f);
	show_node(sim, f->group);
	return 0;
}

static void detach(struct sim *sim, struct sim_function *f)
{
	f->driver = NULL;
	show_function(sim, f);
	show_node(sim, f->group);
}

/* A remove routine that waits for a guest: the writer hangs until it lets go (KF-09). */
static int stay_stuck(struct sim_function *f, const char *path, const char *value)
{
	f->is_stuck = true;
	(void)snprintf(f->stuck_path, sizeof(f->stuck_path), "%s", path);
	(void)snprintf(f->stuck_value, sizeof(f->stuck_value), "%s", value);
	return -ETIME;
}

static int unbind_store(struct sim *sim, struct sim_driver *d, const char *path, const char *value)
{
	struct sim_function *f = sim_find_function(sim, value);

	if (!f || f->driver != d)
		return -ENODEV;
	if (d->is_vfio && f->group >= 0 && sim_group_is_open(sim, f->group))
		return stay_stuck(f, path, value);
	detach(sim, f);
	return 0;
}

static int bind_store(struct sim *sim, struct sim_driver *d, const char *value)
{
	struct sim_function *f = sim_find_function(sim, value);

	return f ? attach(sim, f, d) : -ENODEV;
}

static bool driver_is_registered(struct sim *sim, const struct sim_driver *d)
{
	char path[TREE_PATH];

	(void)snprintf(path, sizeof(path), DRIVERS "/%s", d->name);
	return tree_find(&sim->tree, path) != NULL;
}

static int probe_store(struct sim *sim, const char *value)
{
	struct sim_function *f = sim_find_function(sim, value);

	if (!f)
		return -ENODEV;
	for (size_t i = 0; i < sim->n_drivers && !f->driver; i++)
		if (driver_is_registered(sim, &sim->drivers[i]))
			(void)attach(sim, f, &sim->drivers[i]);
	return 0; /* whatever came of it: KF-03 */
}

/* sys/bus/pci/devices/NAME/ATTRIBUTE */
static struct sim_function *function_of_path(struct sim *sim, const char *path)
{
	char name[PCI_ADDR_TEXT];

	path += strlen(DEVICES "/");
	(void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(path, "/"), path);
	return sim_find_function(sim, name);
}

static int override_store(struct sim *sim, struct sim_function *f, const char *value)
{
	if (*value == '\0')
		return 0; /* no bytes, no store: KF-04 */
	(void)snprintf(f->driver_override, sizeof(f->driver_override), "%.*s", (int)strcspn(value, "\n"), value);
	show_function(sim, f);
	return 0;
}

/* Each word must be one the function can do: KF-16. */
static int reset_store(struct sim *sim, struct sim_function *f, const char *value)
{
	if (!str_eq(value, "flr") && !str_eq(value, "pm") && !str_eq(value, "flr pm"))
		return -EINVAL;
	(void)snprintf(f->reset_method, sizeof(f->reset_method), "%s", value);
	show_function(sim, f);
	return 0;
}

static int device_store(struct sim *sim, const char *path, const char *value)
{
	struct sim_function *f = function_of_path(sim, path);

	if (!f)
		return -ENOENT;
	if (str_eq(str_base(path), "driver_override"))
		return override_store(sim, f, value);
	return str_eq(str_base(path), "reset_method") ? reset_store(sim, f, value) : -EACCES;
}

int sim_poke(struct sim *sim, const char *path, const char *value)
{
	struct sim_driver *d;
	char name[64];

	if (!sim_exists(sim, path))
		return -ENOENT;
	if (str_starts(path, DEVICES "/"))
		return device_store(sim, path, value);
	if (str_eq(path, "sys/bus/pci/drivers_probe"))
		return probe_store(sim, value);
	if (!str_starts(path, DRIVERS "/"))
		return -EINVAL;
	path += strlen(DRIVERS "/");
	(void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(path, "/"), path);
	d = sim_find_driver(sim, name);
	if (d && str_eq(str_base(path), "bind"))
		return bind_store(sim, d, value);
	if (d && str_eq(str_base(path), "unbind"))
		return unbind_store(sim, d, path - strlen(DRIVERS "/"), value);
	return -EACCES;
}

int sim_poke_and_hang(struct sim *sim, const char *function, const char *path, const char *value)
{
	struct sim_function *f = sim_find_function(sim, function);

	return f ? stay_stuck(f, path, value) : -ENODEV;
}

void sim_let_go(struct sim *sim)
{
	for (size_t i = 0; i < sim->n_functions; i++) {
		struct sim_function *f = &sim->functions[i];

		if (!f->is_stuck)
			continue;
		f->is_stuck = false;
		(void)sim_poke(sim, f->stuck_path, f->stuck_value);
	}
	for (size_t i = 0; i < sim->n_pools; i++)
		if (sim->pools[i].is_stuck) {
			sim->pools[i].is_stuck = false;
			(void)sim_store_pages(sim, &sim->pools[i], sim->pools[i].stuck_value);
		}
}

/* drivers/iommu/iommu.c, iommu_group_claim_dma_owner; before 5.19 drivers/vfio/vfio.c: KF-GROUP. */
int sim_group_viable(struct sim *sim, int group)
{
	bool is_old = sim->kernel_major < 5 || (sim->kernel_major == 5 && sim->kernel_minor < 19);

	for (size_t i = 0; i < sim->n_functions; i++) {
		const struct sim_function *f = &sim->functions[i];

		if (f->group != group || !f->driver || f->driver->leaves_dma)
			continue;
		if (!is_old || f->class_code >> 8 != 0x0604)
			return 0;
	}
	return 1;
}

/* ---- modules ---- */

static void register_driver(struct sim *sim, struct sim_driver *d)
{
	char link[TREE_PATH];

	file_at(sim, "", DRIVERS "/%s/bind", d->name);
	file_at(sim, "", DRIVERS "/%s/unbind", d->name);
	(void)snprintf(link, sizeof(link), "../../../bus/pci/drivers/%s", d->name);
	link_at(sim, link, "sys/module/%s/drivers/pci:%s", d->module, d->name);
	/* A function that waits for this driver is taken at once (driver_attach). */
	for (size_t i = 0; i < sim->n_functions; i++)
		if (!sim->functions[i].driver)
			(void)attach(sim, &sim->functions[i], d);
}

int sim_load(struct sim *sim, const char *module)
{
	struct sim_module *m = sim_find_module(sim, module);
	struct sim_driver *d;
	char folder[TREE_PATH];

	if (!m)
		return -ENOENT;
	if (m->is_loaded)
		return 0;
	for (size_t i = 0; i < sim->n_modules; i++)
		if (needs(m, sim->modules[i].name) && !sim->modules[i].is_loaded)
			return -ENOENT; /* unknown symbol */
	m->is_loaded = true;
	(void)snprintf(folder, sizeof(folder), "sys/module/%s", m->name);
	tree_dir(&sim->tree, folder);
	if (str_eq(m->name, "vfio"))
		tree_file(&sim->tree, "dev/vfio/vfio", "0:0 666");
	d = m->registers[0] ? sim_find_driver(sim, m->registers) : NULL;
	if (d)
		register_driver(sim, d);
	show_modules(sim);
	return 0;
}

int sim_unload(struct sim *sim, const char *module)
{
	struct sim_module *m = sim_find_module(sim, module);
	struct sim_driver *d;

	if (!m || !m->is_loaded)
		return 0;
	if (m->is_builtin || module_users(sim, m) > 0)
		return -EAGAIN;
	d = m->registers[0] ? sim_find_driver(sim, m->registers) : NULL;
	/* Nothing holds a merely bound driver: all its functions lose it. */
	for (size_t i = 0; d && i < sim->n_functions; i++)
		if (sim->functions[i].driver == d)
			detach(sim, &sim->functions[i]);
	if (d)
		nothing_at(sim, DRIVERS "/%s", d->name);
	if (str_eq(m->name, "vfio"))
		tree_remove(&sim->tree, "dev/vfio/vfio");
	nothing_at(sim, "sys/module/%s", m->name);
	m->is_loaded = false;
	show_modules(sim);
	return 0;
}

void sim_add_module(struct sim *sim, const char *name, const char *needed, const char *registers)
{
	struct sim_module *m = &sim->modules[sim->n_modules++];

	*m = (struct sim_module){0};
	(void)snprintf(m->name, sizeof(m->name), "%s", name);
	(void)snprintf(m->needs, sizeof(m->needs), "%s", needed);
	(void)snprintf(m->registers, sizeof(m->registers), "%s", registers);
}

static struct sim_driver *new_driver(struct sim *sim, const char *name)
{
	struct sim_driver *d = &sim->drivers[sim->n_drivers++];

	*d = (struct sim_driver){0};
	(void)snprintf(d->name, sizeof(d->name), "%s", name);
	(void)snprintf(d->module, sizeof(d->module), "%s", name);
	for (char *c = d->module; *c; c++)
		if (*c == '-')
			*c = '_';
	d->is_vfio = str_eq(name, "vfio-pci");
	d->leaves_dma = d->is_vfio || str_eq(name, "pci-stub") || str_eq(name, "pcieport");
	return d;
}

struct sim_driver *sim_add_driver(struct sim *sim, const char *name)
{
	struct sim_driver *d = sim_find_driver(sim, name);

	if (!d)
		d = new_driver(sim, name);
	if (!sim_find_module(sim, d->module))
		sim_add_module(sim, d->module, "", name);
	(void)sim_load(sim, d->module);
	return d;
}

/* ---- units ---- */

struct sim_unit *sim_add_unit(struct sim *sim, const char *target, bool is_active)
{
	struct sim_unit *u = &sim->units[sim->n_units++];

	*u = (struct sim_unit){.is_active = is_active};
	(void)snprintf(u->target, sizeof(u->target), "%s", target);
	return u;
}

struct sim_unit *sim_find_unit(struct sim *sim, const char *target)
{
	for (size_t i = 0; i < sim->n_units; i++)
		if (str_eq(sim->units[i].target, target))
			return &sim->units[i];
	return NULL;
}

/* What is asked for happens in any case; the limit only says how long one waits for it. */
int sim_set_unit(struct sim *sim, const char *target, bool active, unsigned limit_ms)
{
	struct sim_unit *u = sim_find_unit(sim, target);
	int64_t until;

	if (!u)
		return -ENOENT;
	if (u->is_gone)
		return -ENODEV;
	if (u->refuses < 0)
		return u->refuses;
	if (u->is_active && !active)
		u->down_at_ms = sim->time_ms + u->stop_ms;
	u->is_active = active;
	until = u->down_at_ms > sim->time_ms ? u->down_at_ms : sim->time_ms;
	if (until - sim->time_ms > (int64_t)limit_ms) {
		sim->time_ms += limit_ms;
		return -ETIMEDOUT;
	}
	sim->time_ms = until;
	return 0;
}

/* ---- functions ---- */

static void show_new_function(struct sim *sim, const struct sim_function *f)
{
	char text[TREE_PATH], link[TREE_PATH];

	(void)snprintf(text, sizeof(text), "../../../%.400s", f->folder + strlen("sys/"));
	link_at(sim, text, DEVICES "/%s", f->name);
	(void)snprintf(text, sizeof(text), "0x%06x\n", f->class_code);
	file_at(sim, text, "%s/class", f->folder);
	(void)snprintf(text, sizeof(text), "0x%.4s\n", f->ids);
	file_at(sim, text, "%s/vendor", f->folder);
	(void)snprintf(text, sizeof(text), "0x%.4s\n", f->ids + 5);
	file_at(sim, text, "%s/device", f->folder);
	(void)snprintf(text, sizeof(text), "pci:v0000%.4sd0000%.4ssv00001AF4sd00001100bc%02Xsc%02Xi%02X\n", f->ids, f->ids + 5,
	    f->class_code >> 16, f->class_code >> 8 & 0xff, f->class_code & 0xff);
	file_at(sim, text, "%s/modalias", f->folder);
	if (f->group < 0)
		return;
	(void)snprintf(text, sizeof(text), "kernel/iommu_groups/%d", f->group);
	link_at(sim, from_folder(f, text, link), "%s/iommu_group", f->folder);
	(void)snprintf(text, sizeof(text), "../../../../%.400s", f->folder + strlen("sys/"));
	link_at(sim, text, GROUPS "/%d/devices/%s", f->group, f->name);
	file_at(sim, "0x00000000fee00000 0x00000000feefffff msi\n", GROUPS "/%d/reserved_regions", f->group);
}

struct sim_function *sim_add_function(struct sim *sim, const char *name, uint32_t class_code, const char *ids,
    int group, const char *driver, const char *parent)
{
	const struct sim_function *above = parent ? sim_find_function(sim, parent) : NULL;
	struct sim_function *f = &sim->functions[sim->n_functions++];
	struct sim_driver *d = driver ? sim_add_driver(sim, driver) : NULL;

	*f = (struct sim_function){.class_code = class_code, .group = group, .reset_method = "flr pm"};
	(void)snprintf(f->name, sizeof(f->name), "%s", name);
	(void)snprintf(f->ids, sizeof(f->ids), "%s", ids);
	(void)snprintf(f->folder, sizeof(f->folder), "%.400s/%s", above ? above->folder : "sys/devices/pci0000:00", name);
	show_new_function(sim, f);
	show_function(sim, f);
	if (d) {
		(void)snprintf(d->ids[d->n_ids], sizeof(d->ids[0]), "%s", ids);
		d->n_ids++;
		(void)attach(sim, f, d);
	}
	return f;
}

void sim_unplug(struct sim *sim, const char *name)
{
	struct sim_function *f = sim_find_function(sim, name);
	int group;

	if (!f)
		return;
	group = f->group;
	detach(sim, f);
	nothing_at(sim, DEVICES "/%s", name);
	nothing_at(sim, GROUPS "/%d/devices/%s", group, name);
	nothing_at(sim, "%s", f->folder);
	sim->n_functions--;
	memmove(f, f + 1, (size_t)(&sim->functions[sim->n_functions] - f) * sizeof(*f));
	show_node(sim, group);
}

/* ---- the whole ---- */

void sim_init(struct sim *sim)
{
	*sim = (struct sim){
	    .sys = {.ops = &sim_ops, .is_live = true, .may_write = true, .pid = SIM_PID, .write_limit_ms = 30000, .unit_limit_ms = 120000},
	    .kernel_major = 6,
	    .kernel_minor = 12,
	    .trip_code = -EIO,
	    .time_ms = 1000,
	};
	tree_file(&sim->tree, "proc/sys/kernel/osrelease", "6.12.0-sim\n");
	tree_file(&sim->tree, "proc/sys/kernel/random/boot_id", "0a1b2c3d-0000-4000-8000-000000000001\n");
	tree_file(&sim->tree, "sys/bus/pci/drivers_probe", "");
	tree_dir(&sim->tree, DEVICES);
	tree_dir(&sim->tree, DRIVERS);
	tree_dir(&sim->tree, GROUPS);
	tree_dir(&sim->tree, "sys/dev/char");
	tree_dir(&sim->tree, "sys/dev/block");
	tree_dir(&sim->tree, "sys/class/net");
	tree_dir(&sim->tree, "dev/vfio");
	tree_dir(&sim->tree, "run");
	sim_add_module(sim, "vfio", "", "");
	sim_add_module(sim, "vfio_pci_core", "vfio", "");
	sim_add_module(sim, "vfio_pci", "vfio vfio_pci_core", "vfio-pci");
	sim_add_module(sim, "vfio_iommu_type1", "vfio", "");
	(void)new_driver(sim, "vfio-pci");
	add_process(sim, 1, "systemd");
	add_process(sim, SIM_PID, "passthru");
}

void sim_done(struct sim *sim)
{
	tree_done(&sim->tree);
}

void sim_copy(struct sim *to, const struct sim *from)
{
	*to = *from;
	to->tree = tree_copy(&from->tree);
	for (size_t i = 0; i < to->n_functions; i++)
		if (from->functions[i].driver)
			to->functions[i].driver = &to->drivers[from->functions[i].driver - from->drivers];
}

void sim_arm(struct sim *sim, enum sim_trip trip, int at)
{
	sim->trip = trip;
	sim->trip_at = at;
	sim->n_calls = sim->n_writes = 0;
	sim->is_tripped = sim->tripped_on_write = false;
	(void)snprintf(sim->tripped_on, sizeof(sim->tripped_on), "nothing");
}

void sim_disarm(struct sim *sim)
{
	sim->trip = SIM_NEVER;
}

void sim_revive(struct sim *sim)
{
	for (size_t i = 0; i < SIM_MANY; i++)
		if (!sim->locks[i].is_of_others)
			sim->locks[i].is_taken = false;
	nothing_at(sim, "proc/%d", sim->sys.pid);
	sim->sys.pid++;
	sim->time_ms += 1000;
	add_process(sim, sim->sys.pid, "passthru");
	sim->is_dead = false;
	sim_disarm(sim);
}

void sim_lock_by_others(struct sim *sim, const char *path, const char *text)
{
	struct sim_lock *l = &sim->locks[SIM_MANY - 1];

	(void)snprintf(l->path, sizeof(l->path), "%s", path);
	(void)snprintf(l->text, sizeof(l->text), "%s", text);
	l->is_taken = l->is_of_others = true;
}

void sim_unlock_by_others(struct sim *sim)
{
	sim->locks[SIM_MANY - 1] = (struct sim_lock){0};
}

size_t sim_count_locks(const struct sim *sim)
{
	size_t n = 0;

	for (size_t i = 0; i < SIM_MANY; i++)
		n += sim->locks[i].is_taken && !sim->locks[i].is_of_others;
	return n;
}

char *sim_snapshot(struct sim *sim)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	for (size_t i = 0; i < sim->tree.n; i++) {
		const struct node *n = &sim->tree.nodes[i];

		if (tree_is_below(n->path, "sys") || tree_is_below(n->path, "dev"))
			(void)fprintf(out, "%s%s%s\n", n->path, n->type == NODE_LINK ? " -> " : " ", n->text ? n->text : "/");
		else if (tree_is_below(n->path, "run/passthru/held"))
			(void)fprintf(out, "%s\n", n->path);
	}
	for (size_t i = 0; i < sim->n_units; i++)
		(void)fprintf(out, "unit %s %s\n", sim->units[i].target, sim->units[i].is_active ? "active" : "inactive");
	(void)fclose(out);
	return text;
}
