/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine itself: functions, drivers, groups, modules, processes. The door to it is sim_ops.c. */
#include "sim_kernel.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "sim_ops.h"

#define DEVICES "sys/bus/pci/devices"
#define DRIVERS "sys/bus/pci/drivers"
#define GROUPS "sys/kernel/iommu_groups"

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
	int n = str_starts(m->name, "vfio") ? sim_count_opens(sim, NULL) : sim_count_module_opens(sim, m->name);

	n += sim_console_keeps(sim, m->name);
	for (size_t i = 0; i < sim->n_modules; i++)
		n += sim->modules[i].is_loaded && needs(&sim->modules[i], m->name);
	return n;
}

void sim_show_modules(struct sim *sim)
{
	char text[32];

	for (size_t i = 0; i < sim->n_modules; i++) {
		const struct sim_module *m = &sim->modules[i];

		if (!m->is_loaded || m->is_builtin)
			continue;
		(void)snprintf(text, sizeof(text), "%d\n", module_users(sim, m));
		tree_file_at(&sim->tree, text, "sys/module/%s/refcnt", m->name);
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
	tree_file_at(&sim->tree, text, "%s/uevent", f->folder);
	(void)snprintf(text, sizeof(text), "%s\n", f->driver_override[0] ? f->driver_override : "(null)");
	tree_file_at(&sim->tree, text, "%s/driver_override", f->folder);
	(void)snprintf(text, sizeof(text), "%s\n", f->reset_method);
	tree_file_at(&sim->tree, text, "%s/reset_method", f->folder);
	tree_remove_at(&sim->tree, "%s/driver", f->folder);
	for (size_t i = 0; i < sim->n_drivers; i++)
		tree_remove_at(&sim->tree, DRIVERS "/%s/%s", sim->drivers[i].name, f->name);
	if (!f->driver)
		return;
	(void)snprintf(text, sizeof(text), "bus/pci/drivers/%s", f->driver->name);
	tree_link_at(&sim->tree, from_folder(f, text, link), "%s/driver", f->folder);
	(void)snprintf(link, sizeof(link), "../../../../%.400s", f->folder + strlen("sys/"));
	tree_link_at(&sim->tree, link, DRIVERS "/%s/%s", f->driver->name, f->name);
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
		tree_remove_at(&sim->tree, "dev/vfio/%d", group);
}

/* nvidia says of each of its cards which node it has. */
static void show_binding(struct sim *sim, const struct sim_function *f)
{
	show_function(sim, f);
	show_node(sim, f->group);
	if (f->driver && str_eq(f->driver->name, "nvidia"))
		tree_file_at(&sim->tree, f->nvidia_minor ? "Device Minor: \t 1\n" : "Device Minor: \t 0\n",
		    "proc/driver/nvidia/gpus/%s/information", f->name);
	else
		tree_remove_at(&sim->tree, "proc/driver/nvidia/gpus/%s", f->name);
	sim_show(sim);
}

void sim_show(struct sim *sim)
{
	sim_show_nodes(sim);
	sim_show_display(sim);
	sim_show_modules(sim);
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
	sim_evict_framebuffers(sim, f, d);
	f->driver = d;
	show_binding(sim, f);
	return 0;
}

static void detach(struct sim *sim, struct sim_function *f)
{
	f->driver = NULL;
	show_binding(sim, f);
}

/* nvidia_modeset has every card of the driver open while nvidia_drm draws; sound waits for whoever plays (KF-09). */
static bool is_in_use(struct sim *sim, const struct sim_function *f, const struct sim_driver *d)
{
	return sim_function_is_open(sim, f->name) || (str_eq(d->name, "nvidia") && sim_is_loaded(sim, "nvidia_drm"));
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
	if (is_in_use(sim, f, d)) {
		f->waits_for_holders = true;
		return stay_stuck(f, path, value);
	}
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

static void let_go(struct sim *sim, struct sim_function *f)
{
	f->is_stuck = f->waits_for_holders = false;
	(void)sim_poke(sim, f->stuck_path, f->stuck_value);
}

void sim_let_go_of_unused(struct sim *sim)
{
	for (size_t i = 0; i < sim->n_functions; i++) {
		struct sim_function *f = &sim->functions[i];

		if (f->is_stuck && f->waits_for_holders && f->driver && !is_in_use(sim, f, f->driver))
			let_go(sim, f);
	}
}

void sim_let_go(struct sim *sim)
{
	for (size_t i = 0; i < sim->n_functions; i++)
		if (sim->functions[i].is_stuck)
			let_go(sim, &sim->functions[i]);
	if (sim->stuck_busy[0]) {
		sim->stuck_busy[0] = '\0';
		(void)sim_poke_display(sim, sim->stuck_path, sim->stuck_value);
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

	tree_file_at(&sim->tree, "", DRIVERS "/%s/bind", d->name);
	tree_file_at(&sim->tree, "", DRIVERS "/%s/unbind", d->name);
	(void)snprintf(link, sizeof(link), "../../../bus/pci/drivers/%s", d->name);
	tree_link_at(&sim->tree, link, "sys/module/%s/drivers/pci:%s", d->module, d->name);
	(void)snprintf(link, sizeof(link), "../../../../module/%s", d->module);
	tree_link_at(&sim->tree, link, DRIVERS "/%s/module", d->name);
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
	(void)snprintf(folder, sizeof(folder), "sys/module/%s/holders", m->name);
	tree_dir(&sim->tree, folder);
	for (size_t i = 0; i < sim->n_modules; i++)
		if (needs(m, sim->modules[i].name))
			tree_link_at(&sim->tree, "x", "sys/module/%s/holders/%s", sim->modules[i].name, m->name);
	if (str_eq(m->name, "nvidia_drm"))
		tree_file(&sim->tree, "sys/module/nvidia_drm/parameters/modeset", "Y\n");
	if (str_eq(m->name, "vfio"))
		tree_file(&sim->tree, "dev/vfio/vfio", "0:0 666");
	d = m->registers[0] ? sim_find_driver(sim, m->registers) : NULL;
	if (d)
		register_driver(sim, d);
	sim_show(sim);
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
		tree_remove_at(&sim->tree, DRIVERS "/%s", d->name);
	if (str_eq(m->name, "vfio"))
		tree_remove(&sim->tree, "dev/vfio/vfio");
	tree_remove_at(&sim->tree, "sys/module/%s", m->name);
	m->is_loaded = false;
	for (size_t i = 0; i < sim->n_modules; i++)
		tree_remove_at(&sim->tree, "sys/module/%s/holders/%s", sim->modules[i].name, m->name);
	sim_show(sim);
	sim_let_go_of_unused(sim);
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

/* ---- functions ---- */

static void show_new_function(struct sim *sim, const struct sim_function *f)
{
	char text[TREE_PATH], link[TREE_PATH];

	(void)snprintf(text, sizeof(text), "../../../%.400s", f->folder + strlen("sys/"));
	tree_link_at(&sim->tree, text, DEVICES "/%s", f->name);
	(void)snprintf(text, sizeof(text), "0x%06x\n", f->class_code);
	tree_file_at(&sim->tree, text, "%s/class", f->folder);
	(void)snprintf(text, sizeof(text), "0x%.4s\n", f->ids);
	tree_file_at(&sim->tree, text, "%s/vendor", f->folder);
	(void)snprintf(text, sizeof(text), "0x%.4s\n", f->ids + 5);
	tree_file_at(&sim->tree, text, "%s/device", f->folder);
	(void)snprintf(text, sizeof(text), "pci:v0000%.4sd0000%.4ssv00001AF4sd00001100bc%02Xsc%02Xi%02X\n", f->ids, f->ids + 5,
	    f->class_code >> 16, f->class_code >> 8 & 0xff, f->class_code & 0xff);
	tree_file_at(&sim->tree, text, "%s/modalias", f->folder);
	if (f->group < 0)
		return;
	(void)snprintf(text, sizeof(text), "kernel/iommu_groups/%d", f->group);
	tree_link_at(&sim->tree, from_folder(f, text, link), "%s/iommu_group", f->folder);
	(void)snprintf(text, sizeof(text), "../../../../%.400s", f->folder + strlen("sys/"));
	tree_link_at(&sim->tree, text, GROUPS "/%d/devices/%s", f->group, f->name);
	tree_file_at(&sim->tree, "0x00000000fee00000 0x00000000feefffff msi\n", GROUPS "/%d/reserved_regions", f->group);
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
	sim_close_nodes_of(sim, name);
	detach(sim, f);
	tree_remove_at(&sim->tree, DEVICES "/%s", name);
	tree_remove_at(&sim->tree, GROUPS "/%d/devices/%s", group, name);
	tree_remove_at(&sim->tree, "%s", f->folder);
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
	/* What a machine that no network leads to says of itself. */
	tree_file(&sim->tree, "proc/self/mountinfo", "21 1 0:20 / /sys rw - sysfs sysfs rw\n");
	tree_file(&sim->tree, "proc/self/stat", "900 (passthru) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 100 0 0\n");
	tree_file(&sim->tree, "proc/self/cgroup", "0::/system.slice/test.service\n");
	sim_add_process(sim, 1, "systemd");
	sim_add_process(sim, SIM_PID, "passthru");
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
	tree_remove_at(&sim->tree, "proc/%d", sim->sys.pid);
	sim->sys.pid++;
	sim->time_ms += 1000;
	sim_add_process(sim, sim->sys.pid, "passthru");
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
		/* Folders stay once they are made, and hold nothing by themselves. */
		else if ((tree_is_below(n->path, "etc/passthru") || tree_is_below(n->path, "etc/default") ||
			     tree_is_below(n->path, "boot")) && n->type != NODE_DIR)
			(void)fprintf(out, "%s %s\n", n->path, n->text);
		else if (tree_is_below(n->path, "run/passthru/held") || tree_is_below(n->path, "var/lib/passthru/held"))
			(void)fprintf(out, "%s\n", n->path);
	}
	for (size_t i = 0; i < sim->n_programs; i++)
		(void)fprintf(out, "program %s %s %s\n", sim->programs[i].command, sim->programs[i].pid > 0 ? "runs" : "has ended",
		    sim_program_has_node(sim, &sim->programs[i]) ? sim->programs[i].node : "");
	for (size_t i = 0; i < sim->n_units; i++)
		(void)fprintf(out, "unit %s %s\n", sim->units[i].target, sim->units[i].is_active ? "active" : "inactive");
	(void)fclose(out);
	return text;
}
