/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "sys/read_limits.h"
#include "sys/read_machines.h"

enum {
	LARGEST = 256 * 1024, /* of a command line; QEMU's of a large machine has some 20 KiB */
	MOST_MACHINES = 256,
};

/* The kernel writes " (deleted)" behind the name of a program that was replaced by an update. */
static bool tool_of(const char *program, enum machine_tool *ret)
{
	size_t length = strcspn(program, " ");

	if (str_starts(program, "qemu-system-") || (length == 8 && str_starts(program, "qemu-kvm")) || (length == 3 && str_starts(program, "kvm")))
		*ret = TOOL_QEMU;
	else if (str_starts(program, "cloud-hypervisor"))
		*ret = TOOL_CLOUD_HYPERVISOR;
	else
		return false;
	return true;
}

/* Words with a NUL behind each, to a list with a NULL behind. */
static char **split(struct arena *mem, const char *text, size_t length)
{
	char **argv = NULL;
	size_t n = 0;

	for (size_t at = 0; at < length && n < MACHINE_WORDS; at += strnlen(text + at, length - at) + 1)
		*ARENA_PUSH(mem, argv, n) = arena_strndup(mem, text + at, strnlen(text + at, length - at));
	*ARENA_PUSH(mem, argv, n) = NULL;
	return argv;
}

static int take_uid(void *data, const char *line)
{
	return sscanf(line, "Uid: %*u %u", (unsigned *)data) == 1;
}

static void say_unread(struct machines *all, struct arena *mem, const char *path, int pid)
{
	if (all->unread)
		return;
	all->unread = arena_printf(mem, "what process %d was started with, which holds VFIO, cannot be read", pid);
	all->unread_file = arena_printf(mem, "/%s", path);
}

static void add_process(struct sys *s, struct arena *mem, char *text, int pid, struct machines *all)
{
	struct known_machine machine = {.m.mem = mem};
	char path[SYS_PATH];
	char *program = sys_link_base(s, mem, sys_path(path, "proc/%d/exe", pid)), **argv;
	int n;

	if (!program) {
		say_unread(all, mem, path, pid);
		return;
	}
	if (!tool_of(program, &machine.tool))
		return;
	n = s->ops->read(s, sys_path(path, "proc/%d/cmdline", pid), text, LARGEST);
	if (n <= 0) {
		say_unread(all, mem, path, pid);
		return;
	}
	argv = split(mem, text, (size_t)n);
	if (machine.tool == TOOL_QEMU)
		machine_parse_qemu(&machine.m, argv);
	else
		machine_parse_cloud_hypervisor(&machine.m, argv);
	machine.m.is_started = true;
	machine.words = arena_printf(mem, "%.*s (process %d)", (int)strcspn(program, " "), program, pid);
	machine.file = arena_printf(mem, "/%s", path);
	machine.limit = read_memlock(s, pid);
	(void)sys_lines(s, sys_path(path, "proc/%d/status", pid), take_uid, &machine.uid);
	*ARENA_PUSH(mem, all->items, all->n) = machine;
}

void read_running_machines(struct sys *s, struct arena *mem, const struct holders *holders, struct machines *ret)
{
	cleanup_free char *text = malloc(LARGEST);
	int pids[MOST_MACHINES];
	size_t n = 0;

	for (size_t i = 0; text && i < holders->n && n < MOST_MACHINES; i++) {
		const struct holder *h = &holders->items[i];
		bool is_known = h->kind != HOLDER_PROCESS || !str_starts(h->file, "/dev/vfio/");

		for (size_t k = 0; k < n && !is_known; k++)
			is_known = pids[k] == h->pid;
		if (is_known)
			continue;
		pids[n++] = h->pid;
		add_process(s, mem, text, h->pid, ret);
	}
}
