/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/block_graph.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"

#define BLOCK "sys/class/block"

/* ---- finding ---- */

static int compare_devices(const void *a, const void *b)
{
	return strverscmp(((const struct block_device *)a)->name, ((const struct block_device *)b)->name);
}

int block_by_name(const struct block_graph *g, const char *name)
{
	const struct block_device key = {.name = name};
	const struct block_device *found =
	    g->n ? bsearch(&key, g->devices, g->n, sizeof(key), compare_devices) : NULL;

	return found ? (int)(found - g->devices) : -1;
}

int block_by_number(const struct block_graph *g, unsigned major, unsigned minor)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->devices[i].has_number && g->devices[i].major == major && g->devices[i].minor == minor)
			return (int)i;
	return -1;
}

static int by_dm_name(const struct block_graph *g, const char *name)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->devices[i].dm_name && str_eq(g->devices[i].dm_name, name))
			return (int)i;
	return -1;
}

int block_by_node(const struct block_graph *g, const char *node)
{
	const struct sys_ops *ops = g->r->s->ops;
	char name[SYS_PATH], link[SYS_PATH];
	struct sys_device device;
	int found;

	/* What is named by others must not lead out of /dev. */
	if (!str_starts(node, "/dev/") || strstr(node, "/../"))
		return -1;
	if (str_starts(node, "/dev/mapper/")) {
		found = by_dm_name(g, node + strlen("/dev/mapper/"));
		if (found >= 0)
			return found;
	}
	/* drivers/base/core.c, device_get_devnode: a slash in a name is "!" in sysfs. */
	(void)sys_path(name, "%s", node + strlen("/dev/"));
	for (char *c = name; *c; c++)
		*c = *c == '/' ? '!' : *c;
	found = block_by_name(g, name);
	if (found >= 0)
		return found;
	if (ops->device && ops->device(g->r->s, node + 1, &device) == 1)
		return device.is_block ? block_by_number(g, device.major, device.minor) : -1;
	if (ops->link(g->r->s, node + 1, link, sizeof(link)) < 0)
		return -1;
	found = block_by_name(g, str_base(link));
	return found >= 0 ? found : by_dm_name(g, str_base(link));
}

const char *block_node(char buf[SYS_PATH], const struct block_device *d)
{
	char *c;

	(void)sys_path(buf, "dev/%s", d->name);
	for (c = buf; *c; c++)
		*c = *c == '!' ? '/' : *c;
	return buf;
}

/* ---- edges ---- */

void block_connect(struct block_graph *g, int over, int under)
{
	struct block_device *d = &g->devices[over];

	if (over == under)
		return;
	for (size_t i = 0; i < d->n_below; i++)
		if (d->below[i] == under)
			return;
	*ARENA_PUSH(g->r->mem, d->below, d->n_below) = under;
}

static void visit(struct block_graph *g, int device, size_t *n)
{
	if (g->seen[device] == g->walk)
		return;
	g->seen[device] = g->walk;
	g->order[(*n)++] = device;
}

/* A device and all it is made of, itself first; good until the next call. */
static size_t walk(struct block_graph *g, int device, const int **ret)
{
	size_t n = 0;

	g->walk++;
	visit(g, device, &n);
	for (size_t i = 0; i < n; i++) {
		const struct block_device *d = &g->devices[g->order[i]];

		for (size_t j = 0; j < d->n_below; j++)
			visit(g, d->below[j], &n);
	}
	*ret = g->order;
	return n;
}

void block_add_use(struct block_graph *g, enum use_kind kind, const char *what, int device, const char *evidence)
{
	const char *subject = arena_printf(g->r->mem, "%s on %s", what, g->devices[device].name);
	const int *below;
	size_t n = walk(g, device, &below);

	for (size_t i = 0; i < n; i++) {
		struct block_device *d = &g->devices[below[i]];

		d->is_used = true;
		for (size_t j = 0; j < d->n_functions; j++)
			uses_add(g->r, kind, d->functions[j], subject, evidence);
	}
}

/* ---- reading a device ---- */

static void add_function(struct block_graph *g, struct block_device *d, int **functions, int function)
{
	for (size_t i = 0; i < d->n_functions; i++)
		if ((*functions)[i] == function)
			return;
	*ARENA_PUSH(g->r->mem, *functions, d->n_functions) = function;
	d->functions = *functions;
	g->has_disks = true;
}

/* The last function of the path, and those above it that are no bridges: behind Intel's VMD a disk has a function of
 * its own, and goes with the VMD as well. */
static void add_functions_of_path(struct block_graph *g, struct block_device *d, int **functions, char *path)
{
	const struct host *h = g->r->h;
	int function, last = -1;

	while ((function = uses_function_in(g->r, path)) >= 0) {
		const char *name = h->functions[function].name;
		char *at = NULL;

		if (last < 0 || !function_is_bridge(&h->functions[function]))
			add_function(g, d, functions, function);
		last = function;
		for (char *next = strstr(path, name); next; next = strstr(next + 1, name))
			at = next;
		if (!at)
			break;
		*at = '\0';
	}
}

struct controllers {
	struct block_graph *g;
	struct block_device *d;
	int *functions;
	const char *subsystem;
};

static int add_controller(void *data, const char *name)
{
	struct controllers *c = data;
	char path[SYS_PATH], link[SYS_PATH];

	/* The controllers are links; the heads themselves and the attributes are none. */
	(void)sys_path(path, "sys/class/nvme-subsystem/%s/%s", c->subsystem, name);
	if (c->g->r->s->ops->link(c->g->r->s, path, link, sizeof(link)) == 0)
		add_functions_of_path(c->g, c->d, &c->functions, link);
	return 0;
}

/* drivers/nvme/host/multipath.c: with multipath, the disk hangs on the subsystem and not on a controller. */
static void read_multipath_head(struct block_graph *g, struct block_device *d, const char *link)
{
	static const char key[] = "/nvme-subsystem/";
	const char *at = strstr(link, key), *end;
	struct controllers c = {.g = g, .d = d};
	char path[SYS_PATH];

	if (!at)
		return;
	at += strlen(key);
	end = strchr(at, '/');
	if (!end || end == at)
		return;
	c.subsystem = arena_strndup(g->r->mem, at, (size_t)(end - at));
	(void)g->r->s->ops->list(g->r->s, sys_path(path, "sys/class/nvme-subsystem/%s", c.subsystem), add_controller, &c);
}

static void read_number(struct block_graph *g, struct block_device *d)
{
	char path[SYS_PATH];
	const char *text = sys_text(g->r->s, g->r->mem, sys_path(path, BLOCK "/%s/dev", d->name), NULL);
	const char *colon = text ? strchr(text, ':') : NULL;
	uint64_t major, minor;

	if (!colon || !str_number_n(text, (size_t)(colon - text), 10, UINT32_MAX, &major) ||
	    !str_number(colon + 1, 10, UINT32_MAX, &minor))
		return;
	d->major = (unsigned)major;
	d->minor = (unsigned)minor;
	d->has_number = true;
}

struct neighbours {
	struct block_graph *g;
	int device;
};

static int add_slave(void *data, const char *name)
{
	struct neighbours *n = data;
	int slave = block_by_name(n->g, name);

	n->g->devices[n->device].is_stacked = true;
	if (slave >= 0) {
		n->g->devices[slave].has_above = true;
		block_connect(n->g, n->device, slave);
	}
	return 0;
}

static int add_holder(void *data, const char *name)
{
	struct neighbours *n = data;
	int holder = block_by_name(n->g, name);

	n->g->devices[n->device].has_above = true;
	if (holder >= 0) {
		n->g->devices[holder].is_stacked = true;
		block_connect(n->g, holder, n->device);
	}
	return 0;
}

/* Its disk, by the path: ".../nvme0n1/nvme0n1p2"; else -1. Cuts the path. */
static int disk_of_path(const struct block_graph *g, char *path)
{
	char *slash = strrchr(path, '/');

	if (!slash)
		return -1;
	*slash = '\0';
	return block_by_name(g, str_base(path));
}

static void read_device(struct block_graph *g, int device)
{
	struct block_device *d = &g->devices[device];
	struct sys *s = g->r->s;
	struct neighbours n = {g, device};
	char path[SYS_PATH], link[SYS_PATH] = "", parent[SYS_PATH];
	int *functions = NULL;

	read_number(g, d);
	if (s->ops->link(s, sys_path(path, BLOCK "/%s", d->name), link, sizeof(link)) < 0)
		link[0] = '\0';
	(void)sys_path(parent, "%s", link);
	d->disk = disk_of_path(g, parent);
	if (d->disk == device)
		d->disk = -1;
	if (d->disk >= 0) {
		block_connect(g, device, d->disk);
	} else {
		read_multipath_head(g, d, link);
		add_functions_of_path(g, d, &functions, link);
	}
	if (str_starts(d->name, "dm-"))
		d->dm_name = sys_text(s, g->r->mem, sys_path(path, BLOCK "/%s/dm/name", d->name), NULL);
	/* The kernel makes both links of a pair (block/holder.c): one look at each device finds every pair. */
	if (d->disk < 0 && d->n_functions == 0)
		(void)s->ops->list(s, sys_path(path, BLOCK "/%s/slaves", d->name), add_slave, &n);
	else
		(void)s->ops->list(s, sys_path(path, BLOCK "/%s/holders", d->name), add_holder, &n);
}

static int add_device(void *data, const char *name)
{
	struct block_graph *g = data;

	*ARENA_PUSH(g->r->mem, g->devices, g->n) = (struct block_device){
	    .name = arena_strdup(g->r->mem, name), .disk = -1, .first_part = -1, .next_part = -1, .btrfs = -1};
	return 0;
}

int block_graph_read(struct use_reading *r, struct block_graph *ret)
{
	int code;

	*ret = (struct block_graph){.r = r};
	code = r->s->ops->list(r->s, BLOCK, add_device, ret);
	if (code < 0)
		return code;
	if (ret->n)
		qsort(ret->devices, ret->n, sizeof(*ret->devices), compare_devices);
	ret->order = arena_alloc(r->mem, (ret->n + 1) * sizeof(*ret->order));
	ret->seen = arena_alloc(r->mem, (ret->n + 1) * sizeof(*ret->seen));
	for (size_t i = 0; i < ret->n; i++)
		read_device(ret, (int)i);
	/* Backwards, so that each chain is in order. */
	for (size_t i = ret->n; i-- > 0;) {
		struct block_device *d = &ret->devices[i];

		if (d->disk < 0)
			continue;
		d->next_part = ret->devices[d->disk].first_part;
		ret->devices[d->disk].first_part = (int)i;
	}
	return 0;
}

/* ---- what udev knows of it ---- */

struct udev_entry {
	struct arena *mem;
	struct block_content *content;
	const char *usage;
};

static int take_property(void *data, const char *line)
{
	static const char zvol[] = "S:zvol/";
	struct udev_entry *e = data;
	const char *const keys[] = {"E:ID_FS_TYPE=", "E:ID_FS_LABEL=", "E:ID_PART_TABLE_TYPE=", "E:ID_FS_USAGE="};
	const char **const values[] = {&e->content->type, &e->content->label, &e->content->table, &e->usage};

	e->content->is_known = true;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (str_starts(line, keys[i]) && line[strlen(keys[i])])
			*values[i] = arena_strdup(e->mem, line + strlen(keys[i]));
	if (str_starts(line, zvol)) {
		const char *pool = line + strlen(zvol);

		e->content->zvol_pool = arena_strndup(e->mem, pool, strcspn(pool, "/"));
	}
	return 0;
}

/* systemd's src/libsystemd/sd-device/device-private.c writes these files; readable by everyone. */
const struct block_content *block_content(struct block_graph *g, int device)
{
	struct block_device *d = &g->devices[device];
	struct block_content *content;
	struct udev_entry e = {.mem = g->r->mem};
	char path[SYS_PATH];

	if (d->content)
		return d->content;
	content = arena_alloc(g->r->mem, sizeof(*content));
	d->content = e.content = content;
	if (!d->has_number)
		return content;
	(void)sys_path(path, "run/udev/data/b%u:%u", d->major, d->minor);
	if (sys_lines(g->r->s, path, take_property, &e) < 0)
		content->is_known = false;
	if (!content->type)
		content->type = e.usage;
	content->evidence = arena_strdup(g->r->mem, path);
	return content;
}
