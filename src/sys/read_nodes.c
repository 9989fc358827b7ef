/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/read_nodes.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"

struct node_reading {
	struct sys *s;
	struct arena *mem;
	const struct pci_addr *functions;
	size_t n_functions;
	struct device_nodes *nodes;
	const char *folder; /* "char" or "block" */
	const struct device_node *head; /* of NVMe multipath, whose functions are being looked for */
	const char *head_folder;
};

int nodes_function_in(const char *path, const struct pci_addr *functions, size_t n_functions, int after)
{
	struct pci_addr addr;

	if (!pci_addr_last_in(path, &addr))
		return -1;
	for (size_t i = (size_t)(after + 1); i < n_functions; i++)
		if (pci_addr_cmp(functions[i], addr) == 0)
			return (int)i;
	return -1;
}

void nodes_add_path(struct sys *s, struct arena *mem, struct device_nodes *nodes, size_t function, const char *path)
{
	struct device_node node = {.path = path, .function = function};

	node.has_number = s->ops->device && s->ops->device(s, path + 1, &node.number) == 1;
	*ARENA_PUSH(mem, nodes->items, nodes->n) = node;
}

/* ---- what the kernel lists: a link in /sys/dev for every device with a number (drivers/base/core.c,
 * device_create_sys_dev_entry), which leads to the device's folder and so through its function's ---- */

/* The name below /dev that the driver chose, else the link that udev makes for every number. */
static const char *node_path(struct node_reading *r, const char *number)
{
	char path[SYS_PATH];
	char *text = sys_text(r->s, r->mem, sys_path(path, "sys/dev/%s/%s/uevent", r->folder, number), NULL);

	for (char *line; text && (line = strsep(&text, "\n"));)
		if (str_starts(line, "DEVNAME=") && line[strlen("DEVNAME=")] != '\0')
			return arena_printf(r->mem, "/dev/%s", line + strlen("DEVNAME="));
	return arena_printf(r->mem, "/dev/%s/%s", r->folder, number);
}

static bool parse_number(const char *text, bool is_block, struct sys_device *ret)
{
	const char *colon = strchr(text, ':');
	uint64_t major, minor;

	if (!colon || !str_number_n(text, (size_t)(colon - text), 10, 0xfff, &major) ||
	    !str_number(colon + 1, 10, 0xfffff, &minor))
		return false;
	*ret = (struct sys_device){is_block, (unsigned)major, (unsigned)minor};
	return true;
}

static void add_node(struct node_reading *r, const struct device_node *node, int function)
{
	struct device_node *added = ARENA_PUSH(r->mem, r->nodes->items, r->nodes->n);

	*added = *node;
	added->function = (size_t)function;
}

static int look_at_controller(void *data, const char *name)
{
	struct node_reading *r = data;
	char path[SYS_PATH], link[SYS_PATH];

	if (!str_starts(name, "nvme") ||
	    r->s->ops->link(r->s, sys_path(path, "%s/%s", r->head_folder, name), link, sizeof(link)) < 0)
		return 0;
	for (int i = -1; (i = nodes_function_in(link, r->functions, r->n_functions, i)) >= 0;)
		add_node(r, r->head, i);
	return 0;
}

/* A namespace that several controllers may lead to hangs below its subsystem, which has a link to each of them
 * (drivers/nvme/host/multipath.c). */
static void look_at_head(struct node_reading *r, const char *link, const char *number, struct device_node *node)
{
	static const char subsystems[] = "devices/virtual/nvme-subsystem/";
	const char *at = strstr(link, subsystems);
	size_t before = r->nodes->n, length;
	char folder[SYS_PATH];

	if (!at)
		return;
	length = strcspn(at + strlen(subsystems), "/");
	if (length == 0 || at[strlen(subsystems)] == '.')
		return;
	r->head_folder = sys_path(folder, "sys/%.*s", (int)(strlen(subsystems) + length), at);
	r->head = node;
	if (r->s->ops->list(r->s, folder, look_at_controller, r) < 0)
		r->nodes->is_complete = false;
	if (r->nodes->n == before)
		return;
	node->path = node_path(r, number);
	for (size_t i = before; i < r->nodes->n; i++)
		r->nodes->items[i].path = node->path;
}

static int look_at_device(void *data, const char *number)
{
	struct node_reading *r = data;
	struct device_node node = {.has_number = true};
	char path[SYS_PATH], link[SYS_PATH];
	int i, k;

	if (!parse_number(number, str_eq(r->folder, "block"), &node.number))
		return 0;
	i = r->s->ops->link(r->s, sys_path(path, "sys/dev/%s/%s", r->folder, number), link, sizeof(link));
	if (i < 0) {
		r->nodes->is_complete &= i == -ENOENT; /* just gone */
		return 0;
	}
	i = nodes_function_in(link, r->functions, r->n_functions, -1);
	if (i < 0) {
		look_at_head(r, link, number, &node);
		return 0;
	}
	node.path = node_path(r, number);
	for (k = i; k >= 0; k = nodes_function_in(link, r->functions, r->n_functions, k))
		add_node(r, &node, k);
	return 0;
}

/* ---- what the kernel lists elsewhere ---- */

static int count_address(void *data, const char *name)
{
	struct pci_addr addr;
	size_t *n = data;

	*n += pci_addr_parse(name, &addr);
	return 0;
}

/* Functions in a folder that has an entry for each. */
static size_t count_addresses(struct node_reading *r, const char *folder)
{
	size_t n = 0;

	(void)r->s->ops->list(r->s, folder, count_address, &n);
	return n;
}

static void add_path(struct node_reading *r, size_t function, const char *path)
{
	nodes_add_path(r->s, r->mem, r->nodes, function, path);
}

/* NVIDIA's own driver makes its nodes without the kernel's list (and its program nvidia-modprobe names them). */
static void add_nvidia(struct node_reading *r, size_t function, const char *name)
{
	static const char *const shared[] = {"/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-modeset"};
	static const char key[] = "Device Minor:";
	char path[SYS_PATH];
	char *text = sys_text(r->s, r->mem, sys_path(path, "proc/driver/nvidia/gpus/%s/information", name), NULL);
	bool has_minor = false;

	for (char *line; text && (line = strsep(&text, "\n"));) {
		uint64_t minor;

		if (!str_starts(line, key))
			continue;
		line += strlen(key);
		if (!str_number(line + strspn(line, " \t"), 10, 254, &minor))
			continue;
		add_path(r, function, arena_printf(r->mem, "/dev/nvidia%u", (unsigned)minor));
		has_minor = true;
	}
	r->nodes->is_complete &= has_minor;
	/* Of several cards these do not tell which; whoever uses a card has the card's own node open as well. */
	if (count_addresses(r, "proc/driver/nvidia/gpus") == 1)
		for (size_t i = 0; i < ARRAY_LEN(shared); i++)
			add_path(r, function, shared[i]);
}

static void add_of_driver(struct node_reading *r, size_t function, const char *name)
{
	char path[SYS_PATH];
	const char *driver = sys_link_base(r->s, r->mem, sys_path(path, "sys/bus/pci/devices/%s/driver", name));

	if (str_eq(driver, "nvidia"))
		add_nvidia(r, function, name);
	/* One node for all cards, as above. */
	if (str_eq(driver, "amdgpu") && count_addresses(r, "sys/bus/pci/drivers/amdgpu") == 1)
		add_path(r, function, "/dev/kfd");
}

/* A group's node is not there unless VFIO has a member. */
static void add_vfio_group(struct node_reading *r, size_t function, const char *name)
{
	static const char *const prefixes[] = {"", "noiommu-"};
	char path[SYS_PATH];
	const char *group = sys_link_base(r->s, r->mem, sys_path(path, "sys/bus/pci/devices/%s/iommu_group", name));
	uint64_t number;

	if (!group || !str_number(group, 10, INT32_MAX, &number))
		return;
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		const char *node = arena_printf(r->mem, "/dev/vfio/%s%s", prefixes[i], group);

		if (r->s->ops->exists(r->s, node + 1) != 0)
			add_path(r, function, node);
	}
}

void read_nodes(struct sys *s, struct arena *mem, const struct pci_addr *functions, size_t n_functions,
    struct device_nodes *ret)
{
	struct node_reading r = {.s = s, .mem = mem, .functions = functions, .n_functions = n_functions, .nodes = ret};

	*ret = (struct device_nodes){.is_complete = true};
	r.folder = "char";
	if (s->ops->list(s, "sys/dev/char", look_at_device, &r) < 0)
		ret->is_complete = false;
	r.folder = "block";
	if (s->ops->list(s, "sys/dev/block", look_at_device, &r) < 0)
		ret->is_complete = false;
	for (size_t i = 0; i < n_functions; i++) {
		char name[PCI_ADDR_TEXT];

		(void)pci_addr_format(functions[i], name);
		add_of_driver(&r, i, name);
		add_vfio_group(&r, i, name);
	}
}
