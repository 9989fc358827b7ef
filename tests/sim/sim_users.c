/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who uses functions: processes and the nodes they have open, the units they belong to, interfaces that are up. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "sim_ops.h"

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

static uint64_t start_now(const struct sim *sim)
{
	return (uint64_t)(100 + sim->time_ms);
}

void sim_add_process(struct sim *sim, int pid, const char *command)
{
	char text[256];
	char folder[TREE_PATH];

	(void)snprintf(text, sizeof(text), "%s\n", command);
	tree_file_at(&sim->tree, text, "proc/%d/comm", pid);
	(void)snprintf(text, sizeof(text), "%d (%s) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 %llu 0 0\n", pid, command,
	    (unsigned long long)start_now(sim));
	tree_file_at(&sim->tree, text, "proc/%d/stat", pid);
	(void)snprintf(folder, sizeof(folder), "proc/%d/fd", pid);
	tree_dir(&sim->tree, folder);
	tree_link_at(&sim->tree, "/dev/null", "proc/%d/fd/0", pid);
}

void sim_open_node(struct sim *sim, int pid, const char *command, const char *node)
{
	sim_add_process(sim, pid, command);
	tree_link_at(&sim->tree, node, "proc/%d/fd/17", pid);
	sim_show_modules(sim);
}

void sim_close_node(struct sim *sim, int pid)
{
	tree_remove_at(&sim->tree, "proc/%d", pid);
	sim_let_go(sim);
	sim_show_modules(sim);
}

int sim_count_opens(struct sim *sim, const char *node)
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
	return sim_count_opens(sim, node) > 0;
}

/* ---- nodes of functions ---- */

struct sim_node *sim_add_node(struct sim *sim, const char *function, const char *name, const char *number)
{
	const struct sim_function *f = sim_find_function(sim, function);
	struct sim_node *n = &sim->nodes[sim->n_nodes++];

	*n = (struct sim_node){0};
	(void)snprintf(n->function, sizeof(n->function), "%s", function);
	(void)snprintf(n->driver, sizeof(n->driver), "%s", f && f->driver ? f->driver->name : "");
	(void)snprintf(n->name, sizeof(n->name), "%s", name);
	(void)snprintf(n->number, sizeof(n->number), "%s", number);
	return n;
}

static void show_node(struct sim *sim, const struct sim_node *n, const struct sim_function *f)
{
	char path[TREE_PATH], text[128];

	(void)snprintf(path, sizeof(path), "dev/%s", n->name);
	if (sim_exists(sim, path))
		return;
	tree_file(&sim->tree, path, "");
	if (!n->number[0])
		return;
	(void)snprintf(text, sizeof(text), "DEVNAME=%s\n", n->name);
	tree_file_at(&sim->tree, text, "%s/%s/uevent", f->folder, n->name);
	(void)snprintf(path, sizeof(path), "../../%.400s/%s", f->folder + strlen("sys/"), n->name);
	tree_link_at(&sim->tree, path, "sys/dev/char/%s", n->number);
}

static void show_interface(struct sim *sim, struct sim_interface *i, const struct sim_function *f)
{
	char path[TREE_PATH];

	(void)snprintf(path, sizeof(path), "../../%.400s/net/%s", f->folder + strlen("sys/"), i->name);
	tree_link_at(&sim->tree, path, "sys/class/net/%s", i->name);
	tree_file_at(&sim->tree, i->is_up ? "0x1003\n" : "0x1002\n", "%s/net/%s/flags", f->folder, i->name);
}

bool sim_shows(struct sim *sim, const char *function, const char *driver, const char *module)
{
	return sim_is_bound(sim, function, driver) && (!module[0] || sim_is_loaded(sim, module));
}

void sim_show_nodes(struct sim *sim)
{
	for (size_t i = 0; i < sim->n_nodes; i++) {
		const struct sim_node *n = &sim->nodes[i];
		const struct sim_function *f = sim_find_function(sim, n->function);

		if (sim_shows(sim, n->function, n->driver, n->module)) {
			show_node(sim, n, f);
			continue;
		}
		tree_remove_at(&sim->tree, "dev/%s", n->name);
		tree_remove_at(&sim->tree, "sys/dev/char/%s", n->number);
		if (f)
			tree_remove_at(&sim->tree, "%s/%s", f->folder, n->name);
	}
	for (size_t i = 0; i < sim->n_interfaces; i++) {
		struct sim_interface *one = &sim->interfaces[i];
		const struct sim_function *f = sim_find_function(sim, one->function);

		if (sim_is_bound(sim, one->function, one->driver)) {
			one->is_up |= one->comes_up && !one->is_there;
			one->is_there = true;
			show_interface(sim, one, f);
			continue;
		}
		one->is_there = one->is_up = false;
		tree_remove_at(&sim->tree, "sys/class/net/%s", one->name);
		if (f)
			tree_remove_at(&sim->tree, "%s/net", f->folder);
	}
}

/* The module whose code an open node runs through: it cannot go meanwhile. */
int sim_count_module_opens(struct sim *sim, const char *module)
{
	char path[64];
	int n = 0;

	for (size_t i = 0; i < sim->n_nodes; i++) {
		const struct sim_node *node = &sim->nodes[i];
		const struct sim_driver *d = sim_find_driver(sim, node->driver);
		const char *owner = node->module[0] ? node->module : d ? d->module : "";

		(void)snprintf(path, sizeof(path), "/dev/%s", node->name);
		if (str_eq(owner, module))
			n += sim_count_opens(sim, path);
	}
	return n;
}

bool sim_function_is_open(struct sim *sim, const char *function)
{
	char path[64];

	for (size_t i = 0; i < sim->n_nodes; i++) {
		(void)snprintf(path, sizeof(path), "/dev/%s", sim->nodes[i].name);
		if (str_eq(sim->nodes[i].function, function) && sim_count_opens(sim, path) > 0)
			return true;
	}
	return false;
}

/* Pulled out: whoever reads from it gets an error, and closes it. */
void sim_close_nodes_of(struct sim *sim, const char *function)
{
	char path[64];

	for (size_t i = 0; i < sim->n_nodes; i++) {
		(void)snprintf(path, sizeof(path), "/dev/%s", sim->nodes[i].name);
		for (size_t k = 0; str_eq(sim->nodes[i].function, function) && k < sim->n_programs; k++)
			if (str_eq(sim->programs[k].node, path))
				tree_remove_at(&sim->tree, "proc/%d/fd/17", sim->programs[k].pid);
	}
}

struct sim_interface *sim_add_interface(struct sim *sim, const char *function, const char *name)
{
	const struct sim_function *f = sim_find_function(sim, function);
	struct sim_interface *i = &sim->interfaces[sim->n_interfaces++];

	*i = (struct sim_interface){.is_up = true, .is_there = true};
	(void)snprintf(i->function, sizeof(i->function), "%s", function);
	(void)snprintf(i->driver, sizeof(i->driver), "%s", f->driver->name);
	(void)snprintf(i->name, sizeof(i->name), "%s", name);
	sim_show_nodes(sim);
	return i;
}

int sim_set_interface(struct sim *sim, const char *name, bool up)
{
	for (size_t i = 0; i < sim->n_interfaces; i++)
		if (str_eq(sim->interfaces[i].name, name) && sim->interfaces[i].is_there) {
			sim->interfaces[i].is_up = up;
			sim_show_nodes(sim);
			return 0;
		}
	return -ENODEV;
}

/* ---- programs ---- */

struct sim_program *sim_add_program(struct sim *sim, const char *command, const char *node, const char *unit,
    const char *cgroup)
{
	struct sim_program *p = &sim->programs[sim->n_programs++];

	*p = (struct sim_program){0};
	(void)snprintf(p->command, sizeof(p->command), "%s", command);
	(void)snprintf(p->node, sizeof(p->node), "%s", node);
	(void)snprintf(p->unit, sizeof(p->unit), "%s", unit);
	(void)snprintf(p->cgroup, sizeof(p->cgroup), "%s", cgroup);
	sim_start_program(sim, p);
	return p;
}

bool sim_program_has_node(struct sim *sim, const struct sim_program *p)
{
	char path[TREE_PATH];

	(void)snprintf(path, sizeof(path), "proc/%d/fd/17", p->pid);
	return p->pid > 0 && tree_find(&sim->tree, path) != NULL;
}

/* It opens what is there when it starts, and does not look again. */
void sim_start_program(struct sim *sim, struct sim_program *p)
{
	char text[128];

	if (p->pid > 0)
		tree_remove_at(&sim->tree, "proc/%d", p->pid);
	p->pid = SIM_PROGRAM_PID + sim->n_started++;
	p->start = start_now(sim);
	p->ends_at_ms = 0;
	sim_add_process(sim, p->pid, p->command);
	(void)snprintf(text, sizeof(text), "0::%s\n", p->cgroup);
	tree_file_at(&sim->tree, text, "proc/%d/cgroup", p->pid);
	if (sim_exists(sim, p->node + 1))
		tree_link_at(&sim->tree, p->node, "proc/%d/fd/17", p->pid);
	sim_show_modules(sim);
}

void sim_end_program(struct sim *sim, struct sim_program *p)
{
	tree_remove_at(&sim->tree, "proc/%d", p->pid);
	p->pid = 0;
	p->ends_at_ms = 0;
	sim_show_modules(sim);
	sim_let_go_of_unused(sim);
	if (p->restarts)
		sim_start_program(sim, p);
}

int sim_signal(struct sim *sim, int pid, uint64_t start, int signal)
{
	for (size_t i = 0; i < sim->n_programs; i++) {
		struct sim_program *p = &sim->programs[i];

		if (p->pid != pid || pid == 0 || p->start != start)
			continue;
		if (p->is_unkillable || (p->is_stubborn && signal != SIGKILL))
			return 0;
		if (signal == SIGKILL)
			sim_end_program(sim, p);
		else if (p->ends_at_ms == 0)
			p->ends_at_ms = sim->time_ms + p->ends_ms;
		return 0;
	}
	return -ESRCH;
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

static void start_programs(struct sim *sim, struct sim_unit *u)
{
	u->starts_programs = false;
	for (size_t i = 0; i < sim->n_programs; i++)
		if (str_eq(sim->programs[i].unit, u->target))
			sim_start_program(sim, &sim->programs[i]);
}

static void stop_programs(struct sim *sim, const struct sim_unit *u)
{
	for (size_t i = 0; i < sim->n_programs; i++) {
		struct sim_program *p = &sim->programs[i];

		if (str_eq(p->unit, u->target) && p->pid > 0)
			p->ends_at_ms = sim->time_ms + u->stop_ms + p->ends_ms;
	}
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
	if (u->is_active && !active) {
		u->down_at_ms = sim->time_ms + u->stop_ms;
		stop_programs(sim, u);
	}
	u->starts_programs |= !u->is_active && active;
	u->is_active = active;
	until = u->down_at_ms > sim->time_ms ? u->down_at_ms : sim->time_ms;
	if (until - sim->time_ms > (int64_t)limit_ms) {
		sim->time_ms += limit_ms;
		return -ETIMEDOUT;
	}
	sim->time_ms = until;
	sim_pass_time(sim);
	return 0;
}

/* A client comes: its socket has the service started. */
static void wake(struct sim *sim, const struct sim_unit *socket)
{
	struct sim_unit *u = sim_find_unit(sim, socket->wakes);

	if (!socket->is_active || !u || u->is_active)
		return;
	u->is_active = u->starts_programs = true;
}

void sim_pass_time(struct sim *sim)
{
	for (size_t i = 0; i < sim->n_programs; i++) {
		struct sim_program *p = &sim->programs[i];

		if (p->pid > 0 && p->ends_at_ms > 0 && p->ends_at_ms <= sim->time_ms)
			sim_end_program(sim, p);
	}
	for (size_t i = 0; i < sim->n_units; i++) {
		if (sim->units[i].wakes[0])
			wake(sim, &sim->units[i]);
		if (sim->units[i].starts_programs && sim->units[i].down_at_ms <= sim->time_ms)
			start_programs(sim, &sim->units[i]);
	}
}
