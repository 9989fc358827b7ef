/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "sys/folder.h"
#include "sys/machine_xml.h"
#include "sys/read_machines.h"
#include "sys/read_uses.h"
#include "text/machine.h"

enum {
	LARGEST = 1024 * 1024, /* of a definition; those with snapshots in them have some 100 KiB */
	LONGEST_NAME = 128,    /* as much of it as is worth showing */
};

struct machine_reading {
	struct use_reading *r;
	const char *tool; /* "libvirt" */
	enum machine_tool kind;
	char *text;	  /* room for the definition that is being read */
};

/* ---- what could not be seen ---- */

static void blind(struct machine_reading *m, const char *what, const char *path)
{
	uses_blind(m->r, AREA_MACHINES, arena_printf(m->r->mem, "%s %s", m->tool, what), path);
}

/* Why a file or folder that is there could not be read; not there is no reason. */
static void blind_by_error(struct machine_reading *m, int error, const char *path)
{
	if (error == -EACCES || error == -EPERM)
		uses_blind(m->r, AREA_MACHINES,
		    arena_printf(m->r->mem, "only root can read the machines of %s", m->tool), path);
	else if (error != -ENOENT && error != -ENOTDIR)
		blind(m, error == -EFBIG ? "has a definition too large to read" : "has a definition that cannot be read", path);
}

/* The file in m->text; a negative errno, which has been said. */
static int read_definition(struct machine_reading *m, const char *path)
{
	int n = m->r->s->ops->read(m->r->s, path, m->text, LARGEST + 1);

	if (n >= 0 && strlen(m->text) != (size_t)n)
		n = -EILSEQ;
	if (n < 0)
		blind_by_error(m, n, path);
	return n;
}

static int list_definitions(struct machine_reading *m, const char *path, struct folder *ret)
{
	int n = folder_names(m->r->s, m->r->mem, path, ret);

	if (n < 0)
		blind_by_error(m, n, path);
	return n;
}

static bool has_ending(const char *name, const char *ending)
{
	size_t length = strlen(name);

	return length > strlen(ending) && str_eq(name + length - strlen(ending), ending);
}

/* ---- what a definition names ---- */

/* Cards by the number that the kernel gave them. */
static void look_up_cards(struct machine_reading *m, struct machine *machine)
{
	for (size_t i = 0; i < machine->n_devices; i++) {
		struct machine_device *device = &machine->devices[i];
		char link[SYS_PATH];
		int card;

		if (device->kind != MACHINE_GPU_CARD)
			continue;
		card = uses_function_of(m->r, sys_path(link, "sys/class/drm/card%u", device->number));
		if (card < 0)
			continue;
		device->kind = MACHINE_FUNCTION;
		device->addr = m->r->h->functions[card].addr;
	}
}

static const char *words_of(struct machine_reading *m, const char *name)
{
	return arena_printf(m->r->mem, "%s machine %.*s", m->tool, LONGEST_NAME, name);
}

static void add_devices(struct machine_reading *m, struct machine *machine, const char *name, const char *path)
{
	const char *subject = words_of(m, name);

	look_up_cards(m, machine);
	for (size_t i = 0; i < machine->n_devices; i++)
		for (size_t k = 0; k < m->r->h->n_functions; k++)
			if (machine_device_means(&machine->devices[i], &m->r->h->functions[k]))
				uses_add(m->r, USE_MACHINE, (int)k, subject, path);
	if (machine->is_unclear)
		blind(m, "has a definition that is not understood", path);
}

static void add_machine(struct machine_reading *m, struct machine *machine, const char *name, const char *path)
{
	struct machines *all = m->r->machines;

	add_devices(m, machine, name, path);
	if (all && (machine->n_devices > 0 || machine->wrong_key))
		*ARENA_PUSH(m->r->mem, all->items, all->n) = (struct known_machine){.m = *machine, .tool = m->kind, .words = words_of(m, name),
		    .file = arena_printf(m->r->mem, "/%s", path)};
}

/* ---- libvirt ---- */

static void read_libvirt_file(struct machine_reading *m, const char *path)
{
	struct machine machine = {.mem = m->r->mem};
	int n = read_definition(m, path);

	if (n < 0)
		return;
	n = machine_parse_libvirt(&machine, m->text, (size_t)n);
	if (n == -ENOPKG)
		blind(m, "has definitions that only libxml2 can read, which is not installed", path);
	else if (n < 0 || !machine.name)
		blind(m, "has a definition that is not understood", path);
	else
		add_machine(m, &machine, machine.name, path);
}

static void read_libvirt_folder(struct machine_reading *m, const char *name)
{
	struct folder folder;

	(void)list_definitions(m, name, &folder);
	for (size_t k = 0; k < folder.n; k++) {
		char path[SYS_PATH];

		if (has_ending(folder.names[k], ".xml"))
			read_libvirt_file(m, sys_path(path, "%s/%s", name, folder.names[k]));
	}
}

static void read_libvirt(struct machine_reading *m)
{
	/* Those that are defined, and those that run, which need no definition. */
	static const char *const folders[] = {"etc/libvirt/qemu", "etc/libvirt/lxc", "etc/libvirt/libxl",
	    "run/libvirt/qemu", "run/libvirt/lxc", "run/libvirt/libxl"};

	m->tool = "libvirt";
	m->kind = TOOL_LIBVIRT;
	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		read_libvirt_folder(m, folders[i]);
}

/* ---- Proxmox ---- */

#define MAPPINGS "etc/pve/mapping/pci.cfg"
#define RESERVATIONS "run/qemu-server/pci-id-reservations"

/* Proxmox calls a node by its host's name, up to the first dot. NULL: nothing says it. */
static const char *read_node_name(struct use_reading *r)
{
	char *name = sys_link_base(r->s, r->mem, "etc/pve/local");

	if (!name)
		name = sys_text(r->s, r->mem, "proc/sys/kernel/hostname", NULL);
	if (!name)
		name = sys_text(r->s, r->mem, "etc/hostname", NULL);
	if (!name)
		return NULL;
	name[strcspn(name, ". \n")] = '\0';
	return *name && !strchr(name, '/') ? name : NULL;
}

/* Puts the devices of mappings in the place of their names. */
static void look_up_mappings(struct machine_reading *m, struct machine *machine, const char *node)
{
	size_t n = machine->n_devices;

	for (size_t i = 0; i < n; i++) {
		const struct machine_device given = machine->devices[i];
		size_t first = machine->n_devices;

		if (given.kind != MACHINE_MAPPING)
			continue;
		if (read_definition(m, MAPPINGS) < 0)
			machine->is_unclear = true;
		else
			machine_parse_proxmox_mapping(machine, m->text, given.name, node);
		for (size_t k = first; k < machine->n_devices; k++) {
			struct machine_device *d = &machine->devices[k];

			d->is_choice = true;
			d->is_pcie = given.is_pcie;
			d->has_place = given.has_place;
			d->is_on_root = given.is_on_root;
			d->guest_bus = given.guest_bus;
		}
	}
}

static void read_proxmox_file(struct machine_reading *m, const char *folder, const char *name, const char *node)
{
	struct machine machine = {.mem = m->r->mem};
	char path[SYS_PATH];

	if (read_definition(m, sys_path(path, "%s/%s", folder, name)) < 0)
		return;
	machine_parse_proxmox(&machine, m->text);
	look_up_mappings(m, &machine, node);
	add_machine(m, &machine, arena_strndup(m->r->mem, name, strlen(name) - strlen(".conf")), path);
}

static void read_proxmox_reservations(struct machine_reading *m)
{
	struct machine all = {.mem = m->r->mem};

	if (read_definition(m, RESERVATIONS) < 0)
		return;
	machine_parse_proxmox_reservations(&all, m->text);
	for (size_t i = 0; i < all.n_devices; i++) {
		struct machine one = {.devices = &all.devices[i], .n_devices = 1};

		add_devices(m, &one, all.devices[i].name, RESERVATIONS);
	}
	if (all.is_unclear)
		blind(m, "has reservations that are not understood", RESERVATIONS);
}

static void read_proxmox(struct machine_reading *m)
{
	const char *node = read_node_name(m->r);
	struct folder folder;
	char path[SYS_PATH];
	int n;

	m->tool = "Proxmox";
	m->kind = TOOL_PROXMOX;
	n = list_definitions(m, sys_path(path, "etc/pve/qemu-server"), &folder);
	/* The link to the node's own folder may be missing from a copy. */
	if (n == -ENOENT && node)
		n = list_definitions(m, sys_path(path, "etc/pve/nodes/%s/qemu-server", node), &folder);
	/* /etc/pve is a file system out of a database, and empty while its service does not run. */
	if (n == -ENOENT && m->r->s->ops->exists(m->r->s, "var/lib/pve-cluster/config.db") != 0)
		blind(m, "shows its machines only while pve-cluster runs", "var/lib/pve-cluster/config.db");
	for (size_t i = 0; i < folder.n; i++)
		if (has_ending(folder.names[i], ".conf"))
			read_proxmox_file(m, path, folder.names[i], node);
	read_proxmox_reservations(m);
}

/* ---- LXD and Incus ---- */

struct lxd_place {
	const char *tool, *folder;
	const char *logs[3]; /* where qemu.conf of a machine may lie, in the order of use */
};

/* The configuration of the last start: it shows what a machine has whose definition cannot be seen. */
static void read_lxd_log(struct machine_reading *m, const struct lxd_place *place, const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(place->logs) && place->logs[i]; i++) {
		struct machine machine = {.mem = m->r->mem};
		char path[SYS_PATH];

		if (read_definition(m, sys_path(path, "%s/%s/qemu.conf", place->logs[i], name)) < 0)
			continue;
		machine_parse_qemu_conf(&machine, m->text);
		add_devices(m, &machine, name, path);
		return;
	}
}

static void read_lxd_machine(struct machine_reading *m, const struct lxd_place *place, const char *name)
{
	struct machine machine = {.mem = m->r->mem};
	char path[SYS_PATH];
	int n = read_definition(m, sys_path(path, "%s/virtual-machines/%s/backup.yaml", place->folder, name));

	if (n >= 0) {
		machine_parse_lxd(&machine, m->text);
		add_machine(m, &machine, name, path);
		return;
	}
	/* On most kinds of storage the definition is mounted while the machine runs, and the snap's for itself alone. */
	if (n == -ENOENT || n == -ENOTDIR)
		blind(m, "shows the definition of a machine only while it runs", path);
	read_lxd_log(m, place, name);
}

static void read_lxd(struct machine_reading *m)
{
	static const struct lxd_place places[] = {
	    {"LXD", "var/lib/lxd", {"run/lxd", "var/log/lxd", "var/lib/lxd/logs"}},
	    {"LXD", "var/snap/lxd/common/lxd", {"var/snap/lxd/common/lxd/logs"}},
	    {"Incus", "var/lib/incus", {"run/incus", "var/log/incus", "var/lib/incus/logs"}},
	};

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		struct folder folder;
		char path[SYS_PATH];

		m->tool = places[i].tool;
		m->kind = TOOL_LXD;
		(void)list_definitions(m, sys_path(path, "%s/virtual-machines", places[i].folder), &folder);
		for (size_t k = 0; k < folder.n; k++)
			read_lxd_machine(m, &places[i], folder.names[k]);
	}
}

void read_machine_uses(struct use_reading *r)
{
	cleanup_free char *text = malloc(LARGEST + 1);
	struct machine_reading m = {.r = r, .text = text};

	if (!text) {
		uses_blind(r, AREA_MACHINES, "no memory is left to read definitions", "etc/libvirt/qemu");
		return;
	}
	read_libvirt(&m);
	read_proxmox(&m);
	read_lxd(&m);
}

/* ---- of a user's own libvirt ---- */

struct home_search {
	struct arena *mem;
	uint64_t uid;
	const char *home;
};

/* "ann:x:1000:1000:Ann:/home/ann:/bin/sh" */
static int look_at_account(void *data, const char *line)
{
	struct home_search *search = data;
	char *rest = arena_strdup(search->mem, line), *field = NULL;
	uint64_t uid;

	for (int i = 0; i < 3; i++)
		field = machine_part(&rest, ":");
	if (!field || !str_number(field, 10, UINT32_MAX, &uid) || uid != search->uid)
		return 0;
	for (int i = 0; i < 3; i++)
		field = machine_part(&rest, ":");
	search->home = field;
	return 1;
}

void read_session_machines(struct sys *s, struct arena *mem, struct host *h, unsigned uid, struct machines *ret)
{
	cleanup_free char *text = malloc(LARGEST + 1);
	struct use_reading r = {.s = s, .mem = mem, .h = h, .machines = ret};
	struct machine_reading m = {.r = &r, .tool = "libvirt session", .kind = TOOL_SESSION, .text = text};
	struct home_search search = {.mem = mem, .uid = uid};
	char path[SYS_PATH];

	(void)sys_lines(s, "etc/passwd", look_at_account, &search);
	if (text && search.home && *search.home == '/' && !strstr(search.home, "/.."))
		read_libvirt_folder(&m, sys_path(path, "%s/.config/libvirt/qemu", search.home + 1));
}
