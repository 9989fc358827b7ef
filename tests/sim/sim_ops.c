/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The door: every operation is counted, and may trip (see enum sim_trip). */
#include "sim_ops.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "text/log_entry.h"

static struct sim *sim_of(struct sys *s)
{
	return (struct sim *)s;
}

struct call {
	bool runs;     /* it is carried out */
	bool replaces; /* and answers code, whatever came of it */
	int code;
};

static void note_trip(struct sim *sim, const char *op, const char *path, bool is_write)
{
	sim->is_tripped = true;
	sim->tripped_on_write = is_write;
	(void)snprintf(sim->tripped_on, sizeof(sim->tripped_on), "%s %s", op, path);
}

static struct call begin(struct sim *sim, const char *op, const char *path, bool is_write)
{
	struct call c = {.runs = true};

	sim->n_calls++;
	if (sim->is_dead)
		return (struct call){false, true, -ESHUTDOWN};
	sim_pass_time(sim);
	sim->n_writes += is_write;
	if (sim->n_calls != sim->trip_at || sim->trip == SIM_NEVER || sim->trip == SIM_STUCK || sim->trip == SIM_DIE_STUCK ||
	    (sim->trip == SIM_FAIL_AFTER && !is_write))
		return c;
	note_trip(sim, op, path, is_write);
	if (sim->trip == SIM_HOOK) {
		sim->hook(sim);
		return c;
	}
	c.replaces = true;
	c.runs = sim->trip == SIM_FAIL_AFTER || sim->trip == SIM_DIE_AFTER;
	sim->is_dead = sim->trip == SIM_DIE || sim->trip == SIM_DIE_AFTER;
	c.code = sim->is_dead ? -ESHUTDOWN : sim->trip_code;
	return c;
}

#define CALL(sim, op, path, is_write, body)                                                                            \
	({                                                                                                             \
		struct call call_ = begin((sim), (op), (path), (is_write));                                            \
		int r_ = call_.runs ? (body) : 0;                                                                      \
		call_.replaces ? call_.code : r_;                                                                      \
	})

/* ---- reading ---- */

static int read_file(struct sim *sim, const char *path, char *buf, size_t size, bool is_own)
{
	const struct node *n = tree_resolve(&sim->tree, path, true);
	size_t length;

	if (!n)
		return -ENOENT;
	if (n->type != NODE_FILE)
		return -EISDIR;
	if (is_own && n->is_foreign)
		return -EPERM;
	length = strlen(n->text);
	if (length >= size)
		return -EFBIG;
	memcpy(buf, n->text, length + 1);
	return (int)length;
}

/* uevent takes the lock in some 6.1, driver_override in all up to that, sriov_numvfs since 5.6. */
static void note_hang(struct sim *sim, const char *path)
{
	const char *attribute = str_base(path);
	char name[PCI_ADDR_TEXT];
	const struct sim_function *f;

	if (!str_starts(path, "sys/bus/pci/devices/") ||
	    (!str_eq(attribute, "uevent") && !str_eq(attribute, "driver_override") && !str_eq(attribute, "sriov_numvfs")))
		return;
	path += strlen("sys/bus/pci/devices/");
	(void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(path, "/"), path);
	f = sim_find_function(sim, name);
	if (!f || !f->is_stuck)
		return;
	sim->n_hung++;
	(void)snprintf(sim->hung_on, sizeof(sim->hung_on), "%s", attribute);
}

static int op_read(struct sys *s, const char *path, char *buf, size_t size)
{
	note_hang(sim_of(s), path);
	return CALL(sim_of(s), "read", path, false, read_file(sim_of(s), path, buf, size, false));
}

static int op_read_own(struct sys *s, const char *path, char *buf, size_t size)
{
	return CALL(sim_of(s), "read_own", path, false, read_file(sim_of(s), path, buf, size, true));
}

static int read_link(struct sim *sim, const char *path, char *buf, size_t size)
{
	const struct node *n = tree_resolve(&sim->tree, path, false);

	if (!n)
		return -ENOENT;
	if (n->type != NODE_LINK)
		return -EINVAL;
	(void)snprintf(buf, size, "%s", n->text);
	return 0;
}

/* A node by its name, or by a link to it. */
static int find_device(struct sim *sim, const char *path, struct sys_device *ret)
{
	const struct node *fd = tree_find(&sim->tree, path);
	const char *name = fd && fd->type == NODE_LINK ? fd->text + 1 : path;

	*ret = (struct sys_device){0};
	if (str_starts(name, "dev/vfio/") && sim_exists(sim, name))
		return sscanf(str_base(name), "%u", &ret->minor) == 1 ? (ret->major = 511, 1) : 0;
	for (size_t i = 0; str_starts(name, "dev/") && i < sim->n_nodes; i++)
		if (str_eq(sim->nodes[i].name, name + strlen("dev/")) && sim->nodes[i].number[0])
			return sscanf(sim->nodes[i].number, "%u:%u", &ret->major, &ret->minor) == 2;
	return fd || sim_exists(sim, name) ? 0 : -ENOENT;
}

static int op_device(struct sys *s, const char *path, struct sys_device *ret)
{
	return CALL(sim_of(s), "device", path, false, find_device(sim_of(s), path, ret));
}

static int op_link(struct sys *s, const char *path, char *buf, size_t size)
{
	return CALL(sim_of(s), "link", path, false, read_link(sim_of(s), path, buf, size));
}

static int list(struct sim *sim, const char *path, sys_each *each, void *data)
{
	const struct node *n = tree_resolve(&sim->tree, path, true);
	char folder[TREE_PATH];

	if (!n)
		return -ENOENT;
	if (n->type != NODE_DIR)
		return -ENOTDIR;
	(void)snprintf(folder, sizeof(folder), "%s", n->path);
	return tree_list(&sim->tree, folder, each, data);
}

static int op_list(struct sys *s, const char *path, sys_each *each, void *data)
{
	return CALL(sim_of(s), "list", path, false, list(sim_of(s), path, each, data));
}

/* devtmpfs makes the node a moment after the function is bound. */
static bool is_late(struct sim *sim, const char *path)
{
	if (!str_starts(path, "dev/vfio/") || sim->late_looks == 0 || !sim_exists(sim, path))
		return false;
	sim->late_looks--;
	return true;
}

static int op_exists(struct sys *s, const char *path)
{
	return CALL(sim_of(s), "exists", path, false, is_late(sim_of(s), path) ? 0 : sim_exists(sim_of(s), path));
}

/* ---- sysfs ---- */

static int poke_function(struct sim *sim, const struct sim_function *f, const char *path, const char *value, unsigned limit_ms)
{
	char lock[64];
	int r;

	if (f->is_stuck)
		return -EBUSY;
	(void)snprintf(lock, sizeof(lock), "run/passthru/busy/%s", f->name);
	tree_file(&sim->tree, lock, "");
	if (sim->n_calls == sim->trip_at && (sim->trip == SIM_STUCK || sim->trip == SIM_DIE_STUCK)) {
		note_trip(sim, "poke", path, true);
		sim->is_dead = sim->trip == SIM_DIE_STUCK;
		r = sim_poke_and_hang(sim, f->name, path, value);
	} else {
		r = sim_poke(sim, path, value);
	}
	if (r == -ETIME)
		sim->time_ms += limit_ms;
	return sim->is_dead ? -ESHUTDOWN : r;
}

/* Huge pages, consoles and the firmware's framebuffer are written under a name. */
static int poke_other(struct sim *sim, const char *busy, const char *path, const char *value, unsigned limit_ms)
{
	struct sim_pool *p = sim_find_pool(sim, path);

	if (!sim_exists(sim, path) || (p && !str_eq(str_base(path), "nr_hugepages")))
		return -ENOENT;
	if (p ? p->is_stuck : str_eq(sim->stuck_busy, busy))
		return -EBUSY;
	if (sim->n_calls != sim->trip_at || (sim->trip != SIM_STUCK && sim->trip != SIM_DIE_STUCK))
		return p ? sim_store_pages(sim, p, value) : sim_poke_display(sim, path, value);
	note_trip(sim, "poke", path, true);
	sim->is_dead = sim->trip == SIM_DIE_STUCK;
	sim->time_ms += limit_ms;
	if (p) {
		p->is_stuck = true;
		(void)snprintf(p->stuck_value, sizeof(p->stuck_value), "%s", value);
	} else {
		(void)snprintf(sim->stuck_busy, sizeof(sim->stuck_busy), "%s", busy);
		(void)snprintf(sim->stuck_path, sizeof(sim->stuck_path), "%s", path);
		(void)snprintf(sim->stuck_value, sizeof(sim->stuck_value), "%s", value);
	}
	return sim->is_dead ? -ESHUTDOWN : -ETIME;
}

static int poke(struct sim *sim, const char *busy, const char *path, const char *value, unsigned limit_ms)
{
	const struct sim_function *f = sim_find_function(sim, busy);

	if (!sim_exists(sim, "run/passthru/busy"))
		return -ENOENT; /* no place for the busy lock */
	return f ? poke_function(sim, f, path, value, limit_ms) : poke_other(sim, busy, path, value, limit_ms);
}

static int op_poke(struct sys *s, const char *busy, const char *path, const char *value, unsigned limit_ms)
{
	return CALL(sim_of(s), "poke", path, true, poke(sim_of(s), busy, path, value, limit_ms));
}

/* "hugepages-node0-2048kB" is the lock of "…/node0/hugepages/hugepages-2048kB". */
static int is_busy(struct sim *sim, const char *busy)
{
	const struct sim_function *f = sim_find_function(sim, busy);
	const char *size = strrchr(busy, '-');

	if (f)
		return f->is_stuck;
	if (sim->stuck_busy[0] && str_eq(sim->stuck_busy, busy))
		return 1;
	for (size_t i = 0; i < sim->n_pools; i++) {
		const struct sim_pool *p = &sim->pools[i];
		char node[32];

		if (!size || size == strchr(busy, '-'))
			break;
		(void)snprintf(node, sizeof(node), "/%.*s/", (int)(size - strchr(busy, '-') - 1), strchr(busy, '-') + 1);
		if (p->is_stuck && strstr(p->folder, node) && str_eq(strrchr(p->folder, '-'), size))
			return 1;
	}
	return 0;
}

static int op_is_busy(struct sys *s, const char *busy)
{
	return CALL(sim_of(s), "is_busy", busy, false, is_busy(sim_of(s), busy));
}

/* A mount has its disk for itself alone. */
static int is_claimed(struct sim *sim, const char *node)
{
	const struct node *mounts = tree_find(&sim->tree, "proc/self/mountinfo");

	return mounts && strstr(mounts->text, node) != NULL;
}

static int op_is_claimed(struct sys *s, const char *node)
{
	return CALL(sim_of(s), "is_claimed", node, false, is_claimed(sim_of(s), node));
}

static int no_signature(char *buf, size_t size)
{
	(void)snprintf(buf, size, "%s", "");
	return 0;
}

/* All disks are empty. */
static int op_signature(struct sys *s, const char *node, char *buf, size_t size)
{
	return CALL(sim_of(s), "signature", node, false, no_signature(buf, size));
}

static int group_viable(struct sim *sim, const char *node)
{
	uint64_t group;

	if (!sim_exists(sim, node))
		return -ENOENT;
	if (!str_number(str_base(node), 10, 1000, &group))
		return -ENOTTY;
	return sim_group_is_open(sim, (int)group) ? -EBUSY : sim_group_viable(sim, (int)group);
}

static int op_group_viable(struct sys *s, const char *node)
{
	return CALL(sim_of(s), "group_viable", node, false, group_viable(sim_of(s), node));
}

/* ---- our own state ---- */

static bool has_parent(struct sim *sim, const char *path)
{
	char parent[TREE_PATH];

	(void)snprintf(parent, sizeof(parent), "%.*s", (int)(strrchr(path, '/') - path), path);
	return tree_find(&sim->tree, parent) != NULL;
}

static int put(struct sim *sim, const char *path, const char *text)
{
	if (!has_parent(sim, path))
		return -ENOENT;
	tree_file(&sim->tree, path, text);
	return 0;
}

static int op_put(struct sys *s, const char *path, const char *text)
{
	return CALL(sim_of(s), "put", path, true, put(sim_of(s), path, text));
}

static int rename_file(struct sim *sim, const char *from, const char *to)
{
	const struct node *n = tree_find(&sim->tree, from);
	bool is_foreign;
	char *text;

	if (!n || !has_parent(sim, to))
		return -ENOENT;
	is_foreign = n->is_foreign;
	text = strdup(n->text);
	tree_remove(&sim->tree, from);
	tree_file(&sim->tree, to, text);
	tree_find(&sim->tree, to)->is_foreign = is_foreign;
	free(text);
	return 0;
}

static int op_rename(struct sys *s, const char *from, const char *to)
{
	return CALL(sim_of(s), "rename", from, true, rename_file(sim_of(s), from, to));
}

static int remove_file(struct sim *sim, const char *path)
{
	if (!tree_find(&sim->tree, path))
		return -ENOENT;
	tree_remove(&sim->tree, path);
	return 0;
}

static int op_remove(struct sys *s, const char *path)
{
	return CALL(sim_of(s), "remove", path, true, remove_file(sim_of(s), path));
}

static int make_dir(struct sim *sim, const char *path)
{
	tree_dir(&sim->tree, path);
	return 0;
}

static int op_make_dir(struct sys *s, const char *path)
{
	return CALL(sim_of(s), "make_dir", path, true, make_dir(sim_of(s), path));
}

/* ---- lasting files ---- */

static int file_get(struct sim *sim, const char *path, char *buf, size_t size, struct sys_file *ret)
{
	const struct node *n = tree_find(&sim->tree, path);
	int r = n && n->type != NODE_FILE ? -EINVAL : read_file(sim, path, buf, size, false);

	if (r >= 0)
		*ret = (struct sys_file){.is_trusted = !n->is_foreign, .mode = n->mode ? n->mode : 0644};
	return r;
}

static int op_file_get(struct sys *s, const char *path, char *buf, size_t size, struct sys_file *ret)
{
	return CALL(sim_of(s), "file_get", path, false, file_get(sim_of(s), path, buf, size, ret));
}

static int file_put(struct sim *sim, const char *path, const char *text, unsigned mode)
{
	tree_file(&sim->tree, path, text);
	tree_find(&sim->tree, path)->mode = mode;
	return 0;
}

static int op_file_put(struct sys *s, const char *path, const char *text, unsigned mode)
{
	return CALL(sim_of(s), "file_put", path, true, file_put(sim_of(s), path, text, mode));
}

static int op_file_edit(struct sys *s, const char *path, const char *text)
{
	struct sim *sim = sim_of(s);
	const struct node *n = tree_find(&sim->tree, path);

	return CALL(sim, "file_edit", path, true, n ? file_put(sim, path, text, n->mode) : -ENOENT);
}

static int op_file_remove(struct sys *s, const char *path)
{
	return CALL(sim_of(s), "file_remove", path, true, remove_file(sim_of(s), path));
}

static int op_file_tidy(struct sys *s, const char *path)
{
	/* A put is whole or not at all here, so there is never anything beside. */
	return begin(sim_of(s), "file_tidy", path, true).code;
}

/* ---- locks ---- */

static int lock(struct sim *sim, const char *path, const char *text, char *holder, size_t holder_size)
{
	int free_one = -1;

	if (!has_parent(sim, path))
		return -ENOENT;
	for (int i = 0; i < SIM_MANY; i++) {
		const struct sim_lock *l = &sim->locks[i];

		if (l->is_taken && str_eq(l->path, path)) {
			(void)snprintf(holder, holder_size, "%s", l->text);
			return -EWOULDBLOCK;
		}
		if (!l->is_taken && free_one < 0)
			free_one = i;
	}
	tree_file(&sim->tree, path, text);
	sim->locks[free_one].is_taken = true;
	(void)snprintf(sim->locks[free_one].path, sizeof(sim->locks[0].path), "%s", path);
	(void)snprintf(sim->locks[free_one].text, sizeof(sim->locks[0].text), "%s", text);
	return free_one;
}

/* Not counted as a write: where it fails after all, the kernel has dropped it again (sys/state.c). */
static int op_lock(struct sys *s, const char *path, const char *text, char *holder, size_t holder_size)
{
	return CALL(sim_of(s), "lock", path, false, lock(sim_of(s), path, text, holder, holder_size));
}

static void op_unlock(struct sys *s, int handle)
{
	struct sim *sim = sim_of(s);

	sim->n_calls++;
	if (!sim->is_dead && handle >= 0)
		sim->locks[handle].is_taken = false;
}

static int is_locked(struct sim *sim, const char *path, char *holder, size_t holder_size)
{

	holder[0] = '\0';
	if (str_starts(path, "run/passthru/busy/"))
		return is_busy(sim, str_base(path));
	for (int i = 0; i < SIM_MANY; i++)
		if (sim->locks[i].is_taken && str_eq(sim->locks[i].path, path)) {
			(void)snprintf(holder, holder_size, "%s", sim->locks[i].text);
			return 1;
		}
	return 0;
}

static int op_is_locked(struct sys *s, const char *path, char *holder, size_t holder_size)
{
	return CALL(sim_of(s), "is_locked", path, false, is_locked(sim_of(s), path, holder, holder_size));
}

/* ---- modules ---- */

static int tell_module(struct sim *sim, const char *name, sys_each_module *each, void *data)
{
	const struct sim_module *m = sim_find_module(sim, name);
	struct sys_module told;

	if (!m)
		return -ENOENT;
	told = (struct sys_module){.name = m->name, .is_builtin = m->is_builtin};
	return each(data, &told);
}

static int chain(struct sim *sim, const char *name, sys_each_module *each, void *data)
{
	const struct sim_module *m = sim_find_module(sim, name);
	char all[64];
	char *rest = all;
	int r = 0;

	if (!m)
		return -ENOENT;
	(void)snprintf(all, sizeof(all), "%s", m->needs);
	for (char *one = strtok_r(rest, " ", &rest); r == 0 && one; one = strtok_r(NULL, " ", &rest))
		r = tell_module(sim, one, each, data);
	return r < 0 ? r : tell_module(sim, name, each, data);
}

static int op_module_chain(struct sys *s, const char *name, sys_each_module *each, void *data)
{
	return CALL(sim_of(s), "module_chain", name, false, chain(sim_of(s), name, each, data));
}

static bool has_ids(const char *modalias, const char *ids)
{
	char want[32];

	(void)snprintf(want, sizeof(want), "pci:v0000%.4sd0000%.4ssv", ids, ids + 5);
	return str_starts(modalias, want);
}

/* vfio_pci fits everything. */
static int module_for(struct sim *sim, const char *modalias, char *buf, size_t size)
{
	if (str_starts(modalias, "vfio_pci:")) {
		(void)snprintf(buf, size, "vfio_pci");
		return 0;
	}
	for (size_t i = 0; i < sim->n_drivers; i++)
		for (size_t k = 0; k < sim->drivers[i].n_ids; k++)
			if (has_ids(modalias, sim->drivers[i].ids[k])) {
				(void)snprintf(buf, size, "%s", sim->drivers[i].module);
				return 0;
			}
	return -ENOENT;
}

static int op_module_for(struct sys *s, const char *modalias, char *buf, size_t size)
{
	return CALL(sim_of(s), "module_for", modalias, false, module_for(sim_of(s), modalias, buf, size));
}

static int op_module_load(struct sys *s, const char *name)
{
	return CALL(sim_of(s), "module_load", name, true, sim_load(sim_of(s), name));
}

static int op_module_unload(struct sys *s, const char *name)
{
	return CALL(sim_of(s), "module_unload", name, true, sim_unload(sim_of(s), name));
}

/* ---- units ---- */

static const char *target_of(char buf[SYS_PATH], const struct sys_unit *u)
{
	return u->is_user ? sys_path(buf, "%u/%s", u->uid, u->name) : sys_path(buf, "%s", u->name);
}

static int unit_active(struct sim *sim, const char *target)
{
	const struct sim_unit *u = sim_find_unit(sim, target);

	if (!u)
		return -ENOENT;
	return u->is_gone ? -ENODEV : u->is_active;
}

static int op_unit_active(struct sys *s, const struct sys_unit *u)
{
	char target[SYS_PATH];

	(void)target_of(target, u);
	return CALL(sim_of(s), "unit_active", target, false, unit_active(sim_of(s), target));
}

static int op_unit_set(struct sys *s, const struct sys_unit *u, bool active, unsigned limit_ms)
{
	char target[SYS_PATH];

	(void)target_of(target, u);
	return CALL(sim_of(s), "unit_set", target, true, sim_set_unit(sim_of(s), target, active, limit_ms));
}

static int op_signal_process(struct sys *s, int pid, uint64_t start, int signal)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%d", signal);
	return CALL(sim_of(s), "signal_process", text, true, sim_signal(sim_of(s), pid, start, signal));
}

static int op_set_interface(struct sys *s, const char *name, bool up)
{
	return CALL(sim_of(s), "set_interface", name, true, sim_set_interface(sim_of(s), name, up));
}

/* ---- commands, time ---- */

static int find_command(const char *name, char *buf, size_t size)
{
	if (str_eq(name, "missing"))
		return -ENOENT;
	(void)snprintf(buf, size, "/usr/bin/%s", name);
	return 0;
}

static int op_find_command(struct sys *s, const char *name, char *buf, size_t size)
{
	return CALL(sim_of(s), "find_command", name, false, find_command(name, buf, size));
}

static int run(struct sim *sim, int *ret_status)
{
	*ret_status = sim->on_run ? sim->on_run(sim) : 0;
	return 0;
}

static int op_run(struct sys *s, const char *path, char **argv, const struct sys_credentials *as, int *ret_status)
{
	(void)argv;
	sim_of(s)->ran_as = as ? as->user->uid : 0;
	return CALL(sim_of(s), "run", path, false, run(sim_of(s), ret_status));
}

static int linger(struct sim *sim, const int *pids, size_t n, unsigned ms)
{
	sim->time_ms += ms;
	if (--sim->lingers <= 0)
		for (size_t i = 0; i < n; i++)
			sim_close_node(sim, pids[i]);
	return 0;
}

static int op_linger(struct sys *s, const int *pids, size_t n, unsigned ms)
{
	return CALL(sim_of(s), "linger", "", false, linger(sim_of(s), pids, n, ms));
}

static int op_find_tool(struct sys *s, const char *name, char *buf, size_t size)
{
	bool is_known = str_eq(name, "update-grub") || str_eq(name, "grub-mkconfig") || str_eq(name, "update-initramfs") ||
	    (str_eq(name, "prime-select") && sim_exists(sim_of(s), "usr/bin/prime-select"));

	(void)snprintf(buf, size, "/usr/sbin/%s", name);
	return CALL(sim_of(s), "find_tool", name, false, is_known ? 0 : -ENOENT);
}

static int op_run_tool(struct sys *s, char *const *argv, unsigned limit_ms, char *output, size_t size, int *ret_status)
{
	(void)limit_ms;
	output[0] = '\0';
	return CALL(sim_of(s), "run_tool", argv[0], true, sim_run_tool(sim_of(s), argv, output, size, ret_status));
}

/* ---- network ---- */

/* This machine is reached by no network. */
static int op_routes(struct sys *s, sys_each_route *each, void *data)
{
	struct call call = begin(sim_of(s), "routes", "", false);

	(void)each, (void)data;
	return call.replaces ? call.code : 0;
}

/* ---- users ---- */

static int find_user(struct arena *mem, const char *text, struct sys_user *ret)
{
	static const unsigned groups[] = {1000, 108};
	bool is_ann = str_starts(text, "ann"), is_bob = str_starts(text, "bob");

	if (!is_ann && !is_bob)
		return str_eq(text, "root") ? (*ret = (struct sys_user){.name = "root"}, 0) : -ENOENT;
	*ret = (struct sys_user){.uid = is_ann ? 1000 : 1001, .gid = is_ann ? 1000 : 1001, .home = "/", .shell = "/bin/sh",
	    .name = arena_strndup(mem, text, 3), .groups = groups, .n_groups = ARRAY_LEN(groups)};
	if (str_eq(text + 3, ":kvm"))
		ret->gid = 108;
	return text[3] == '\0' || ret->gid == 108 ? 0 : -ESRCH;
}

static int op_find_user(struct sys *s, struct arena *mem, const char *text, struct sys_user *ret)
{
	return CALL(sim_of(s), "find_user", text, false, find_user(mem, text, ret));
}

/* The text of a node is who may open it. */
static int access_get(struct sim *sim, const char *path, struct access *ret, struct sys_device *ret_device)
{
	const struct node *n = tree_resolve(&sim->tree, path, false);

	if (!n)
		return -ENOENT;
	*ret_device = (struct sys_device){.major = 243};
	return access_parse(n->text, ret) ? 0 : -ENOTTY;
}

static int op_access_get(struct sys *s, const char *path, struct access *ret, struct sys_device *ret_device)
{
	return CALL(sim_of(s), "access_get", path, false, access_get(sim_of(s), path, ret, ret_device));
}

static int access_set(struct sim *sim, const char *path, const struct access *want)
{
	cleanup_arena struct arena mem = {0};

	if (!tree_find(&sim->tree, path))
		return -ENOENT;
	tree_file(&sim->tree, path, access_format(&mem, want));
	return 0;
}

static int op_access_set(struct sys *s, const char *path, const struct access *want)
{
	return CALL(sim_of(s), "access_set", path, true, access_set(sim_of(s), path, want));
}

/* ---- the system's log ---- */

static int note_entry(struct sim *sim, const struct log_field *fields, size_t n)
{
	size_t used = strlen(sim->log);

	for (size_t i = 0; i < n && used < sizeof(sim->log); i++)
		if (fields[i].value)
			used += (size_t)snprintf(
			    sim->log + used, sizeof(sim->log) - used, "%s=%s\n", fields[i].name, fields[i].value);
	if (used < sizeof(sim->log))
		(void)snprintf(sim->log + used, sizeof(sim->log) - used, "\n");
	return 0;
}

static int op_log(struct sys *s, const struct log_field *fields, size_t n)
{
	return CALL(sim_of(s), "log", "", false, note_entry(sim_of(s), fields, n));
}

static int64_t op_now_ms(struct sys *s)
{
	(void)begin(sim_of(s), "now_ms", "", false);
	return sim_of(s)->time_ms;
}

static int64_t op_clock_s(struct sys *s)
{
	(void)begin(sim_of(s), "clock_s", "", false);
	return 1700000000 + sim_of(s)->time_ms / 1000;
}

static int sleep_for(struct sim *sim, unsigned ms)
{
	sim->time_ms += ms;
	if (sim->udev_ms > 0 && (sim->udev_ms -= ms) <= 0)
		sim_end_udev(sim);
	return 0;
}

static int op_sleep_ms(struct sys *s, unsigned ms)
{
	return CALL(sim_of(s), "sleep_ms", "", false, sleep_for(sim_of(s), ms));
}

const struct sys_ops sim_ops = {
    .read = op_read,
    .read_own = op_read_own,
    .link = op_link,
    .device = op_device,
    .list = op_list,
    .exists = op_exists,
    .poke = op_poke,
    .is_busy = op_is_busy,
    .is_claimed = op_is_claimed,
    .signature = op_signature,
    .group_viable = op_group_viable,
    .put = op_put,
    .rename = op_rename,
    .remove = op_remove,
    .make_dir = op_make_dir,
    .file_get = op_file_get,
    .file_put = op_file_put,
    .file_edit = op_file_edit,
    .file_remove = op_file_remove,
    .file_tidy = op_file_tidy,
    .lock = op_lock,
    .unlock = op_unlock,
    .is_locked = op_is_locked,
    .module_chain = op_module_chain,
    .module_for = op_module_for,
    .module_load = op_module_load,
    .module_unload = op_module_unload,
    .unit_active = op_unit_active,
    .unit_set = op_unit_set,
    .signal_process = op_signal_process,
    .set_interface = op_set_interface,
    .find_command = op_find_command,
    .run = op_run,
    .find_tool = op_find_tool,
    .run_tool = op_run_tool,
    .linger = op_linger,
    .routes = op_routes,
    .find_user = op_find_user,
    .access_get = op_access_get,
    .access_set = op_access_set,
    .log = op_log,
    .now_ms = op_now_ms,
    .clock_s = op_clock_s,
    .sleep_ms = op_sleep_ms,
};
