/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/read_holders.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "sys/read_nodes.h"
#include "sys/read_process.h"

/* ---- processes: their descriptors and mappings, by the name they lead to ---- */

struct holder_scan {
	struct sys *s;
	struct arena *mem;
	const struct pci_addr *functions;
	struct device_nodes nodes;
	bool has_maps; /* mappings are looked at too */

	/* of the process that is looked at */
	const char *pid;
	char folder[SYS_PATH]; /* "proc/812", "proc/812/task/815" */
	unsigned char *ways; /* bits 1 << HOW_… of each node */
	bool is_found;
	bool has_descriptors;

	struct process_names names;
	bool saw_first; /* process 1 */
	size_t n_nvidia; /* descriptors, and mappings without any, that keep the module nvidia */
	struct holder *holders;
	size_t n;
	bool is_complete;
};

static bool is_gone(int r)
{
	return r == -ENOENT || r == -ESRCH;
}

/* Nodes that nearly every process has open, and files of the two file systems that are mounted below /dev: asking
 * the kernel what they are would double the work. */
static bool is_ordinary(const char *name)
{
	static const char *const folders[] = {"/dev/pts/", "/dev/shm/", "/dev/mqueue/", "/dev/hugepages/"};
	static const char *const nodes[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty",
	    "/dev/ptmx", "/dev/kmsg", "/dev/fuse", "/dev/kvm", "/dev/zero (deleted)"};

	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		if (str_starts(name, folders[i]))
			return true;
	for (size_t i = 0; i < ARRAY_LEN(nodes); i++)
		if (str_eq(name, nodes[i]))
			return true;
	return false;
}

static bool is_same_device(const struct sys_device *a, const struct sys_device *b)
{
	return a->is_block == b->is_block && a->major == b->major && a->minor == b->minor;
}

/* The number decides where both are known: a container may have a card's node under any name, and another
 * card's under this one. */
static bool leads_to(const struct device_node *node, const char *name, const struct sys_device *number)
{
	if (node->has_number && number)
		return is_same_device(&node->number, number);
	return str_eq(name, node->path);
}

/* name: what the link at `path` says. */
static void look_at_file(struct holder_scan *scan, const char *path, const char *name, enum holder_how how)
{
	struct sys_device number;
	bool is_known = false;
	int r = 0;

	for (size_t i = 0; !is_known && i < scan->nodes.n; i++)
		is_known = str_eq(name, scan->nodes.items[i].path);
	if (!is_known && is_ordinary(name))
		return;
	if (scan->s->ops->device)
		r = scan->s->ops->device(scan->s, path, &number);
	if (r < 0 && !is_known && !is_gone(r))
		scan->is_complete = false;
	for (size_t i = 0; i < scan->nodes.n; i++) {
		if (!leads_to(&scan->nodes.items[i], name, r == 1 ? &number : NULL))
			continue;
		scan->ways[i] |= (unsigned char)(1u << how);
		scan->is_found = true;
	}
}

static bool keeps_nvidia(const char *name)
{
	return str_starts(name, "/dev/nvidia") && !str_starts(name, "/dev/nvidia-");
}

static int look_at_descriptor(void *data, const char *fd)
{
	struct holder_scan *scan = data;
	char path[SYS_PATH], name[SYS_PATH];
	int r = scan->s->ops->link(scan->s, sys_path(path, "%s/fd/%s", scan->folder, fd), name, sizeof(name));

	scan->has_descriptors = true;
	if (r < 0 && !is_gone(r))
		scan->is_complete = false;
	if (r < 0)
		return 0;
	scan->n_nvidia += keeps_nvidia(name);
	/* A name that was cut may have it behind the cut. */
	if (strstr(name, "/dev/") || strlen(name) == sizeof(name) - 1)
		look_at_file(scan, path, name, HOW_OPEN);
	return 0;
}

/* "7f00-7f01 rw-s 00000000 00:05 123    /dev/dri/card0"; no other column has a slash (fs/proc/task_mmu.c). */
static int look_at_mapping(void *data, const char *line)
{
	struct holder_scan *scan = data;
	const char *name = strchr(line, '/');
	char path[SYS_PATH];

	if (name && strstr(name, "/dev/"))
		look_at_file(scan, sys_path(path, "%s/map_files/%.*s", scan->folder, (int)strcspn(line, " "), line), name,
		    HOW_MAPPED);
	return 0;
}

static void look_at_descriptors(struct holder_scan *scan)
{
	char path[SYS_PATH];
	int r = scan->s->ops->list(scan->s, sys_path(path, "%s/fd", scan->folder), look_at_descriptor, scan);

	/* A process that ended meanwhile holds nothing; any other that cannot be looked at may. */
	if (r < 0 && !is_gone(r) && r != -ENOTDIR)
		scan->is_complete = false;
}

static int look_at_thread(void *data, const char *tid)
{
	struct holder_scan *scan = data;

	if (str_eq(tid, scan->pid) || strlen(tid) > 10)
		return 0;
	(void)sys_path(scan->folder, "proc/%s/task/%s", scan->pid, tid);
	look_at_descriptors(scan);
	return scan->has_descriptors; /* threads share them */
}

static void add_process(struct holder_scan *scan, int pid)
{
	struct holder h = {.kind = HOLDER_PROCESS, .pid = pid};

	process_describe(&scan->names, scan->pid, &h);
	for (size_t i = 0; i < scan->nodes.n; i++) {
		const struct device_node *node = &scan->nodes.items[i];

		if (scan->ways[i] == 0)
			continue;
		if (scan->functions)
			h.addr = scan->functions[node->function];
		h.file = node->path;
		h.how = scan->ways[i] & 1u << HOW_OPEN ? HOW_OPEN : HOW_MAPPED;
		*ARENA_PUSH(scan->mem, scan->holders, scan->n) = h;
		scan->n_nvidia += h.how == HOW_MAPPED && keeps_nvidia(h.file);
	}
}

static int look_at_process(void *data, const char *name)
{
	struct holder_scan *scan = data;
	char path[SYS_PATH];
	uint64_t pid;
	int r = 0;

	if (!str_number(name, 10, INT32_MAX, &pid))
		return 0;
	scan->saw_first |= pid == 1;
	if (scan->s->is_live && (int)pid == scan->s->pid)
		return 0;
	scan->pid = name;
	scan->is_found = scan->has_descriptors = false;
	memset(scan->ways, 0, scan->nodes.n);
	(void)sys_path(scan->folder, "proc/%s", name);
	look_at_descriptors(scan);
	/* A program whose first thread has ended goes on with the others. */
	if (!scan->has_descriptors) {
		(void)scan->s->ops->list(scan->s, sys_path(path, "proc/%s/task", name), look_at_thread, scan);
		(void)sys_path(scan->folder, "proc/%s", name);
	}
	if (scan->has_maps)
		r = sys_lines(scan->s, sys_path(path, "proc/%s/maps", name), look_at_mapping, scan);
	if (r < 0 && !is_gone(r) && r != -ENOTDIR)
		scan->is_complete = false;
	if (scan->is_found)
		add_process(scan, (int)pid);
	return 0;
}

/* One pass for all nodes. */
static int scan_processes(struct holder_scan *scan)
{
	char own[SYS_PATH];
	int r;

	scan->ways = arena_alloc(scan->mem, scan->nodes.n + 1);
	scan->names = (struct process_names){.s = scan->s, .mem = scan->mem};
	scan->is_complete = scan->nodes.is_complete;
	if (scan->nodes.n == 0)
		return 0;
	r = scan->s->ops->list(scan->s, "proc", look_at_process, scan);
	/* A private process namespace shows a part of the processes only (include/linux/proc_ns.h has the first
	 * one's number); so does a /proc that hides others' (hidepid), the first one of all. */
	if (scan->s->ops->link(scan->s, "proc/self/ns/pid", own, sizeof(own)) == 0 && !str_eq(own, "pid:[4026531836]"))
		scan->is_complete = false;
	if (!scan->saw_first)
		scan->is_complete = false;
	return r;
}

/* ---- the kernel itself ---- */

struct interface_reading {
	struct holder_scan *scan;
	size_t n_functions;
};

static int look_at_interface(void *data, const char *name)
{
	struct interface_reading *r = data;
	struct holder_scan *scan = r->scan;
	char path[SYS_PATH], link[SYS_PATH];
	uint64_t flags;
	const char *text;
	int i;

	if (scan->s->ops->link(scan->s, sys_path(path, "sys/class/net/%s", name), link, sizeof(link)) < 0)
		return 0;
	i = nodes_function_in(link, scan->functions, r->n_functions, -1);
	if (i < 0)
		return 0;
	text = sys_text(scan->s, scan->mem, sys_path(path, "sys/class/net/%s/flags", name), NULL);
	if (!text || !str_sysfs_hex(text, UINT32_MAX, &flags)) {
		scan->is_complete = false;
		return 0;
	}
	for (; (flags & 1) && i >= 0; i = nodes_function_in(link, scan->functions, r->n_functions, i)) /* IFF_UP */
		*ARENA_PUSH(scan->mem, scan->holders, scan->n) = (struct holder){.kind = HOLDER_INTERFACE, .how = HOW_UP,
		    .addr = scan->functions[i], .command = arena_strdup(scan->mem, name),
		    .file = arena_printf(scan->mem, "/sys/class/net/%s", name)};
	return 0;
}

static int count_name(void *data, const char *name)
{
	size_t *n = data;

	(void)name;
	++*n;
	return 0;
}

/* Persistence mode uses a card without a process. Each dependant and each open node counts as one reference of
 * the module (kernel/module/main.c, fs/char_dev.c); of other drivers the rest means nothing. */
static void look_at_module(struct holder_scan *scan, struct pci_addr addr)
{
	char path[SYS_PATH], function[PCI_ADDR_TEXT];
	const char *module, *text;
	size_t dependants = 0;
	uint64_t count;

	module = sys_link_base(scan->s, scan->mem,
	    sys_path(path, "sys/bus/pci/devices/%s/driver/module", pci_addr_format(addr, function)));
	if (!module || !str_starts(module, "nvidia"))
		return;
	text = sys_text(scan->s, scan->mem, sys_path(path, "sys/module/%s/refcnt", module), NULL);
	if (!text || !str_number(text, 10, INT32_MAX, &count) ||
	    scan->s->ops->list(scan->s, sys_path(path, "sys/module/%s/holders", module), count_name, &dependants) < 0) {
		scan->is_complete = false;
		return;
	}
	/* Processes that were not seen would explain it as well. */
	if (scan->is_complete && count > dependants + scan->n_nvidia)
		*ARENA_PUSH(scan->mem, scan->holders, scan->n) = (struct holder){.kind = HOLDER_MODULE, .addr = addr,
		    .how = HOW_REFERENCED, .command = module, .file = arena_printf(scan->mem, "/sys/module/%s/refcnt", module)};
}

/* ---- the answers ---- */

static int compare_holders(const void *a, const void *b)
{
	const struct holder *x = a, *y = b;
	int order = pci_addr_cmp(x->addr, y->addr);

	if (order == 0)
		order = (x->kind > y->kind) - (x->kind < y->kind);
	if (order == 0)
		order = (x->pid > y->pid) - (x->pid < y->pid);
	return order != 0 ? order : strcmp(x->file, y->file);
}

static struct holders result(struct holder_scan *scan)
{
	if (scan->n > 1)
		qsort(scan->holders, scan->n, sizeof(*scan->holders), compare_holders);
	return (struct holders){scan->holders, scan->n, scan->is_complete};
}

int read_holders(struct sys *s, struct arena *mem, const struct pci_addr *functions, size_t n_functions,
    struct holders *ret, struct err *e)
{
	struct holder_scan scan = {.s = s, .mem = mem, .functions = functions, .has_maps = true};
	struct interface_reading interfaces = {&scan, n_functions};
	char name[PCI_ADDR_TEXT], path[SYS_PATH];
	int r;

	for (size_t i = 0; i < n_functions; i++)
		if (s->ops->exists(s, sys_path(path, "sys/bus/pci/devices/%s", pci_addr_format(functions[i], name))) == 0)
			return err_set(e, -ENODEV, "there is no PCI function %s", name);
	read_nodes(s, mem, functions, n_functions, &scan.nodes);
	r = scan_processes(&scan);
	if (r < 0)
		return err_set(e, r, "cannot list /proc to see who uses %s: %s", pci_addr_format(functions[0], name),
		    strerror(-r));
	r = s->ops->list(s, "sys/class/net", look_at_interface, &interfaces);
	if (r < 0 && r != -ENOENT) /* a kernel without network has none */
		scan.is_complete = false;
	for (size_t i = 0; i < n_functions; i++)
		look_at_module(&scan, functions[i]);
	*ret = result(&scan);
	return 0;
}

int read_vfio_holders(struct sys *s, struct arena *mem, const char *node, struct holders *ret, struct err *e)
{
	struct holder_scan scan = {.s = s, .mem = mem, .nodes = {.is_complete = true}};
	int r;

	/* Nobody maps a group's node (drivers/vfio/group.c has no mmap). */
	nodes_add_path(s, mem, &scan.nodes, 0, node);
	r = scan_processes(&scan);
	if (r < 0)
		return err_set(e, r, "cannot list /proc to see who has %s open: %s", node, strerror(-r));
	*ret = result(&scan);
	return 0;
}
