/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "base/str.h"
#include "sys/read_network.h"
#include "text/proc_net.h"

static const struct socket_file {
	const char *path;
	unsigned version;
	bool is_tcp;
} files[] = {
    {"proc/net/tcp", 4, true},
    {"proc/net/tcp6", 6, true},
    {"proc/net/udp", 4, false},
    {"proc/net/udp6", 6, false},
};

struct descriptor_scan {
	struct network *n;
	int pid;
	uint64_t *inodes;
	size_t n_inodes;
	struct arena mem;
	int code;
};

static int take_descriptor(void *data, const char *name)
{
	struct descriptor_scan *scan = data;
	char path[SYS_PATH], target[SYS_PATH];
	uint64_t inode;
	int r = scan->n->r->s->ops->link(
	    scan->n->r->s, sys_path(path, "proc/%d/fd/%s", scan->pid, name), target, sizeof(target));

	if (r == 0 && proc_socket_inode(target, &inode))
		*ARENA_PUSH(&scan->mem, scan->inodes, scan->n_inodes) = inode;
	if (r < 0 && r != -ENOENT && r != -ESRCH)
		scan->code = r;
	return 0;
}

static int scan_descriptors(struct descriptor_scan *scan)
{
	char path[SYS_PATH];
	int r = scan->n->r->s->ops->list(
	    scan->n->r->s, sys_path(path, "proc/%d/fd", scan->pid), take_descriptor, scan);

	return r < 0 ? r : scan->code;
}

struct socket_scan {
	struct network *n;
	const struct socket_file *file;
	const struct descriptor_scan *of; /* NULL: the peer is looked for */
	struct connections found;
	const struct connection *near;
	uint64_t peer;
};

static int take_socket(void *data, const char *line)
{
	struct socket_scan *scan = data;
	struct proc_socket s;

	if (!proc_socket_parse(line, scan->file->version, &s) || s.is_listening || s.inode == 0)
		return 0;
	if (!scan->of) {
		if (s.local_port == scan->near->remote_port && s.remote_port == scan->near->local_port &&
		    ip_addr_eq(&s.local, &scan->near->remote) && ip_addr_eq(&s.remote, &scan->near->local))
			scan->peer = s.inode;
		return 0;
	}
	for (size_t i = 0; i < scan->of->n_inodes; i++) {
		if (scan->of->inodes[i] != s.inode)
			continue;
		*ARENA_PUSH(scan->n->r->mem, scan->found.rows, scan->found.n) = (struct connection){
		    s.local, s.remote, s.local_port, s.remote_port, s.inode, scan->file->path};
		break;
	}
	return 0;
}

int read_connections(struct network *n, int pid, struct connections *ret)
{
	struct descriptor_scan of = {.n = n, .pid = pid};
	struct socket_scan scan = {.n = n, .of = &of};
	int r = scan_descriptors(&of);

	for (size_t i = 0; of.n_inodes > 0 && i < ARRAY_LEN(files); i++) {
		scan.file = &files[i];
		(void)sys_lines(n->r->s, scan.file->path, take_socket, &scan);
	}
	arena_done(&of.mem);
	*ret = scan.found;
	/* What was seen counts, even where some of it could not be. */
	return scan.found.n > 0 ? 0 : r;
}

uint64_t connection_peer(struct network *n, const struct connection *c)
{
	struct socket_scan scan = {.n = n, .near = c};

	for (size_t i = 0; i < ARRAY_LEN(files) && !scan.peer; i++) {
		scan.file = &files[i];
		if (files[i].is_tcp)
			(void)sys_lines(n->r->s, files[i].path, take_socket, &scan);
	}
	return scan.peer;
}

struct owner_scan {
	struct network *n;
	uint64_t inode;
	int *pids;
	size_t n_pids, most;
};

static int take_process(void *data, const char *name)
{
	struct owner_scan *scan = data;
	struct descriptor_scan of = {.n = scan->n};
	uint64_t pid;

	if (!str_number(name, 10, INT32_MAX, &pid))
		return 0;
	of.pid = (int)pid;
	(void)scan_descriptors(&of);
	for (size_t i = 0; i < of.n_inodes; i++) {
		if (of.inodes[i] != scan->inode)
			continue;
		scan->pids[scan->n_pids++] = of.pid;
		break;
	}
	arena_done(&of.mem);
	return scan->n_pids == scan->most;
}

size_t read_socket_owners(struct network *n, uint64_t inode, int *pids, size_t most)
{
	struct owner_scan scan = {n, inode, pids, 0, most};

	(void)n->r->s->ops->list(n->r->s, "proc", take_process, &scan);
	return scan.n_pids;
}
